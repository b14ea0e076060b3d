//! Store positions: how far a store was, and whether the current store continues from there. Detects rollback and
//! replacement.

use std::io::{self, Read as _};
use std::path::Path;

use data_encoding::BASE64;

use crate::files::{self, Access};
use crate::hub::audit::chain::Link;
use crate::hub::tx::table_sums;
use crate::hub::{Cancel, ChangeNumber, Feed, HubError};
use crate::store::tables::{self, HeadRow};
use crate::vault::{Sum, Sums, TagInput, Vault};

/// Limit on the size of a file with a position, in bytes.
const BYTES: u64 = 512;

/// The position of a store when it was read.
#[derive(Clone, Debug)]
pub struct StorePosition {
    store_id: String,
    epoch: i64,
    change: i64,
    /// The last row of the trail.
    trail: Link,
    /// Count and sum of its credentials; `None` for a position from a file.
    credentials: Option<Sum>,
}

/// Ignores the sum: a position from a file has none, and it follows from the rest.
impl PartialEq for StorePosition {
    fn eq(&self, other: &Self) -> bool {
        (&self.store_id, self.epoch, self.change, &self.trail)
            == (&other.store_id, other.epoch, other.change, &other.trail)
    }
}

impl Eq for StorePosition {}

/// How a store differs from an earlier [`StorePosition`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drift {
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

impl StorePosition {
    pub(in crate::hub) fn of(head: HeadRow, sums: &Sums) -> Self {
        let trail = Link::end(&head);
        let HeadRow { store_id, epoch, change, .. } = head;
        Self { store_id, epoch, change, trail, credentials: Some(sums.of(table_sums::KEYS.table)) }
    }

    /// The change that it is at.
    pub fn number(&self) -> ChangeNumber {
        ChangeNumber { epoch: self.epoch, change: self.change }
    }

    /// Whether this is the sum of the store's credentials. Always true for a position without a sum.
    pub fn matches_sum(&self, credentials: &Sum) -> bool {
        self.credentials.is_none_or(|sum| sum == *credentials)
    }

    /// Whether a change number is later.
    pub fn is_before(&self, change: i64) -> bool {
        self.change < change
    }

    /// The last row of the trail.
    pub(in crate::hub) fn trail(&self) -> &Link {
        &self.trail
    }

    /// Raised when an older copy was accepted.
    pub(in crate::hub) fn epoch(&self) -> i64 {
        self.epoch
    }

    /// The number of the last change.
    pub(in crate::hub) fn change(&self) -> i64 {
        self.change
    }

    /// Compares this position with the current one by their numbers. Whether the trail up to here is still the same is
    /// checked separately.
    fn compare(&self, now: &Self) -> Drift {
        match () {
            () if self.store_id != now.store_id => Drift::Another,
            () if now.epoch > self.epoch => Drift::Anew,
            () if now.epoch < self.epoch || now.trail.no < self.trail.no || now.change < self.change => Drift::WentBack,
            () if now.change > self.change => Drift::Changed,
            () => Drift::Same,
        }
    }

    fn input(&self) -> TagInput {
        let input = TagInput::new("seen", &self.store_id, self.epoch);
        input.int(self.change).int(self.trail.no).bytes(&self.trail.hash)
    }

    /// A line of text with a MAC.
    pub(in crate::hub) fn encode(&self, vault: &Vault) -> Result<String, HubError> {
        let mac = vault.head_mac(&self.input())?;
        let Self { store_id, epoch, change, trail: Link { no, hash }, credentials: _ } = self;
        Ok(serde_json::json!([store_id, epoch, change, no, BASE64.encode(hash), BASE64.encode(&mac)]).to_string())
    }

    /// Reads such a line from a file.
    pub fn read_line(path: &Path) -> io::Result<String> {
        let mut line = String::new();
        files::open(path, Access::Read)?.0.take(BYTES).read_to_string(&mut line)?;
        Ok(line)
    }

