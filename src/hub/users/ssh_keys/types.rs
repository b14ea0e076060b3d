//! Types for SSH keys.

use crate::account::PublicKey;
use crate::credential::{Name, NameError, Networks};
use crate::hub::LastSignIn;
use crate::time::{Millis, Seconds};

/// An SSH key as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SshKeyRow {
    /// The number by which the forced command names it.
    pub no: i64,
    /// Name of the user whose key it is.
    pub user: String,
    /// The line of a .pub file, without the comment.
    pub public_key: String,
    /// As `ssh-keygen -lf` prints it.
    pub fingerprint: String,
    /// What people call it; empty for none.
    pub label: String,
    /// Networks that it may be used from.
    pub networks: Networks,
    /// End of validity; none for never.
    pub expires_at: Option<Seconds>,
    /// Whether it opens the desk.
    pub state: SshKeyState,
    /// When it was added.
    pub created_at: Millis,
    /// Name of the user who added it.
    pub created_by: String,
    /// When it was last changed.
    pub changed_at: Millis,
    /// Name of the user who last changed it.
    pub changed_by: String,
    /// Its last session; none if there was none yet.
    pub last_used: Option<LastSignIn>,
}

impl SshKeyRow {
    /// The label, or the fingerprint where there is none.
    pub fn called(&self) -> &str {
        if self.label.is_empty() { &self.fingerprint } else { &self.label }
    }

    /// The algorithm, the first word of the public key.
    pub fn algorithm(&self) -> &str {
        self.public_key.split(' ').next().unwrap_or_default()
    }

    /// Its state at a moment after it was read: it may have expired since.
    pub fn state_at(&self, now: Millis) -> SshKeyState {
        match self.state {
            SshKeyState::Active if self.expires_at.is_some_and(|end| end <= now.seconds()) => SshKeyState::Expired,
            state => state,
        }
    }
}

/// The state of an SSH key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SshKeyState {
    /// It opens the desk.
    Active,
    /// Its time is over.
    Expired,
    /// It was removed.
    Removed,
    /// Its row was changed outside keydesk, and it opens nothing.
    Tampered,
}

impl SshKeyState {
    /// The word for it on the screen, on the command line and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Removed => "removed",
            Self::Tampered => "tampered",
        }
    }
}

/// An SSH key to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSshKey {
    /// The key.
    pub key: PublicKey,
    /// What people call it; the comment of the key if there is none.
    pub label: Option<String>,
    /// Networks that it may be used from; none for any.
    pub networks: Networks,
    /// End of validity; none for never.
    pub expires_at: Option<Seconds>,
}

impl NewSshKey {
    /// A key without limits, named by its comment.
    pub fn of(key: PublicKey) -> Self {
        Self { key, label: None, networks: Networks::default(), expires_at: None }
    }

    /// The label that it gets: what was typed, or the comment of the key where that is fit for one; empty for none.
    pub fn wanted_label(&self) -> Result<String, NameError> {
        match self.label.as_deref().map(str::trim) {
            Some("") => Ok(String::new()),
            Some(typed) => Ok(Name::new(typed)?.as_str().to_owned()),
            None => Ok(Name::new(self.key.comment()).map(|name| name.as_str().to_owned()).unwrap_or_default()),
        }
    }
}

/// What a session says that sshd let in: the key that signed, or why nobody can say which.
#[derive(Clone, Debug)]
pub struct KeyProof {
    /// The key that signed.
    pub key: Result<PublicKey, String>,
    /// When the connection began, which stands for the password of a user who has none; `None` if nobody can say.
    pub connected_at: Option<Millis>,
}

/// What sshd is told about a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizedKey {
    /// The number for the forced command.
    pub no: i64,
    /// Networks that it may be used from.
    pub networks: Networks,
    /// End of validity.
    pub expires_at: Option<Seconds>,
}
