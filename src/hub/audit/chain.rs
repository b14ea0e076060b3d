//! The hash chain of the trail: every row carries a hash over itself and the hash before it, and the head names the
//! last. Here it is followed; `tx::row_tags::trail_hash` computes it, and `tx::write` adds a row to it.

use std::collections::BTreeMap;

use crate::hub::audit::action;
use crate::hub::tx::row_tags;
use crate::hub::{Cancel, HubError};
use crate::store::tables::{self, HeadRow, TrailRecord};
use crate::store::{StoreError, Tx};

/// Rows read at a time while the trail is checked: a verifier elsewhere must not wait for a long read.
const BATCH: i64 = 5_000;

/// How far the chain was followed: number and hash of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) no: i64,
    pub(crate) hash: Vec<u8>,
}

/// Why a row does not continue the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Break {
    /// Another row belongs before it.
    Missing,
    /// Its hash is not the one over itself and the hash before it.
    Edited,
}

impl Link {
    /// The beginning of a store's trail, before its first row.
    pub(crate) fn start(head: &HeadRow) -> Self {
        Self { no: 0, hash: row_tags::first_hash(&head.store_id) }
    }

    /// The end of the trail, by the head.
    pub(crate) fn end(head: &HeadRow) -> Self {
        Self { no: head.trail_no, hash: head.trail_hash.clone() }
    }

    /// Follows the chain to its next row. Stays where it is if that row does not continue the chain.
    pub(crate) fn step(&mut self, row: &TrailRecord) -> Result<(), Break> {
        if row.no != self.no + 1 {
            return Err(Break::Missing);
        }
        let hash = row_tags::trail_hash(&self.hash, row);
        if hash != row.hash {
            return Err(Break::Edited);
        }
        *self = Self { no: row.no, hash };
        Ok(())
    }
}

/// Values of settings by their names in the store, as rows of the trail record them.
pub(crate) type SettingValues = BTreeMap<String, String>;

/// Progress of a verification.
pub(crate) struct ChainCheck {
    pub(crate) at: Link,
    pub(crate) rows: i64,
    /// The values of settings, as they were last written.
    pub(crate) settings: SettingValues,
    end: Link,
    expect: Option<(i64, String)>,
    broken: Option<String>,
}

/// Verifies up to the end that the head names, or to the first row that is wrong. `progress` gets rows done and rows in
/// all.
pub(crate) fn check(
    tx: &mut dyn Tx,
    chain: &mut ChainCheck,
    cancel: &Cancel,
    progress: &mut dyn FnMut(i64, i64),
) -> Result<(), HubError> {
    check_with(tx, chain, cancel, progress, &mut |_| ())
}

/// The same, showing each row that is as it should be to `each`.
pub(crate) fn check_with(
    tx: &mut dyn Tx,
    chain: &mut ChainCheck,
    cancel: &Cancel,
    progress: &mut dyn FnMut(i64, i64),
    each: &mut dyn FnMut(&TrailRecord),
) -> Result<(), HubError> {
    while chain.broken.is_none() && chain.at.no < chain.end.no {
        if cancel.is_cancelled() {
            return Err(StoreError::Cancelled.into());
        }
        let before = chain.at.no;
        tables::trail_after(tx, before, BATCH, &mut |row| {
            chain.step(&row);
            if chain.at.no == row.no {
                each(&row);
            }
            Ok(())
        })?;
        if chain.at.no == before {
            chain.broken.get_or_insert_with(|| format!("row {} is missing", before + 1));
        }
        progress(chain.at.no, chain.end.no);
    }
    Ok(())
}

impl ChainCheck {
    /// Starts a verification. `expect` is a number and hash noted elsewhere.
    pub(crate) fn new(head: &HeadRow, expect: Option<(i64, String)>) -> Self {
        let (at, end) = (Link::start(head), Link::end(head));
        Self { at, rows: 0, settings: SettingValues::new(), end, expect, broken: None }
    }

    fn step(&mut self, row: &TrailRecord) {
        // A row beyond the end that the head names is not part of the trail; it is reported separately.
        if self.broken.is_some() || row.no > self.end.no {
            return;
        }
        if let Err(why) = self.at.step(row) {
            self.broken = Some(match why {
                Break::Missing => format!("row {} is missing", self.at.no + 1),
                Break::Edited => format!("row {} was edited, or a row before it", row.no),
            });
            return;
        }
        self.rows += 1;
        apply(&mut self.settings, &row.action, row.after.as_deref());
        if let Some((no, expected)) = &self.expect
            && *no == self.at.no
            && !expected.eq_ignore_ascii_case(&data_encoding::HEXLOWER.encode(&self.at.hash))
        {
            self.broken = Some(format!("row {no} has another hash than the one you noted"));
        }
    }

    /// The first thing that is wrong with the trail, once all of it was read.
    pub(crate) fn finish(&mut self, head_intact: bool) -> Option<String> {
        let (no, noted) = (self.at.no, self.expect.as_ref().map(|(no, _)| *no));
        self.broken.take().or_else(|| match noted {
            _ if !head_intact => Some("the head was changed outside keydesk".to_owned()),
            _ if self.at.hash != self.end.hash => Some(format!("row {no} is not the one that the head names")),
            Some(noted) if noted > no => Some(format!("the trail ends at row {no}, but row {noted} was noted")),
            _ => None,
        })
    }
}

/// Applies a row of the trail to the values of settings.
pub(crate) fn apply(settings: &mut SettingValues, action: &str, after: Option<&str>) {
    if ![action::SET_UP.code, action::SETTLED.code, action::SETTING.code].contains(&action) {
        return;
    }
    let read = |text| serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).ok();
    settings.extend(after.and_then(read).into_iter().flatten().map(|(key, value)| match value {
        serde_json::Value::String(text) => (key, text),
        other => (key, other.to_string()),
    }));
}
