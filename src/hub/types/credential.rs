//! Types for credentials.

use crate::credential::{Condition, Kind, Options, State, condition};
use crate::hub::{Conflict, CredentialId, CredentialTarget, Refusal, TrailRow, UsedDay};
use crate::secret::Secret;
use crate::time::{Millis, Seconds};

/// A credential as lists and details show it. Never a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRow {
    /// Id of the row; stays the same when key or name change.
    pub id: CredentialId,
    /// Basic, HMAC or Legacy.
    pub kind: Kind,
    /// API key, or Legacy username.
    pub key: String,
    /// Name that users gave it.
    pub name: String,
    /// State as stored, whatever the clock says.
    pub state: State,
    /// Times, networks, note, algorithms, body digest.
    pub options: Options,
    /// When it was made.
    pub created_at: Millis,
    /// Name of the user who made it.
    pub created_by: String,
    /// When it was last changed.
    pub changed_at: Millis,
    /// Name of the user who last changed it.
    pub changed_by: String,
    /// Version of the row: a change names the one it was decided on.
    pub version: i64,
    /// Last use of any of its live secrets; `None` when never used.
    pub last_used: Option<LastUse>,
    /// Until when the secret before the current one works, or worked, after a rotation with overlap.
    pub older_until: Option<Seconds>,
    /// The tag of its row is wrong: a verifier refuses it.
    pub tampered: bool,
}

/// What is known of a credential that was changed outside keydesk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tampering {
    /// When it was first found, if that is in the activity log.
    pub found_at: Option<Millis>,
    /// When it was last known to be as keydesk left it: its last use, or its last change.
    pub whole_at: Millis,
    /// What differs from the activity log, in words; empty where the log does not tell.
    pub changed: Vec<String>,
    /// The last entry of the activity log about a change of it.
    pub last: Option<TrailRow>,
}

impl CredentialInfo {
    /// The old secret that still works after a rotation, if there is one.
    pub fn old_secret(&self, now: Millis) -> Option<&LiveSecret> {
        self.secrets.iter().find(|secret| secret.valid_until.is_some_and(|until| until.millis() > now))
    }
}

impl CredentialRow {
    /// The state with start and expiry taken into account.
    pub fn condition(&self, now: Millis) -> Condition {
        condition(self.state, self.options.not_before, self.options.expires_at, now)
    }

    /// The word of its state, as lists show it.
    pub fn state_word(&self, now: Millis) -> &'static str {
        match self.condition(now) {
            _ if self.tampered => "tampered",
            Condition::NotYet => "not yet",
            condition => condition.as_str(),
        }
    }

    /// The target of a change of this row, in the version that was read here.
    pub fn target(&self) -> CredentialTarget {
        CredentialTarget { id: self.id, version: self.version }
    }
}

/// When and from where a credential was last used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUse {
    /// Time of the use, in Unix seconds.
    pub at: Seconds,
    /// Address of the client, if known.
    pub address: Option<String>,
}

impl LastUse {
    /// When and from where: `2026-08-14 09:14 UTC from 203.0.113.9`.
    pub fn words(&self) -> String {
        let from = self.address.as_ref().map(|address| format!(" from {address}")).unwrap_or_default();
        format!("{}{from}", self.at.millis().stamp())
    }
}

/// One live secret of a credential, without the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSecret {
    /// 1 for the first, one more with each rotation.
    pub version: i64,
    /// When it stops working; `None` for the current one.
    pub valid_until: Option<Seconds>,
    /// When it was made.
    pub created_at: Millis,
    /// Name of the user who made it.
    pub created_by: String,
    /// Its last use.
    pub last_used: Option<LastUse>,
}

impl LiveSecret {
    /// The secret that a rotation at `now` would end early; `None` for the current secret, and for one that has
    /// stopped.
    pub fn ended_early(&self, now: Millis) -> Option<EndedEarly> {
        let until = self.valid_until.filter(|until| until.0 > now.seconds().0)?;
        Some(EndedEarly { created_at: self.created_at, until })
    }
}

/// Everything about one credential except its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialInfo {
    /// The credential itself.
    pub row: CredentialRow,
    /// Its secrets that work now, newest first: one or two.
    pub secrets: Vec<LiveSecret>,
    /// The last requests with it that were refused, newest first; none for those who may not read the trail.
    pub refusals: Vec<Refusal>,
    /// Its requests in the last [`USE_DAYS`](crate::hub::USE_DAYS) days, oldest first.
    pub days: Vec<UsedDay>,
}

/// A credential to be created.
#[derive(Debug)]
pub struct NewCredential {
    /// Basic, HMAC or Legacy.
    pub kind: Kind,
    /// Name as typed. For Legacy an empty one becomes the username.
    pub name: String,
    /// Username and password; for a Legacy credential only.
    pub legacy: Option<NewLegacy>,
    /// Times, networks, note, algorithms, body digest.
    pub options: Options,
}

/// The Legacy half of [`NewCredential`].
#[derive(Debug)]
pub struct NewLegacy {
    /// Username as typed.
    pub username: String,
    /// Typed password; `None` to have one generated.
    pub password: Option<Secret>,
}

/// A new credential or a new secret, right after its commit: the only time the secret is handed out.
#[derive(Debug)]
pub struct Issued {
    /// The credential as it is now.
    pub row: CredentialRow,
    /// The secret; `None` when its user typed it.
    pub secret: Option<Secret>,
    /// Its version: 1 for the first, one more with each rotation.
    pub version: i64,
    /// The old secret works until then, after a rotation with overlap.
    pub old_until: Option<Seconds>,
    /// Older secrets that would have worked longer, and were stopped by this: there are never three that work.
    pub ended_early: Vec<EndedEarly>,
}

/// A secret that was in its overlap when the next one was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedEarly {
    /// When it was made.
    pub created_at: Millis,
    /// Until when it would have worked.
    pub until: Seconds,
}

impl EndedEarly {
    /// What becomes of it: `stops` before the rotation, `stopped` after it.
    pub fn sentence(&self, stops: &str) -> String {
        format!(
            "The secret from {}, which would have worked until {}, {stops} now.",
            self.created_at.utc("%-d %b %Y"),
            self.until.millis().utc("%-d %b %Y %H:%M UTC")
        )
    }
}

/// The result for one of several credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeOutcome {
    /// The change was made.
    Done(CredentialRow),
    /// Nothing to do: it was so already.
    Already(CredentialRow),
    /// Left out: somebody changed it since. The row is as it is now.
    LeftOut {
        /// The credential as it is now.
        row: CredentialRow,
        /// Why, as a sentence.
        why: Conflict,
    },
}

impl ChangeOutcome {
    /// The credential as it is now.
    pub fn row(&self) -> &CredentialRow {
        match self {
            Self::Done(row) | Self::Already(row) | Self::LeftOut { row, .. } => row,
        }
    }
}

/// Whether the name or username in a form is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NameInUse {
    /// Another credential of the kind has this name: allowed, but worth saying.
    pub name: bool,
    /// The username exists: it cannot be used.
    pub username: bool,
}

/// An event in front of the screen that belongs in the trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisplayEvent {
    /// The secret was copied from the one-time view.
    Copied,
    /// The connection dropped, or the process was ended, while the secret was shown.
    Dropped,
}
