//! Row tags: HMAC-SHA-256 (RFC 2104) over every column of a row that decides, each with its type and length.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::ring::RingKey;

/// The canonical form of a row: table, row id, version, then every other column in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagInput(Vec<u8>);

impl TagInput {
    /// Starts with table, row id and version.
    pub fn new(table: &str, row: &str, version: i64) -> Self {
        // Capacity for a whole row, without reallocation.
        Self(Vec::with_capacity(1024)).again(table, row, version)
    }

    /// Starts over with another row and reuses the buffer, for a reader of a million rows.
    #[must_use]
    pub fn again(mut self, table: &str, row: &str, version: i64) -> Self {
        self.0.clear();
        self.0.extend_from_slice(b"keydesk tag v1");
        self.text(table).text(row).int(version)
    }

    /// Appends a column that is NULL.
    #[must_use]
    pub fn null(self) -> Self {
        self.part(0, &[])
    }

    /// Appends a column with a whole number.
    #[must_use]
    pub fn int(self, n: i64) -> Self {
        self.part(1, &n.to_be_bytes())
    }

    /// Appends a column with text.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.part(2, text.as_bytes())
    }

    /// Appends a column with bytes.
    #[must_use]
    pub fn bytes(self, bytes: &[u8]) -> Self {
        self.part(3, bytes)
    }

    /// The canonical bytes, for hashing without a key.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn part(mut self, kind: u8, bytes: &[u8]) -> Self {
        let mut head = [kind; 9];
        head[1..].copy_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.0.extend_from_slice(&head);
        self.0.extend_from_slice(bytes);
        self
    }
}

/// A MAC with a key that is set up already: two of the ten blocks that are hashed for a row.
pub(super) struct Keyed(Hmac<Sha256>);

impl Keyed {
    pub(super) fn new(key: &[u8]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes any key"))
    }

    /// The first 16 bytes of the MAC of a text, as a number.
    pub(super) fn first_16(&self, text: &[u8]) -> u128 {
        self.whole(text).first_chunk().map_or(0, |first| u128::from_le_bytes(*first))
    }

    /// The whole MAC of a text.
    pub(super) fn whole(&self, text: &[u8]) -> zeroize::Zeroizing<[u8; 32]> {
        zeroize::Zeroizing::new(self.0.clone().chain_update(text).finalize().into_bytes().into())
    }

    fn mac(&self, input: &TagInput) -> Hmac<Sha256> {
        self.0.clone().chain_update(&input.0)
    }
}

impl Drop for Keyed {
    fn drop(&mut self) {
        // The prepared state is as secret as the key.
        self.0 = Hmac::new_from_slice(&[]).expect("HMAC takes any key");
        std::hint::black_box(&self.0);
    }
}

impl fmt::Debug for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyed(..)")
    }
}

/// Ring key id and MAC.
pub(super) fn make(key: &RingKey, input: &TagInput) -> Vec<u8> {
    let mut tag = key.id.to_be_bytes().to_vec();
    tag.extend_from_slice(&key.mac.mac(input).finalize().into_bytes());
    tag
}

/// Checks in constant time, with whichever key of the ring made it.
pub(super) fn check<'a>(key: impl FnOnce(u32) -> Option<&'a RingKey>, input: &TagInput, tag: &[u8]) -> bool {
    let Some((id, given)) = tag.split_first_chunk::<4>() else { return false };
    key(u32::from_be_bytes(*id)).is_some_and(|key| key.mac.mac(input).verify_slice(given).is_ok())
}
