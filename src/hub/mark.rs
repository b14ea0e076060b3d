//! Store positions: how far a store was, and whether the store of now continues from there. Detects rollback and
//! replacement.

use data_encoding::BASE64;

use crate::account::Right;
use crate::store::{
    Cancel, Tx,
    tables::{self, HeadRow, TrailFilter, TrailRecord},
};
use crate::time::Millis;
use crate::vault::{Sum, Sums, TagInput};

use super::{
    Accepted, Actor, Hub, HubError, Origin, action,
    change::{Author, Subject},
    feed::Feed,
    refusal::Intent,
    sums,
};

/// The position of a store when it was read.
#[derive(Clone, Debug)]
pub struct Mark {
    store_id: String,
    epoch: i64,
    change: i64,
    trail_no: i64,
    trail_hash: Vec<u8>,
    /// Count and sum of its credentials; not known of a mark that was read from a file.
    credentials: Option<Sum>,
}

/// The sum is not looked at: a mark from a file does not have it, and it follows from the rest.
impl PartialEq for Mark {
    fn eq(&self, other: &Self) -> bool {
        (&self.store_id, self.epoch, self.change) == (&other.store_id, other.epoch, other.change)
            && self.trail() == other.trail()
    }
}

impl Eq for Mark {}

/// How a store differs from an earlier [`Mark`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Nothing that a verifier follows is different.
    Same,
    /// Something changed: ask for the changes.
    Changed,
    /// Reset: an older copy was put in place and accepted. Load everything.
    Anew,
    /// Rolled back: it is older than it was, or continued from an older state.
    WentBack,
    /// Replaced by another store: load everything.
    Another,
}

impl Mark {
    pub(super) fn of(head: HeadRow, sums: &Sums) -> Self {
        let HeadRow { store_id, epoch, change, trail_no, trail_hash, sums: _, mac: _ } = head;
        Self { store_id, epoch, change, trail_no, trail_hash, credentials: Some(sums.of(sums::KEYS.table)) }
    }

    /// Whether a sum is that of the credentials of this store. A mark without a sum says yes.
    pub fn fits(&self, credentials: &Sum) -> bool {
        self.credentials.is_none_or(|sum| sum == *credentials)
    }

    /// Whether a change came after it.
    pub fn is_before(&self, change: i64) -> bool {
        self.change < change
    }

    /// Number and hash of the last row of the trail.
    pub(super) fn trail(&self) -> (i64, &[u8]) {
        (self.trail_no, &self.trail_hash)
    }

    /// The number of the last change.
    pub(super) fn change(&self) -> i64 {
        self.change
    }

    /// Compares this mark with the store of `now` by its numbers. Whether the trail up to here is still the same is
    /// checked separately.
    fn compare(&self, now: &Self) -> Since {
        match () {
            () if self.store_id != now.store_id => Since::Another,
            () if now.epoch > self.epoch => Since::Anew,
            () if now.epoch < self.epoch || now.trail_no < self.trail_no || now.change < self.change => Since::WentBack,
            () if now.change > self.change => Since::Changed,
            () => Since::Same,
        }
    }

    fn input(&self) -> TagInput {
        let input = TagInput::new("seen", &self.store_id, self.epoch);
        input.int(self.change).int(self.trail_no).bytes(&self.trail_hash)
    }

    /// The earlier of two marks: following the store from it misses nothing.
    #[must_use]
    pub fn earlier(self, other: Self) -> Self {
        if self.change <= other.change { self } else { other }
    }
}

impl Feed<'_> {
    /// The current position. Fails when the MAC of the head is wrong.
    pub fn mark(self) -> Result<Mark, HubError> {
        self.mark_in(&mut *self.hub().store.read(&Cancel::default())?)
    }

    /// Compares the store with `before`; returns the difference and the current position.
    pub fn since(self, before: &Mark) -> Result<(Since, Mark), HubError> {
        let mut tx = self.hub().store.read(&Cancel::default())?;
        let now = self.mark_in(&mut *tx)?;
        let since = match before.compare(&now) {
            // An old copy that went on is as long as it was, and longer: its trail tells that it is not the same.
            Since::Same | Since::Changed
                if now.trail_hash != before.trail_hash
                    && tables::trail_hash(&mut *tx, before.trail_no)?.as_ref() != Some(&before.trail_hash) =>
            {
                Since::WentBack
            }
            since => since,
        };
        Ok((since, now))
    }

    /// A mark as a line of text for a file, with a MAC: only a holder of the master key can make a valid one.
    pub fn written(self, mark: &Mark) -> Result<String, HubError> {
        let mac = self.hub().vault.head_mac(&mark.input())?;
        let Mark { store_id, epoch, change, trail_no, trail_hash, credentials: _ } = mark;
        Ok(serde_json::json!([store_id, epoch, change, trail_no, BASE64.encode(trail_hash), BASE64.encode(&mac)])
            .to_string())
    }

    /// The mark that [`Feed::written`] wrote; `None` if this is none, or was changed since.
    pub fn read_mark(self, line: &str) -> Option<Mark> {
        let (store_id, epoch, change, trail_no, trail_hash, mac) =
            serde_json::from_str::<(String, i64, i64, i64, String, String)>(line).ok()?;
        let bytes = |text: String| BASE64.decode(text.as_bytes()).ok();
        let mark = Mark { store_id, epoch, change, trail_no, trail_hash: bytes(trail_hash)?, credentials: None };
        self.hub().vault.head_mac_is_right(&mark.input(), &bytes(mac)?).then_some(mark)
    }

    /// Records in the trail, where Administrators look, that the store was rolled back and is not followed by a
    /// verifier that knows `newer`. Once is enough; the row says which epoch is known, so that accepting the store can
    /// go beyond it.
    pub fn note_went_back(self, newer: &Mark) -> Result<(), HubError> {
        let told = told(&mut *self.hub().store.read(&Cancel::default())?)?;
        if told.iter().any(|row| epoch_in(row) >= newer.epoch) {
            return Ok(());
        }
        let asked = "follow a store that went back";
        let after = serde_json::json!({ "asked": asked, "epoch": newer.epoch }).to_string();
        let subject = Subject::row(STORE, "the store").changed(None, Some(after));
        let reason = format!("{asked} {}", newer.epoch);
        self.hub().write_refusal(Author::nobody(&Origin::default()), action::WENT_BACK, subject, &reason)
    }
}

