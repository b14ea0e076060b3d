//! What names a credential in a call.

use std::fmt;

use uuid::Uuid;

/// Identity of a credential's row; shows in JSON only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialId(pub Uuid);

impl fmt::Display for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A credential in the version that somebody saw when they decided on a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialTarget {
    /// Id of the credential.
    pub id: CredentialId,
    /// The version; the change is refused when the row has another.
    pub version: i64,
}
