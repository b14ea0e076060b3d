//! The credential that a sample is for.

use crate::credential::{Algorithm, Algorithms, Kind};

/// The credential of a sample, as far as a sample needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject<'a> {
    /// Kind of the credential.
    pub kind: Kind,
    /// Its key, or the username of a Legacy one.
    pub key: &'a str,
    /// HMAC: what it may sign with.
    pub algorithms: Algorithms,
}

/// Algorithms in the order a sample prefers them: the published recipe's first, then the stronger, the oldest last.
const PREFERRED: [Algorithm; 4] = [Algorithm::Sha256, Algorithm::Sha512, Algorithm::Sha384, Algorithm::Sha1];

impl<'a> Subject<'a> {
    /// A credential that may sign with every algorithm.
    pub fn new(kind: Kind, key: &'a str) -> Self {
        Self { kind, key, algorithms: Algorithms::default() }
    }

    /// The same, restricted to some algorithms.
    #[must_use]
    pub fn signing_with(self, algorithms: Algorithms) -> Self {
        Self { algorithms, ..self }
    }

    /// A placeholder: for users who may read the documentation but not the list of credentials.
    pub fn placeholder(kind: Kind) -> Self {
        Self::new(kind, if kind.has_username() { "yourusername" } else { "YourAPIKeyYourAPIKey" })
    }

    /// The algorithm that its samples sign with: one that it may use.
    pub fn algorithm(&self) -> Algorithm {
        PREFERRED.into_iter().find(|a| self.algorithms.admit(*a)).unwrap_or(Algorithm::Sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_sign_with_what_the_key_may_use() {
        for (allowed, chosen) in [
            ("", "hmac-sha256"),
            ("hmac-sha1 hmac-sha256", "hmac-sha256"),
            ("hmac-sha384 hmac-sha512", "hmac-sha512"),
            ("hmac-sha1 hmac-sha384", "hmac-sha384"),
            ("hmac-sha1", "hmac-sha1"),
        ] {
            let subject = Subject::new(Kind::Hmac, "k").signing_with(allowed.parse().unwrap());
            assert_eq!(subject.algorithm().as_str(), chosen);
        }
    }
}