/// What rows of the trail about the store as a whole are about.
pub(super) const STORE: &str = "store";
/// Limit on the rows that are read: as many as there may be reporting verifiers.
const TOLD: i64 = 200;

/// Rollback reports of verifiers, newest first, since the store was last accepted.
fn told(tx: &mut dyn Tx) -> Result<Vec<TrailRecord>, HubError> {
    let rows = tables::trail_before(tx, &[TrailFilter::Subject(STORE)], i64::MAX, TOLD)?;
    let since = rows.into_iter().take_while(|row| row.action != action::ACCEPTED.code);
    Ok(since.filter(|row| row.action == action::WENT_BACK.code).collect())
}

/// The epoch that the reporting verifier knows.
fn epoch_in(row: &TrailRecord) -> i64 {
    let after = row.after.as_deref().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    after.and_then(|json| json["epoch"].as_i64()).unwrap_or_default()
}

/// When a verifier last reported that it knows a newer state of this store; `None` if none did since it was accepted.
pub(super) fn went_back(tx: &mut dyn Tx) -> Result<Option<Millis>, HubError> {
    Ok(told(tx)?.first().map(|row| Millis(row.at)))
}

/// The last tampering that a verifier reported since the store was last accepted.
pub(super) fn altered(tx: &mut dyn Tx) -> Result<Option<String>, HubError> {
    let rows = tables::trail_before(tx, &[TrailFilter::Subject(STORE)], i64::MAX, TOLD)?;
    let since = rows.into_iter().take_while(|row| row.action != action::ACCEPTED.code);
    Ok(since.filter(|row| row.action == action::ALTERED.code).map(|row| row.what).next())
}

impl Hub {
    /// Accepts the store as it is, after an older copy of it, or of a row, was put in its place: verifiers that keep what
    /// they knew before load all of it. What the activity log knows better is put right first; keys are counted anew.
    ///
    /// With `trust_rows` also where the activity log is not whole, so that it cannot say which rows are older copies.
    pub fn accept_store(&self, actor: &Actor, trust_rows: bool) -> Result<Accepted, HubError> {
        let intent = Intent::new(Right::ManageSite, "accept the store").sensitive().mending();
        self.change(actor, intent, |change| {
            let accepted = change.mend(trust_rows)?;
            let known = told(&mut *change.tx)?.iter().map(epoch_in).max().unwrap_or_default();
            let (before, after) = change.next_epoch(known);
            let json = |epoch: i64| serde_json::json!({ "epoch": epoch });
            let mut now = json(after);
            if accepted.moved > 0 {
                now["moved"] = accepted.moved.into();
            }
            if accepted.put_right > 0 {
                now["put_right"] = accepted.put_right.into();
            }
            if accepted.users > 0 {
                now["users"] = accepted.users.into();
            }
            if trust_rows && accepted.trail_broken {
                now["rows"] = "trusted".into();
            }
            let subject = Subject::row(STORE, "the store");
            change.note(action::ACCEPTED, subject.changed(Some(json(before).to_string()), Some(now.to_string())))?;
            Ok(accepted)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(store: &str, epoch: i64, change: i64, trail_no: i64) -> Mark {
        Mark { store_id: store.to_owned(), epoch, change, trail_no, trail_hash: Vec::new(), credentials: None }
    }

    #[test]
    fn a_store_is_compared_with_what_it_was() {
        let was = mark("a", 1, 5, 9);
        for (now, since) in [
            (mark("a", 1, 5, 9), Since::Same),
            (mark("a", 1, 5, 12), Since::Same),
            (mark("a", 1, 6, 10), Since::Changed),
            (mark("a", 2, 1, 1), Since::Anew),
            (mark("a", 1, 4, 8), Since::WentBack),
            (mark("a", 1, 5, 8), Since::WentBack),
            (mark("a", 0, 50, 90), Since::WentBack),
            (mark("b", 1, 5, 9), Since::Another),
        ] {
            assert_eq!(was.compare(&now), since, "{now:?}");
        }
        assert_eq!(mark("a", 1, 6, 9).earlier(was.clone()), was);
    }
}
