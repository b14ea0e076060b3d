//! A decision that needs a slow password hash first.
//!
//! [`decide`](super::decide()) is fast and starts no threads; Argon2id is slow. When it runs, which outcomes are cached and
//! which clients are throttled is up to the server. So the decision has two halves: `decide` returns a check, the server
//! finds its outcome, and [`PasswordCheck::resolve`] judges everything else (C10, C11, C13) against the snapshot of that
//! moment, whether the outcome was computed or cached.
//!
//! Response times show one thing: that a Basic key has a secret which keydesk did not generate. If every wrong Basic key
//! were as slow, strangers could fill the queue in which such keys wait.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use uuid::Uuid;

use crate::credential::Kind;
use crate::secret::Secret;
use crate::time::Seconds;
use crate::vault::{VaultError, verify_password};
use crate::verify::secrets::CHECKS;
use crate::verify::{Allowed, BodyCheck, Denied, Reason, Snapshot, Verdict, judge};

/// A password that still has to be compared with the slow hashes of a credential.
pub struct PasswordCheck {
    kind: Kind,
    key: Box<[u8]>,
    row: Option<Uuid>,
    password: Secret,
    candidates: Vec<Candidate>,
    /// The version of a secret with a fast hash, if one matched.
    fast_match: Option<u32>,
    client: Option<IpAddr>,
    body: BodyCheck,
}

/// An Argon2id string and the version of its secret; `None` for a dummy.
struct Candidate {
    version: Option<u32>,
    phc: Arc<str>,
}

/// The outcome of a [`PasswordCheck`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckOutcome {
    /// It is the secret with this version.
    Right {
        /// Number of the secret.
        version: u32,
    },
    /// It is none of the credential's secrets.
    Wrong,
    /// Rate limited after too many wrong passwords: not hashed.
    Throttled,
    /// Not hashed, because the queue is full.
    Unavailable,
}

impl PasswordCheck {
    /// The check for a key. An unknown key has one too, with dummies, and costs as much work.
    pub(super) fn new(
        snapshot: &Snapshot,
        (kind, key): (Kind, &[u8]),
        password: Secret,
        (client, body): (Option<IpAddr>, BodyCheck),
    ) -> Self {
        let found = snapshot.look_up(kind, key).credential();
        let slow = found.into_iter().flat_map(|credential| credential.secrets()).filter(|secret| secret.is_slow());
        let real = slow.filter_map(|secret| {
            let phc = str::from_utf8(secret.bytes).ok()?.into();
            Some(Candidate { version: Some(secret.version), phc })
        });
        let mut candidates: Vec<_> = real.collect();
        while candidates.len() < CHECKS {
            candidates.push(Candidate { version: None, phc: snapshot.dummy().clone() });
        }
        let row = found.map(|credential| credential.row());
        Self { kind, key: key.into(), row, password, candidates, fast_match: None, client, body }
    }

    /// Records that a secret with a fast hash matches: then the outcome does not matter, only the time it takes.
    pub(super) fn with_fast_match(self, fast_match: Option<u32>) -> Self {
        Self { fast_match, ..self }
    }

    /// The kind of credential.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The key as it was sent, whether it exists or not: a rate limit counts by it.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// The credential's row, if there is one.
    pub fn row(&self) -> Option<Uuid> {
        self.row
    }

    /// The password as it was sent.
    pub fn password(&self) -> &Secret {
        &self.password
    }

    /// The client's address.
    pub fn client(&self) -> Option<IpAddr> {
        self.client
    }

    /// The secrets that the password may match, by version and stored form: with the row and the password they are the key
    /// of a cache of right passwords. The version alone is not enough: after a rollback of the store, another
    /// secret may have it.
    pub fn secrets(&self) -> impl Iterator<Item = (u32, &str)> {
        self.candidates.iter().filter_map(|candidate| Some((candidate.version?, &*candidate.phc)))
    }

    /// Finds the outcome by hashing, which blocks.
    pub fn run(&self) -> Result<CheckOutcome, VaultError> {
        self.run_with(verify_password)
    }

    /// Finds the outcome with a comparison of the caller's. Every candidate is compared, even the dummies and even after a
    /// match.
    pub fn run_with<E>(&self, mut fits: impl FnMut(&Secret, &str) -> Result<bool, E>) -> Result<CheckOutcome, E> {
        self.candidates.iter().try_fold(CheckOutcome::Wrong, |outcome, candidate| {
            let fits = fits(&self.password, &candidate.phc)?;
            Ok(match (outcome, candidate.version) {
                (CheckOutcome::Wrong, Some(version)) if fits => CheckOutcome::Right { version },
                _ => outcome,
            })
        })
    }

    /// The verdict, by the snapshot and the clock as they are now.
    pub fn resolve<'a>(&self, outcome: CheckOutcome, snapshot: &'a Snapshot, now: Seconds) -> Verdict<'a> {
        self.judge(outcome, snapshot, now).into()
    }

    fn judge<'a>(
        &self,
        outcome: CheckOutcome,
        snapshot: &'a Snapshot,
        now: Seconds,
    ) -> Result<Allowed<'a>, Denied<'a>> {
        let credential = snapshot.look_up(self.kind, &self.key).or_deny()?;
        judge::intact(credential)?;
        let deny = |reason: Reason| Err(Denied::from(reason).of(credential));
        let version = match (self.fast_match, outcome) {
            (Some(version), _) | (None, CheckOutcome::Right { version }) => version,
            (None, CheckOutcome::Wrong) => return deny(Reason::BadSecret),
            (None, CheckOutcome::Throttled) => return deny(Reason::Throttled),
            (None, CheckOutcome::Unavailable) => return deny(Reason::Unavailable),
        };
        // The password was right when the check was made. Is it still one of this very credential's (R3, R4)?
        let mut secrets = credential.secrets();
        let same = self.row == Some(credential.row());
        let kept = self.secrets().find(|(of, _)| *of == version).map(|(_, kept)| kept.as_bytes());
        let is_it = |bytes: &[u8]| kept.is_none_or(|kept| kept == bytes);
        if !same || !secrets.any(|secret| secret.version == version && is_it(secret.bytes) && secret.is_live(now.0)) {
            return deny(Reason::BadSecret);
        }
        judge::usable(credential, now, || self.client)?;
        Ok(Allowed { credential, secret_version: version, body: self.body, proof: None })
    }
}

impl fmt::Debug for PasswordCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PasswordCheck({})", self.kind)
    }
}
