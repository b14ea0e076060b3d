//! Verifies the hash chain of the trail: every hash, every number, and what the rows say about the settings.

use crate::store::{
    Cancel, StoreError, Tx,
    tables::{self, HeadRow, TrailRecord},
};

use super::{HubError, guard, settled};

/// Rows read at a time while the trail is checked: a verifier elsewhere must not wait for a long read.
const BATCH: i64 = 5_000;

/// Progress of a verification.
pub(super) struct Walk {
    pub(super) no: i64,
    pub(super) rows: i64,
    pub(super) hash: Vec<u8>,
    /// The values of settings, as they were last written.
    pub(super) written: settled::Written,
    head_no: i64,
    head_hash: Vec<u8>,
    expect: Option<(i64, String)>,
    broken: Option<String>,
}

/// Verifies up to the end that the head names, or to the first row that is wrong. `progress` gets rows done and rows in
/// all.
pub(super) fn on(
    tx: &mut dyn Tx,
    walk: &mut Walk,
    cancel: &Cancel,
    progress: &mut dyn FnMut(i64, i64),
) -> Result<(), HubError> {
    on_with(tx, walk, cancel, progress, &mut |_| ())
}

/// The same, showing each row that is as it should be to `each`.
pub(super) fn on_with(
    tx: &mut dyn Tx,
    walk: &mut Walk,
    cancel: &Cancel,
    progress: &mut dyn FnMut(i64, i64),
    each: &mut dyn FnMut(&TrailRecord),
) -> Result<(), HubError> {
    while walk.broken.is_none() && walk.no < walk.head_no {
        if cancel.is_cancelled() {
            return Err(StoreError::Cancelled.into());
        }
        let before = walk.no;
        tables::trail_after(tx, before, BATCH, &mut |record| {
            walk.step(&record)?;
            if walk.no == record.no {
                each(&record);
            }
            Ok(())
        })?;
        if walk.no == before {
            walk.broken.get_or_insert_with(|| format!("row {} is missing", before + 1));
        }
        progress(walk.no, walk.head_no);
    }
    Ok(())
}

impl Walk {
    /// Starts a verification. `expect` is a number and hash noted elsewhere.
    pub(super) fn new(head: &HeadRow, expect: Option<(i64, String)>) -> Self {
        let hash = guard::first_hash(&head.store_id);
        let (head_no, head_hash) = (head.trail_no, head.trail_hash.clone());
        Self { no: 0, rows: 0, hash, written: settled::Written::new(), head_no, head_hash, expect, broken: None }
    }

    fn step(&mut self, record: &TrailRecord) -> Result<(), StoreError> {
        // A row beyond the end that the head names is not part of the trail; it is reported separately.
        if self.broken.is_some() || record.no > self.head_no {
            return Ok(());
        }
        if record.no != self.no + 1 {
            self.broken = Some(format!("row {} is missing", self.no + 1));
            return Ok(());
        }
        let hash = guard::trail_hash(&self.hash, record);
        if hash != record.hash {
            self.broken = Some(format!("row {} was edited, or a row before it", record.no));
            return Ok(());
        }
        (self.no, self.hash, self.rows) = (record.no, hash, self.rows + 1);
        settled::take_up(&mut self.written, &record.action, record.after.as_deref());
        if let Some((no, expected)) = &self.expect
            && *no == self.no
            && !expected.eq_ignore_ascii_case(&data_encoding::HEXLOWER.encode(&self.hash))
        {
            self.broken = Some(format!("row {no} has another hash than the one you noted"));
        }
        Ok(())
    }

    /// The first thing that is wrong with the trail, once all of it was read.
    pub(super) fn finish(&mut self, head_intact: bool) -> Option<String> {
        let noted = self.expect.as_ref().map(|(no, _)| *no);
        self.broken.take().or_else(|| match noted {
            _ if !head_intact => Some("the head was changed outside keydesk".to_owned()),
            _ if self.hash != self.head_hash => Some(format!("row {} is not the one that the head names", self.no)),
            Some(no) if no > self.no => Some(format!("the trail ends at row {}, but row {no} was noted", self.no)),
            _ => None,
        })
    }
}
