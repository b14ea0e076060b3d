//! Types for a secret that leaked, and for one that nobody saved.

use crate::credential::State;
use crate::hub::{CredentialId, CredentialRow};
use crate::time::{Millis, Seconds};

/// Which secret of a credential was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichSecret {
    /// The one it has now.
    Current,
    /// The one before a rotation, which works until then.
    Previous(Seconds),
    /// One that stopped working then.
    Ended(Seconds),
}

impl WhichSecret {
    /// Derives it from the secret's end, which the current one does not have.
    pub fn of(until: Option<Seconds>, now: Millis) -> Self {
        match until {
            None => Self::Current,
            Some(until) if until.0 > now.seconds().0 => Self::Previous(until),
            Some(until) => Self::Ended(until),
        }
    }

    /// The word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Previous(_) => "previous",
            Self::Ended(_) => "ended",
        }
    }

    /// When it stops, or stopped, working.
    pub fn until(self) -> Option<Seconds> {
        match self {
            Self::Current => None,
            Self::Previous(until) | Self::Ended(until) => Some(until),
        }
    }
}

/// The remedy against somebody who has the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// A new secret that replaces it at once.
    Rotate,
    /// Stopping it before its overlap is over.
    StopOld,
    /// None: it no longer works.
    Nothing,
}

/// The credential whose secret was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundSecret {
    /// The credential as it is now.
    pub row: CredentialRow,
    /// Which of its secrets.
    pub which: WhichSecret,
}

impl FoundSecret {
    /// The remedy against whoever has the secret.
    pub fn remedy(&self) -> Remedy {
        match (self.row.state, self.which) {
            (State::Revoked, _) | (_, WhichSecret::Ended(_)) => Remedy::Nothing,
            (_, WhichSecret::Current) => Remedy::Rotate,
            (_, WhichSecret::Previous(_)) => Remedy::StopOld,
        }
    }

    /// Which secret it is: `It is its current secret.`
    pub fn which_words(&self) -> String {
        let word = self.row.kind.secret_word();
        let minute = |at: Seconds| at.millis().utc("%-d %b %Y %H:%M UTC");
        match self.which {
            _ if self.row.state == State::Revoked => {
                format!("It was a {word} of it. The credential is revoked: nobody can use it any more.")
            }
            WhichSecret::Current => format!("It is the current {word}."),
            WhichSecret::Previous(until) => format!("It is an old {word}, which works until {}.", minute(until)),
            WhichSecret::Ended(at) => format!("It is an old {word}, which stopped working on {}.", minute(at)),
        }
    }

    /// What to do about it.
    pub fn remedy_words(&self) -> &'static str {
        match self.remedy() {
            Remedy::Rotate => "To lock out whoever has it, make a new secret that replaces this one at once.",
            Remedy::StopOld => "To lock out whoever has it, stop the old secret now. The current one keeps working.",
            Remedy::Nothing => "There is nothing to do.",
        }
    }
}

/// How a secret was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossCause {
    /// The connection dropped while it was shown.
    LineDropped,
    /// The desk locked, or the screen closed, before it was copied.
    Wiped,
}

/// A secret that was gone from the screen before it was copied, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnsavedSecret {
    /// Id of the credential.
    pub id: CredentialId,
    /// Which of its secrets: 1 for the first, one more with each rotation.
    pub version: i64,
    /// How it was lost.
    pub how: LossCause,
}

/// A lost secret that is still the current one of a credential that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsavedCredential {
    /// The credential as it is now.
    pub row: CredentialRow,
    /// How its secret was lost.
    pub how: LossCause,
}
