//! Processes note themselves, so that the menu shows which verifiers are in sight.

use uuid::Uuid;

use crate::hub::usage::counts::finish;
use crate::hub::{Feed, Hub, HubError, ProcessKind, ProcessNote, VerifierRow};
use crate::store::tables::{self, ProcessRecord};
use crate::store::{Tx, WriteTx};
use crate::time::Seconds;
use crate::vault::{self, TagInput, Vault};

/// A process that was not seen for so many seconds is not in sight: it notes itself every ten.
const IN_SIGHT: i64 = 30;
/// Seconds after which a process is forgotten.
const FORGOTTEN_AFTER: i64 = 86_400;
/// Most verifiers that are listed.
const MOST: i64 = 100;
/// Most characters of a machine's name.
const HOST: usize = 64;

impl Hub {
    /// What this process is, for its notes.
    pub fn process_note(&self, kind: ProcessKind) -> Result<ProcessNote, HubError> {
        let host = rustix::system::uname().nodename().to_string_lossy().chars().take(HOST).collect();
        let now = self.now();
        Ok(ProcessNote {
            id: vault::uuid(now)?,
            kind,
            host,
            started_at: now.seconds(),
            gateways: String::new(),
            requests: 0,
            per_minute: 0,
            answers_from: None,
        })
    }

    /// Notes that a process is at work.
    pub fn note_process(&self, note: &ProcessNote) -> Result<(), HubError> {
        let mut tx = self.store.write_relaxed()?;
        put(self, &mut *tx, note, 0)?;
        finish(tx.commit())
    }
}

impl Feed<'_> {
    /// Notes the change that a verifier answers from, soon after it followed it. It has to be noted already. Nobody else
    /// writes this row, so no lock goes before its own.
    pub fn note_position(self, note: &ProcessNote) -> Result<(), HubError> {
        let hub = self.hub();
        let mut tx = hub.store.write_relaxed()?;
        tables::put_process_position(&mut *tx, &row(hub, note, 0)?)?;
        finish(tx.commit())
    }

    /// Forgets a process that ends or is gone, so that nobody waits for it.
    pub fn forget_process(self, id: Uuid) -> Result<(), HubError> {
        let mut tx = self.hub().store.write()?;
        tables::forget_process(&mut *tx, &id.to_string())?;
        finish(tx.commit())
    }
}

/// Writes the row of a process, and forgets those that have long been gone.
pub(super) fn put(hub: &Hub, tx: &mut dyn WriteTx, note: &ProcessNote, batch: i64) -> Result<(), HubError> {
    let row = row(hub, note, batch)?;
    tables::put_process(tx, &row)?;
    Ok(tables::forget_processes(tx, row.seen_at.saturating_sub(FORGOTTEN_AFTER))?)
}

fn row(hub: &Hub, note: &ProcessNote, batch: i64) -> Result<ProcessRecord, HubError> {
    let now = hub.now().seconds().0;
    let at = note.answers_from.unwrap_or_else(|| hub.newest_change());
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let mut row = ProcessRecord {
        id: note.id.to_string(),
        kind: note.kind.as_str().to_owned(),
        host: note.host.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        gateways: note.gateways.clone(),
        started_at: note.started_at.0,
        seen_at: now,
        requests: number(note.requests),
        per_minute: number(note.per_minute),
        epoch: at.epoch,
        change: at.change,
        batch,
        tag: Vec::new(),
    };
    row.tag = hub.vault.tag(&tag_input(&row))?;
    Ok(row)
}

/// Whether a holder of the master key wrote what a row says of its process.
pub(super) fn is_authentic(vault: &Vault, row: &ProcessRecord) -> bool {
    vault.tag_is_right(&tag_input(row), &row.tag)
}

/// The counts are left out: they are no reason to believe or not to believe anything.
fn tag_input(row: &ProcessRecord) -> TagInput {
    let input = TagInput::new("process", &row.id, 1).text(&row.kind).text(&row.host);
    input.int(row.started_at).int(row.seen_at).int(row.epoch).int(row.change)
}

/// The verifiers that are in sight. An unreadable table shows none: it proves nothing and must not hide the menu.
pub(super) fn verifiers(tx: &mut dyn Tx, now: Seconds) -> Vec<VerifierRow> {
    let since = now.0.saturating_sub(IN_SIGHT);
    let rows = tables::processes(tx, ProcessKind::Verifier.as_str(), since, MOST).unwrap_or_default();
    let shown = |row: ProcessRecord| VerifierRow {
        host: row.host,
        version: row.version,
        gateways: row.gateways,
        seen_at: Seconds(row.seen_at),
        per_minute: row.per_minute.max(0),
    };
    rows.into_iter().map(shown).collect()
}
