//! A decision that needs a slow password hash first.
//!
//! [`decide`](super::decide) is quick and has no threads; Argon2id is slow, and who may run it when, which answers are
//! cached and which clients are throttled is the server's business. So the decision is cut in two: the question is
//! handed out, the server finds an answer, and [`PasswordQuestion::settle`] judges everything else (C10, C11, C13)
//! against the snapshot of that moment, whether the answer was computed or cached.
//!
//! One thing shows in response times: that a Basic key has a secret which keydesk did not generate. Making every wrong
//! Basic key as slow would let strangers fill the queue that such keys wait in.

use std::{fmt, net::IpAddr, sync::Arc};

use uuid::Uuid;

use crate::credential::Kind;
use crate::secret::Secret;
use crate::time::Seconds;
use crate::vault::{VaultError, verify_password};

use super::{Allowed, BodyCheck, Denied, Reason, Snapshot, Verdict, judge, secrets::CHECKS};

/// Whether a password is one of a credential's.
pub struct PasswordQuestion {
    kind: Kind,
    key: Box<[u8]>,
    row: Option<Uuid>,
    password: Secret,
    candidates: Vec<Candidate>,
    /// The version of a secret with a fast hash that matched already.
    fitting: Option<u32>,
    client: Option<IpAddr>,
    body: BodyCheck,
}

/// An Argon2id string, and whose version it is; none for a dummy.
struct Candidate {
    version: Option<u32>,
    phc: Arc<str>,
}

/// The answer to a [`PasswordQuestion`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
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

impl PasswordQuestion {
    /// The question for a key. An unknown key has one too, with dummies, and costs as much work.
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
        Self { kind, key: key.into(), row, password, candidates, fitting: None, client, body }
    }

    /// Records that a secret with a fast hash matches: then the answer does not matter, only the time it takes.
    pub(super) fn already(self, fitting: Option<u32>) -> Self {
        Self { fitting, ..self }
    }

    /// The kind that is asked for.
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

    /// The secrets that it may turn out to be, by version and stored form: together with the row and the password they
    /// are the key of a cache of right answers. The version alone is not enough: after a rollback of the store, another
    /// secret may have it.
    pub fn secrets(&self) -> impl Iterator<Item = (u32, &str)> {
        self.candidates.iter().filter_map(|candidate| Some((candidate.version?, &*candidate.phc)))
    }

    /// Finds the answer by hashing. Blocks for as long as that takes.
    pub fn answer(&self) -> Result<Answer, VaultError> {
        self.answer_by(verify_password)
    }

    /// Finds the answer with a checker of the caller. Every candidate is checked, the dummies too, whichever is right.
    pub fn answer_by<E>(&self, mut fits: impl FnMut(&Secret, &str) -> Result<bool, E>) -> Result<Answer, E> {
        self.candidates.iter().try_fold(Answer::Wrong, |answer, candidate| {
            let fits = fits(&self.password, &candidate.phc)?;
            Ok(match (answer, candidate.version) {
                (Answer::Wrong, Some(version)) if fits => Answer::Right { version },
                _ => answer,
            })
        })
    }

    /// The verdict, by the snapshot and the clock as they are now.
    pub fn settle<'a>(&self, answer: Answer, snapshot: &'a Snapshot, now: Seconds) -> Verdict<'a> {
        self.judge(answer, snapshot, now).into()
    }

    fn judge<'a>(&self, answer: Answer, snapshot: &'a Snapshot, now: Seconds) -> Result<Allowed<'a>, Denied<'a>> {
        let credential = snapshot.look_up(self.kind, &self.key).or_deny()?;
        judge::intact(credential)?;
        let deny = |reason: Reason| Err(Denied::from(reason).of(credential));
        let version = match (self.fitting, answer) {
            (Some(version), _) | (None, Answer::Right { version }) => version,
            (None, Answer::Wrong) => return deny(Reason::BadSecret),
            (None, Answer::Throttled) => return deny(Reason::Throttled),
            (None, Answer::Unavailable) => return deny(Reason::Unavailable),
        };
        // The password was right when the question was asked. Is it still one of this very credential's (R3, R4)?
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

impl fmt::Debug for PasswordQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PasswordQuestion({})", self.kind)
    }
}
