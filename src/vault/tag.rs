//! Tags: HMAC-SHA-256 (RFC 2104) over every column of a row that decides, each with its type and length.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::ring::RingKey;

/// The canonical form of a row: table, row id, version, then every other column in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagInput(Vec<u8>);

impl TagInput {
    /// Begins with where the row is.
    pub fn new(table: &str, row: &str, version: i64) -> Self {
        // With the room that a whole row takes it never moves.
        let mut bytes = Vec::with_capacity(1024);
        bytes.extend_from_slice(b"keydesk tag v1");
        Self(bytes).text(table).text(row).int(version)
    }

    /// Adds NULL.
    #[must_use]
    pub fn null(self) -> Self {
        self.part(0, &[])
    }

    /// Adds a number.
    #[must_use]
    pub fn int(self, n: i64) -> Self {
        self.part(1, &n.to_be_bytes())
    }

    /// Adds text.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.part(2, text.as_bytes())
    }

    /// Adds bytes.
    #[must_use]
    pub fn bytes(self, bytes: &[u8]) -> Self {
        self.part(3, bytes)
    }

    /// The canonical bytes, for hashing without a key.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn part(mut self, kind: u8, bytes: &[u8]) -> Self {
        self.0.push(kind);
        self.0.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }
}

fn mac(key: &RingKey, input: &TagInput) -> Hmac<Sha256> {
    // HMAC takes keys of any length; ours has 32 bytes.
    Hmac::<Sha256>::new_from_slice(key.key.expose()).expect("HMAC takes any key").chain_update(&input.0)
}

/// Ring key id and MAC.
pub(super) fn make(key: &RingKey, input: &TagInput) -> Vec<u8> {
    let mut tag = key.id.to_be_bytes().to_vec();
    tag.extend_from_slice(&mac(key, input).finalize().into_bytes());
    tag
}

/// Checks in constant time, with whichever key of the ring made it.
pub(super) fn check<'a>(key: impl FnOnce(u32) -> Option<&'a RingKey>, input: &TagInput, tag: &[u8]) -> bool {
    let Some((id, given)) = tag.split_first_chunk::<4>() else { return false };
    key(u32::from_be_bytes(*id)).is_some_and(|key| mac(key, input).verify_slice(given).is_ok())
}
