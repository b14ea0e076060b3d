//! Counts as verifiers write them. Like last uses they are no change: no version, no change number, no row of the trail.

use std::collections::BTreeMap;

use crate::hub::settings::{Setting, stored};
use crate::hub::usage::process;
use crate::hub::{Cancel, Feed, HubError, ProcessNote, UseCount};
use crate::store::tables::{self, EVERY, UsedDayRow};
use crate::store::{Commit, StoreError, WriteTx};

/// Rows that are forgotten in one transaction: as much work as a batch of counts.
const FORGOTTEN_AT_ONCE: i64 = 500;

impl Feed<'_> {
    /// Writes a batch of counts, and notes the process that counted. Each batch of a process has another number. A batch
    /// that failed may be there all the same, if its commit got no answer: it is written again with its number, and not
    /// counted twice. Each credential and day is named once.
    pub fn write_counts(self, note: &ProcessNote, batch: i64, counts: &[UseCount]) -> Result<(), HubError> {
        let hub = self.hub();
        let mut tx = hub.store.write_relaxed()?;
        match counts {
            [] => tables::lock_asked(&mut *tx)?,
            _ => tables::note_asked(&mut *tx, hub.now().seconds().0)?,
        }
        let last = tables::last_batch(&mut *tx, &note.id.to_string())?;
        if last != Some(batch) {
            add(&mut *tx, counts)?;
        }
        process::put(hub, &mut *tx, note, batch)?;
        finish(tx.commit())
    }

    /// Forgets counts of days that are too old by the setting; says whether there may be more of them.
    pub fn forget_old_counts(self) -> Result<bool, HubError> {
        let hub = self.hub();
        let keep = stored::said(&mut *hub.store.read(&Cancel::default())?, &hub.vault, Setting::KeepCounts)?;
        // Of a setting that somebody changed by hand nothing is deleted.
        let Some(keep) = keep.and_then(|said| said.value.parse::<i64>().ok()) else { return Ok(false) };
        let first = hub.now().seconds().day().0.saturating_sub(keep - 1);
        let mut tx = hub.store.write()?;
        tables::lock_asked(&mut *tx)?;
        let gone = tables::forget_used_days(&mut *tx, first, FORGOTTEN_AT_ONCE)?;
        if gone > 0 {
            finish(tx.commit())?;
        }
        Ok(gone >= FORGOTTEN_AT_ONCE.unsigned_abs())
    }
}

fn add(tx: &mut dyn WriteTx, counts: &[UseCount]) -> Result<(), StoreError> {
    let row = |count: &UseCount| UsedDayRow {
        credential: count.credential.to_string(),
        day: count.day.0,
        n: count.allowed,
        refused: count.refused,
    };
    let mut rows: Vec<_> = counts.iter().map(row).collect();
    // In the same order for every writer, as for every lock.
    rows.sort_unstable_by(|a, b| (&a.credential, a.day).cmp(&(&b.credential, b.day)));
    tables::add_used_days(tx, &rows)?;
    let mut every: BTreeMap<i64, UsedDayRow> = BTreeMap::new();
    for row in rows {
        let none = UsedDayRow { credential: EVERY.to_owned(), day: row.day, n: 0, refused: 0 };
        let sum = every.entry(row.day).or_insert(none);
        sum.n = sum.n.saturating_add(row.n);
        sum.refused = sum.refused.saturating_add(row.refused);
    }
    tables::add_to_every(tx, &every.into_values().collect::<Vec<_>>())
}

pub(super) fn finish(commit: Commit) -> Result<(), HubError> {
    match commit {
        Commit::Committed => Ok(()),
        Commit::NotCommitted(why) => Err(why.into()),
        Commit::Unknown => Err(HubError::Unknown),
    }
}
