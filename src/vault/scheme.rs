//! Storage schemes for secrets: the plain text under the seal is a scheme byte, then what the scheme needs.

use crate::secret::Secret;

use super::{VaultError, password, sha256};

/// A secret in the form in which it is stored.
#[derive(Debug)]
pub enum Stored {
    /// Scheme 1: SHA-256 of a secret that keydesk generated. It has 125 random bits: a slow hash would only slow the
    /// verifier down.
    Sha256([u8; 32]),
    /// Scheme 2: the secret itself. A verifier must have it to check a signature.
    Plain(Secret),
    /// Scheme 3: an Argon2id string, for what a user chose.
    Argon2(String),
}

impl Stored {
    /// Keeps the hash of a generated secret.
    pub fn hashed(secret: &Secret) -> Self {
        Self::Sha256(sha256(secret.expose()))
    }

    /// Keeps the secret itself.
    pub fn plain(secret: &Secret) -> Self {
        Self::Plain(secret.duplicate())
    }

    /// Keeps a slow hash of a chosen or Legacy password.
    pub fn slow(secret: &Secret) -> Result<Self, VaultError> {
        password::hash_password(secret).map(Self::Argon2)
    }

    /// Encodes it as the bytes to be sealed.
    pub fn encode(&self) -> Secret {
        let (scheme, rest) = match self {
            Self::Sha256(hash) => (1, hash.as_slice()),
            Self::Plain(secret) => (2, secret.expose()),
            Self::Argon2(hash) => (3, hash.as_bytes()),
        };
        let mut bytes = Vec::with_capacity(1 + rest.len());
        bytes.push(scheme);
        bytes.extend_from_slice(rest);
        Secret::new(bytes)
    }

    /// Decodes what [`Stored::encode`] made; an error for an unknown scheme or a wrong length.
    pub fn decode(bytes: &Secret) -> Result<Self, VaultError> {
        match bytes.expose() {
            [1, hash @ ..] => hash.try_into().map(Self::Sha256).map_err(|_| VaultError::Sealed),
            [2, secret @ ..] => Ok(Self::Plain(Secret::new(secret.to_vec()))),
            [3, hash @ ..] => String::from_utf8(hash.to_vec()).map(Self::Argon2).map_err(|_| VaultError::Sealed),
            _ => Err(VaultError::Sealed),
        }
    }

    /// Whether `given` is the stored secret, compared in constant time or by Argon2id.
    pub fn matches(&self, given: &Secret) -> Result<bool, VaultError> {
        match self {
            Self::Sha256(hash) => Ok(Secret::new(hash.to_vec()) == Secret::new(sha256(given.expose()).to_vec())),
            Self::Plain(secret) => Ok(secret == given),
            Self::Argon2(hash) => password::verify_password(given, hash),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheme_encodes_decodes_and_matches_its_secret() {
        let (right, wrong) = (Secret::from_text("kdsRIGHT"), Secret::from_text("kdsWRONG"));
        for stored in [Stored::hashed(&right), Stored::plain(&right), Stored::slow(&right).unwrap()] {
            let again = Stored::decode(&stored.encode()).unwrap();
            assert!(again.matches(&right).unwrap() && !again.matches(&wrong).unwrap());
            assert!(!format!("{again:?}").contains("kdsRIGHT"));
        }
        assert!(Stored::decode(&Secret::new(vec![9, 1])).is_err());
        assert!(Stored::decode(&Secret::new(vec![1, 1])).is_err());
    }

    #[test]
    fn the_hash_itself_is_not_the_secret() {
        let right = Secret::from_text("kdsRIGHT");
        let hash = Secret::new(sha256(right.expose()).to_vec());
        assert!(!Stored::hashed(&right).matches(&hash).unwrap());
    }
}
