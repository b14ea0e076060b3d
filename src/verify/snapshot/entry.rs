//! A credential as the store's feed delivers it, before it is packed into a snapshot.

use uuid::Uuid;

use crate::credential::{Algorithms, BodyDigest, Kind, Networks, State};
use crate::time::Seconds;
use crate::vault::{Stored, Term};

/// Everything a verifier has to know of one credential.
#[derive(Debug)]
pub struct Entry {
    /// Id of its row, by which usage and refusals are written.
    pub row: Uuid,
    /// Basic, HMAC or Legacy.
    pub kind: Kind,
    /// API key or Legacy username.
    pub key: String,
    /// Its name, for people.
    pub name: String,
    /// State as stored, whatever the clock says.
    pub state: State,
    /// Not usable before this second.
    pub not_before: Option<Seconds>,
    /// Not usable from this second on.
    pub expires_at: Option<Seconds>,
    /// Where it may be used from.
    pub networks: Networks,
    /// Algorithms that may sign.
    pub algorithms: Algorithms,
    /// Whether a body's digest must be signed.
    pub body_digest: BodyDigest,
    /// Its live secrets, in any number.
    pub secrets: Vec<LiveSecret>,
    /// A row of it has a wrong tag, or a secret does not open: refused whatever is asked.
    pub tampered: bool,
    /// What its row adds to the sum over all credentials of the store.
    pub term: Term,
}

impl Entry {
    /// An active credential whose one secret works from anywhere and has no end; it is named by its key, and belongs to
    /// no row of a store.
    pub fn new(kind: Kind, key: impl Into<String>, stored: Stored) -> Self {
        let key = key.into();
        Self {
            row: Uuid::nil(),
            kind,
            name: key.clone(),
            key,
            state: State::Active,
            not_before: None,
            expires_at: None,
            networks: Networks::default(),
            algorithms: Algorithms::default(),
            body_digest: BodyDigest::Required,
            secrets: vec![LiveSecret { version: 1, stored, valid_until: None }],
            tampered: false,
            term: Term::default(),
        }
    }
}

/// A secret that works, perhaps for a while only.
#[derive(Debug)]
pub struct LiveSecret {
    /// 1 for the first, one more with each rotation.
    pub version: u32,
    /// The secret in the form in which it is stored.
    pub stored: Stored,
    /// Not usable from this second on; `None` for the current one.
    pub valid_until: Option<Seconds>,
}

/// What changed in the store.
#[derive(Debug)]
pub enum Change<'a> {
    /// A credential that is new, or another than before.
    Put(&'a Entry),
    /// A credential that was removed. The desk never does that; replacing the store may.
    Remove {
        /// Kind of the credential.
        kind: Kind,
        /// Key of the credential.
        key: &'a str,
    },
}

/// Why a credential cannot be held. The caller marks it as tampered and tries again: then only a key that is too long
/// does not fit, and that replaces nothing and is refused as unknown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// A secret is kept in a way that its kind cannot be verified with.
    #[error("A secret of {kind} key {key:?} is kept in a way that does not fit its kind. Rotate the key.")]
    Scheme {
        /// Kind of the credential.
        kind: Kind,
        /// Key of the credential.
        key: String,
    },
    /// A part is longer than any that keydesk writes.
    #[error("{kind} key {key:?} is longer than a verifier can hold. Revoke it and create another.")]
    TooLong {
        /// Kind of the credential.
        kind: Kind,
        /// The beginning of its key.
        key: String,
    },
    /// The same key twice in one kind.
    #[error(
        "{kind} key {key:?} is in the store twice. Run `keydesk audit verify --as NAME`, and restore a backup if it finds damage."
    )]
    Twice {
        /// Kind of the credential.
        kind: Kind,
        /// Key of the credential.
        key: String,
    },
}
