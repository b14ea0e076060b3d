//! Types for users, and for rows of the trail.

use crate::account::{Role, UserState};
use crate::hub::LastSignIn;
use crate::time::Millis;

use super::CredentialId;

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
    /// Credentials that this user made and that are in use: active, and not expired.
    pub made: i64,
    /// The password was set by another and must be changed.
    pub must_change_password: bool,
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

/// What can be done to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserDeed {
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
}

impl UserDeed {
    /// The words of the trail for one that was refused.
    pub(in crate::hub) fn asked(self) -> &'static str {
        match self {
            Self::See => "see user",
            Self::Role => "set role",
            Self::Enable => "enable user",
            Self::Disable => "disable user",
            Self::Password => "set password",
        }
    }

    /// The one that leads to a state.
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
    /// How it was proved, with a blank before it; nothing where it was not.
    pub fn how(&self) -> String {
        match self.via.as_deref() {
            None => String::new(),
            Some("password") => " by password".to_owned(),
            Some("local") => " on this machine".to_owned(),
            Some(key) => format!(" by SSH key {key}"),
        }
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

/// A row of the trail, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailRow {
    /// Sequence number: the order of the trail.
    pub no: i64,
    /// When it happened.
    pub at: Millis,
    /// Name of the user who acted; `None` where nobody was signed in.
    pub who: Option<String>,
    /// How they proved who they are: `password`, `local`, or an SSH key's fingerprint.
    pub via: Option<String>,
    /// Unix user of the process.
    pub unix: Option<String>,
    /// Address of the client.
    pub address: Option<String>,
    /// What was done: a word such as `credential.created`.
    pub action: String,
    /// The action in words: `created HMAC key`.
    pub did: String,
    /// Name of what it was done to.
    pub what: String,
    /// Id of the row it was done to.
    pub subject: Option<String>,
    /// The row before, as JSON.
    pub before: Option<String>,
    /// The row after, as JSON.
    pub after: Option<String>,
    /// How many times, for refusals that are counted together.
    pub count: i64,
}

impl TrailRow {
    /// Who acted: `alice`, or `alice (unix bob)` where bob acted in that name with `--as`; `None` where nobody was signed
    /// in.
    pub fn actor(&self) -> Option<String> {
        let who = self.who.as_deref()?;
        Some(self.local().map_or_else(|| who.to_owned(), |unix| format!("{who} {unix}")))
    }

    /// `(unix bob)`, where somebody acted with `--as`.
    pub fn local(&self) -> Option<String> {
        let unix = self.unix.as_deref().filter(|_| self.via.as_deref() == Some("local"))?;
        Some(format!("(unix {unix})"))
    }

    /// To what it was done; `None` where that is the one who did it.
    pub fn object(&self) -> Option<&str> {
        Some(&*self.what).filter(|what| !what.is_empty() && self.who.as_deref() != Some(what))
    }
}

/// The three types of row in the trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Something was changed.
    Change,
    /// Somebody signed in or out, or looked at a secret.
    Access,
    /// Something was refused.
    Refusal,
}

impl Class {
    /// Every type of row.
    pub const ALL: [Self; 3] = [Self::Change, Self::Access, Self::Refusal];

    /// The word for it in the store, on the screen and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Access => "access",
            Self::Refusal => "refusal",
        }
    }
}

/// A filter of the trail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrailQuery {
    /// Rows with a lower number only.
    pub before: Option<i64>,
    /// Only rows about this credential.
    pub credential: Option<CredentialId>,
    /// Only rows about credentials.
    pub credentials_only: bool,
    /// Only what this user did.
    pub who: Option<String>,
    /// Only this type of row.
    pub class: Option<Class>,
    /// Not before this moment.
    pub from: Option<Millis>,
    /// Before this moment.
    pub until: Option<Millis>,
    /// Length of the answer; at most 500 rows.
    pub limit: u32,
}

/// What `audit verify` found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailReport {
    /// Rows that were checked.
    pub rows: i64,
    /// Number of the last row.
    pub no: i64,
    /// Its hash, lower-case hex: note number and hash elsewhere to detect a truncated trail later.
    pub hash: String,
    /// What is wrong with the first bad row; `None` when the trail is whole.
    pub broken: Option<String>,
    /// When a verifier noted that it knows a newer state of this store, unless that was accepted since.
    pub went_back: Option<Millis>,
}