    /// What such a line says.
    pub(in crate::hub) fn decode(vault: &Vault, line: &str) -> Option<Self> {
        let (store_id, epoch, change, no, hash, mac) =
            serde_json::from_str::<(String, i64, i64, i64, String, String)>(line).ok()?;
        let bytes = |text: String| BASE64.decode(text.as_bytes()).ok();
        let mark = Self { store_id, epoch, change, trail: Link { no, hash: bytes(hash)? }, credentials: None };
        vault.head_mac_is_right(&mark.input(), &bytes(mac)?).then_some(mark)
    }

    /// The head that it was read from, as far as a position has it.
    pub(in crate::hub) fn as_head(&self) -> HeadRow {
        let Self { store_id, epoch, change, trail: Link { no, hash }, credentials: _ } = self.clone();
        HeadRow { store_id, epoch, change, trail_no: no, trail_hash: hash, sums: Vec::new(), mac: Vec::new() }
    }

    /// The position of a head without its sums.
    pub(in crate::hub) fn of_head(head: &HeadRow) -> Self {
        let HeadRow { store_id, epoch, change, .. } = head.clone();
        Self { store_id, epoch, change, trail: Link::end(head), credentials: None }
    }

    /// The earlier of two positions: following the store from there misses nothing.
    #[must_use]
    pub fn earlier(self, other: Self) -> Self {
        if self.change <= other.change { self } else { other }
    }
}

impl Feed<'_> {
    /// The current position. Fails when the MAC of the head is wrong.
    pub fn position(self) -> Result<StorePosition, HubError> {
        self.position_in(&mut *self.hub().store.read(&Cancel::default())?)
    }

    /// Compares the store with `before`; returns the difference and the current position.
    pub fn drift(self, before: &StorePosition) -> Result<(Drift, StorePosition), HubError> {
        let mut tx = self.hub().store.read(&Cancel::default())?;
        let now = self.position_in(&mut *tx)?;
        let since = match before.compare(&now) {
            // An old copy that was continued may have grown past `before`; its trail differs.
            Drift::Same | Drift::Changed
                if now.trail.hash != before.trail.hash
                    && tables::trail_hash(&mut *tx, before.trail.no)?.as_ref() != Some(&before.trail.hash) =>
            {
                Drift::WentBack
            }
            since => since,
        };
        Ok((since, now))
    }

    /// Encodes a position as a line of text for a file, with a MAC: only a holder of the master key can make a valid
    /// one.
    pub fn encode_position(self, mark: &StorePosition) -> Result<String, HubError> {
        mark.encode(&self.hub().vault)
    }

    /// The mark that [`Feed::encode_position`] wrote; `None` if this is none, or was changed since.
    pub fn decode_position(self, line: &str) -> Option<StorePosition> {
        StorePosition::decode(&self.hub().vault, line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(store: &str, epoch: i64, change: i64, no: i64) -> StorePosition {
        StorePosition {
            store_id: store.to_owned(),
            epoch,
            change,
            trail: Link { no, hash: Vec::new() },
            credentials: None,
        }
    }

    #[test]
    fn a_store_is_compared_with_its_earlier_position() {
        let was = mark("a", 1, 5, 9);
        for (now, since) in [
            (mark("a", 1, 5, 9), Drift::Same),
            (mark("a", 1, 5, 12), Drift::Same),
            (mark("a", 1, 6, 10), Drift::Changed),
            (mark("a", 2, 1, 1), Drift::Anew),
            (mark("a", 1, 4, 8), Drift::WentBack),
            (mark("a", 1, 5, 8), Drift::WentBack),
            (mark("a", 0, 50, 90), Drift::WentBack),
            (mark("b", 1, 5, 9), Drift::Another),
        ] {
            assert_eq!(was.compare(&now), since, "{now:?}");
        }
        assert_eq!(mark("a", 1, 6, 9).earlier(was.clone()), was);
    }
}
