//! Types for verifiers.

use uuid::Uuid;

use crate::credential::{Algorithms, BodyDigest, Kind, Networks, State};
use crate::time::Seconds;
use crate::vault::{Stored, Term};

/// A credential as a verifier keeps it.
#[derive(Debug)]
pub struct VerifierCredential {
    /// Id of its row.
    pub id: Uuid,
    /// Basic, HMAC or Legacy.
    pub kind: Kind,
    /// API key or Legacy username.
    pub key: String,
    /// Name that users gave it.
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
    /// Whether a digest of the body must be signed.
    pub body_digest: BodyDigest,
    /// Its secrets that work now.
    pub secrets: Vec<VerifierSecret>,
    /// A row of it has a wrong tag, or a secret is missing or does not open: it must be refused.
    pub tampered: bool,
    /// The change of the store that last wrote its row, by what the row says.
    pub change: i64,
    /// What its row adds to the sum over all credentials.
    pub term: Term,
}

impl VerifierCredential {
    /// Drops everything that counts only for a trusted credential.
    pub(in crate::hub) fn refuse(&mut self) {
        self.tampered = true;
        self.secrets.clear();
        (self.not_before, self.expires_at) = (None, None);
        (self.networks, self.algorithms, self.body_digest) = Default::default();
    }
}

/// A secret that works, for a verifier.
#[derive(Debug)]
pub struct VerifierSecret {
    /// Number of the secret: 1 for the first, one more with each rotation.
    pub no: i64,
    /// The secret in the form in which it is stored.
    pub stored: Stored,
    /// Not usable from this second on.
    pub valid_until: Option<Seconds>,
}
