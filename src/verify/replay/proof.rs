//! An accepted signature, and what is remembered of it.

use std::fmt;

use uuid::Uuid;

use crate::time::Seconds;
use crate::vault::sha256;

/// An accepted signature, for the replay memory.
#[derive(Clone)]
pub struct Proof {
    row: Uuid,
    signature: [u8; 64],
    pub(super) length: usize,
    good_until: Seconds,
}

impl Proof {
    pub(crate) fn new(row: Uuid, given: &[u8], good_until: Seconds) -> Self {
        let mut signature = [0; 64];
        signature[..given.len()].copy_from_slice(given);
        Self { row, signature, length: given.len(), good_until }
    }

    /// The last second in which the signature is acceptable.
    pub fn good_until(&self) -> Seconds {
        self.good_until
    }

    /// What is remembered of it, the same on every node.
    pub fn remembered(&self) -> Remembered {
        let mut mark = [0; 16];
        // The half of an id that is random, then the signature's hash. That the credential shows is what a share is
        // counted by; of two signatures of one credential 64 bits tell which is which.
        mark[..8].copy_from_slice(&self.row.as_bytes()[8..]);
        mark[8..].copy_from_slice(&sha256(&self.signature[..self.length])[..8]);
        Remembered { mark, good_until: self.good_until }
    }
}

/// A signature as it is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// A short identifier of this signature of this credential.
    pub mark: [u8; 16],
    /// The last second in which it is acceptable.
    pub good_until: Seconds,
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proof(.., good until {})", self.good_until.rfc3339())
    }
}
