//! Processes note themselves, so that the menu shows which verifiers are in sight.

use crate::hub::usage::counts::finish;
use crate::hub::{Hub, HubError, ProcessKind, ProcessNote, VerifierRow};
use crate::store::tables::{self, ProcessRecord};
use crate::store::{Tx, WriteTx};
use crate::time::Seconds;
use crate::vault;

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
        })
    }

    /// Notes that a process is at work.
    pub fn note_process(&self, note: &ProcessNote) -> Result<(), HubError> {
        let mut tx = self.store.write()?;
        put(self, &mut *tx, note, 0)?;
        finish(tx.commit())
    }
}

/// Writes the row of a process, and forgets those that have long been gone.
pub(super) fn put(hub: &Hub, tx: &mut dyn WriteTx, note: &ProcessNote, batch: i64) -> Result<(), HubError> {
    let now = hub.now().seconds().0;
    let (epoch, change) = hub.newest_seen();
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let row = ProcessRecord {
        id: note.id.to_string(),
        kind: note.kind.as_str().to_owned(),
        host: note.host.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        gateways: note.gateways.clone(),
        started_at: note.started_at.0,
        seen_at: now,
        requests: number(note.requests),
        per_minute: number(note.per_minute),
        epoch,
        change,
        batch,
    };
    tables::put_process(tx, &row)?;
    Ok(tables::forget_processes(tx, now.saturating_sub(FORGOTTEN_AFTER))?)
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
