//! The credential that is written.

use crate::credential::{Algorithms, Kind};
use crate::sample::Subject;
use crate::secret::Secret;

/// What is written of a credential.
#[derive(Debug)]
pub struct Parts<'a> {
    /// Kind.
    pub kind: Kind,
    /// Key, or the username of a Legacy one.
    pub key: &'a str,
    /// Name.
    pub name: &'a str,
    /// HMAC: what it may sign with.
    pub algorithms: Algorithms,
    /// The secret, or the password of a Legacy one; none where it is not known.
    pub secret: Option<&'a Secret>,
}

impl Parts<'_> {
    pub(super) fn subject(&self) -> Subject<'_> {
        Subject::new(self.kind, self.key).signing_with(self.algorithms.clone())
    }
}
