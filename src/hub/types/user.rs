//! Types for users.

use crate::account::{Right, Role, UserState};
use crate::credential::Note;
use crate::hub::actor::by;
use crate::hub::{LastSignIn, NewSshKey};
use crate::secret::Secret;
use crate::time::Millis;

/// A user as lists show them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// Sign-in name.
    pub name: String,
    /// Role, which decides what the user may do.
    pub role: Role,
    /// Active or disabled.
    pub state: UserState,
    /// End of a pause after wrong passwords.
    pub locked_until: Option<Millis>,
    /// Last sign-in; none if there was none yet.
    pub last_sign_in: Option<LastSignIn>,
    /// When the user was added.
    pub created_at: Millis,
    /// Name of the user who added them.
    pub created_by: String,
    /// Who changed the row last.
    pub changed_by: String,
    /// Credentials that this user created and that work now: active or expiring.
    pub made: i64,
    /// All credentials that this user created.
    pub created: i64,
    /// The last refused sign-in under this name, if it is among the newest of the desk.
    pub refused: Option<RefusedSignIn>,
    /// A note for Administrators; empty for none.
    pub note: String,
    /// The password was set by another and must be changed.
    pub must_change_password: bool,
    /// Whether the user has a password; without one they sign in by SSH key only.
    pub has_password: bool,
    /// SSH keys that were not removed.
    pub ssh_keys: i64,
    /// Those of them that open the desk: neither expired nor changed outside keydesk.
    pub usable_ssh_keys: i64,
    /// Version of the row.
    pub version: i64,
    /// The tag of the row is wrong.
    pub tampered: bool,
}

impl UserRow {
    /// The target of a change of this user, in the version that was read here.
    pub fn target(&self) -> UserTarget {
        UserTarget { name: self.name.clone(), version: self.version }
    }
}

/// A refused sign-in, or several in one minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedSignIn {
    /// When it was.
    pub at: Millis,
    /// Address of the client.
    pub address: Option<String>,
    /// How many times in that minute.
    pub times: i64,
}

/// A user to be added.
#[derive(Debug)]
pub struct NewUser {
    /// Sign-in name; it is never given twice.
    pub name: String,
    /// Role.
    pub role: Role,
    /// The first password; keydesk makes one if there is neither this nor an SSH key.
    pub password: Option<Secret>,
    /// An SSH key. With it and without a password, the user has none.
    pub ssh_key: Option<NewSshKey>,
    /// A note for Administrators.
    pub note: Note,
}

/// A user as changed, with the password if keydesk made it: to be shown once.
#[derive(Debug)]
pub struct WithPassword {
    /// The user.
    pub row: UserRow,
    /// The password that keydesk made; none if it was typed.
    pub password: Option<Secret>,
}

/// What can be done to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserOperation {
    /// Read the user's row.
    See,
    /// Change the role.
    Role,
    /// Let the user sign in again.
    Enable,
    /// Keep the user from signing in.
    Disable,
    /// Set a new password.
    Password,
    /// Change the note.
    Note,
}

impl UserOperation {
    /// The words of the trail for one that was refused.
    pub(in crate::hub) fn asked(self) -> &'static str {
        match self {
            Self::See => "see user",
            Self::Role => "set role",
            Self::Enable => "enable user",
            Self::Disable => "disable user",
            Self::Password => "set password",
            Self::Note => "change note of user",
        }
    }

    /// The right that it needs for another user.
    pub(in crate::hub) fn right(self) -> Right {
        match self {
            Self::See => Right::SeeUsers,
            Self::Role | Self::Enable | Self::Disable | Self::Password | Self::Note => Right::ManageUsers,
        }
    }

    /// The operation that leads to a state.
    pub fn to(state: UserState) -> Self {
        match state {
            UserState::Active => Self::Enable,
            UserState::Disabled => Self::Disable,
        }
    }
}

/// A user in the version that somebody saw when they decided on a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserTarget {
    /// Name of the user.
    pub name: String,
    /// The version; the change is refused when the row has another.
    pub version: i64,
}

/// One sign-in of a user's own, or refused tries on their name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSignIn {
    /// When it happened.
    pub at: Millis,
    /// How it was proved; `None` where it was not.
    pub via: Option<String>,
    /// Address of the client.
    pub address: Option<String>,
    /// The result.
    pub outcome: SignInOutcome,
}

impl OwnSignIn {
    /// How it was proved, after a blank; empty if it was not.
    pub fn how(&self) -> String {
        self.via.as_deref().map_or_else(String::new, by)
    }
}

/// The result of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInOutcome {
    /// The user was signed in.
    SignedIn,
    /// Wrong passwords, so many within a minute.
    WrongPassword(i64),
    /// Refused unseen while the name was locked, so many times within a minute.
    Locked(i64),
}

impl SignInOutcome {
    /// Whether the user was signed in.
    pub fn is_in(self) -> bool {
        self == Self::SignedIn
    }
}

impl std::fmt::Display for SignInOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SignedIn => f.write_str("signed in"),
            Self::WrongPassword(1) => f.write_str("refused: wrong password"),
            Self::WrongPassword(n) => write!(f, "refused: wrong password, {n} times"),
            Self::Locked(1) => f.write_str("refused: the name was locked"),
            Self::Locked(n) => write!(f, "refused: the name was locked, {n} times"),
        }
    }
}
