//! Errors of the use cases. Every error is a sentence with a next step, and has an exit code.

use crate::account::{PasswordError, Right, Role, UserNameError};
use crate::credential::{NameError, OptionsError, ShapeError};
use crate::hub::Setting;
use crate::store::StoreError;
use crate::store::tables::CredentialRecord;
use crate::text::as_typed;
use crate::vault::{MasterKeyError, VaultError};

/// Why a use case was not carried out. Nothing was changed, unless it is [`HubError::Unknown`].
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The role does not allow it.
    #[error("{0}")]
    Denied(Denied),
    /// The session is over: the user was disabled, or has a new role or password.
    #[error("{0}")]
    SessionOver(SessionOver),
    /// A sensitive change, and the password was not given lately.
    #[error("Please type your password again: it was not asked for in the last 5 minutes.")]
    PasswordNeeded,
    /// A sensitive change by a user without a password, on a connection that is too old to stand for one.
    #[error(
        "You have no password, and this SSH connection is older than 5 minutes or of unknown age. Close it, connect anew (not through \
         a shared ControlMaster connection), and do this first."
    )]
    ConnectAnew,
    /// The SSH key opens nothing; the reason.
    #[error("This SSH key does not open the desk: {0}. Ask an Administrator.")]
    KeyRefused(String),
    /// The password was set by somebody else and must be changed before anything else.
    #[error(
        "Your password was set by somebody else. Choose your own first: sign in at the desk, or run \
         `keydesk user passwd NAME --as NAME`."
    )]
    PasswordMustChange,
    /// The password typed to confirm is wrong.
    #[error("That is not your password. Nothing was changed; type it again.")]
    WrongPassword,
    /// What was named does not exist.
    #[error("{}", as_typed(.0))]
    NotFound(String),
    /// Somebody else was faster, or the state does not allow it.
    #[error("{0}")]
    Conflict(Conflict),
    /// The input is not valid.
    #[error("{sentence}")]
    Invalid {
        /// The field with the problem.
        field: InputField,
        /// What is wrong and what to do.
        sentence: String,
    },
    /// A row was changed outside keydesk: its tag is wrong.
    #[error(
        "{what} was changed outside keydesk (tampered), so it is not trusted. Restore the database from a backup, or {}.",
        as_typed(remedy)
    )]
    Tampered {
        /// The row in words: "The key kdb_... (name)".
        what: String,
        /// The remedy, as a sentence.
        remedy: String,
    },
    /// The store cannot be used now.
    #[error("{}", as_typed(.0))]
    Unavailable(String),
    /// The connection to the store broke during a commit and nobody can say whether it happened.
    #[error(
        "It is not known whether the change was kept: the store did not say. Look at the list before you try again."
    )]
    Unknown,
    /// An error that the user can only report, as a sentence.
    #[error("{}", as_typed(.0))]
    Failed(String),
}

/// The field an [`HubError::Invalid`] is about, so that a form can put the cursor there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is named after its field")]
pub enum InputField {
    Account,
    UserName,
    Password,
    Name,
    Username,
    LegacyPassword,
    NotBefore,
    Expiry,
    Networks,
    Note,
    Owner,
    Tags,
    Algorithms,
    SshKey,
    Setting(Setting),
    Other,
}

/// A refusal in the help page's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// The right that the call needs.
    pub right: Right,
    /// Role of the user who asked.
    pub role: Role,
    /// Whom to ask: names of the active Administrators.
    pub administrators: Vec<String>,
}

impl Denied {
    /// Who may do what was asked, in the manner of the help page.
    pub fn reason(&self) -> String {
        format!("Only account {} can {}. Your role is {}.", self.right.holders(), self.right.words(), self.role)
    }

    /// The sentence that says which Administrators to ask.
    pub fn assistance(&self) -> String {
        match self.administrators.as_slice() {
            [] => "Please contact your account administrator for assistance.".to_owned(),
            names => format!("Please contact your account administrator for assistance: {}.", names.join(", ")),
        }
    }
}

impl std::fmt::Display for Denied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.reason(), self.assistance())
    }
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionOver {
    /// The user was disabled.
    #[error("Your user was disabled. Ask an Administrator if that is a mistake.")]
    Disabled,
    /// Role or password changed.
    #[error("Your role or password was changed. Sign in again.")]
    Changed,
    /// The row of the user has a wrong tag.
    #[error("Your user was changed outside keydesk (tampered) and is not trusted. Ask the operator of this desk.")]
    Tampered,
    /// The SSH key that opened the session was removed, or has expired.
    #[error(
        "The SSH key that opened this session was removed or has expired. Ask an Administrator if that is a mistake."
    )]
    KeyGone,
    /// There is no such user.
    #[error(
        "{}",
        as_typed(
            "There is no such user on this desk. An Administrator sees who there is: `keydesk user list --as NAME`."
        )
    )]
    Unknown,
}

/// A concurrent change, or a transition that the life cycle does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The row changed since it was read.
    #[error("{who} {did} {what} a moment ago. Look at it as it is now, then decide again.")]
    Changed {
        /// Name of the user who was faster.
        who: String,
        /// What they did, in the past tense.
        did: String,
        /// Name of the credential or user.
        what: String,
    },
    /// Revoked is final.
    #[error("{what} is revoked, which is final. Create a new key instead.")]
    Revoked {
        /// Name of the credential.
        what: String,
    },
    /// A username, key or user name that exists.
    #[error("{what} is taken already. Choose another.")]
    Taken {
        /// What is taken.
        what: String,
    },
    /// An SSH key that opens the desk already.
    #[error(
        "This SSH key opens the desk already: {whose}. A key belongs to one user; make another, or remove it there first."
    )]
    SshKeyTaken {
        /// Whose it is, as much as may be said.
        whose: &'static str,
    },
    /// A key that exists in two kinds.
    #[error("{key} exists as {kinds}. Say which one with --kind.")]
    Ambiguous {
        /// The key that was named.
        key: String,
        /// The kinds that have such a key, in words.
        kinds: String,
    },
    /// A name that several credentials have.
    #[error("Several credentials are named {name}: {keys}. Say which one by its key.")]
    SharedName {
        /// The name that was given.
        name: String,
        /// Their keys, in words.
        keys: String,
    },
    /// The change would leave the desk without an Administrator who can sign in.
    #[error("{who} is the last Administrator who can sign in. Make another one first.")]
    LastAdministrator {
        /// Name of the user.
        who: String,
    },
    /// Set-up works once.
    #[error("This desk is set up already. Run `keydesk` and sign in.")]
    SetUpDone,
    /// Another process has been at it for long.
    #[error("Another process is setting up this desk. Wait until it has ended, then run `keydesk` and sign in.")]
    BeingSetUp,
    /// A desk is where a copy of another was to be made.
    #[error("There is a desk in {0} already. Nothing was copied; name a place where there is none.")]
    DeskThere(String),
    /// Either the database or the master key is missing.
    #[error("{0}")]
    HalfThere(String),
}

impl HubError {
    /// Exit code of the command line (docs/design.md section 9).
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) | Self::Tampered { .. } | Self::Unknown => 1,
            Self::Invalid { .. } => 2,
            Self::Denied(_)
            | Self::SessionOver(_)
            | Self::PasswordNeeded
            | Self::ConnectAnew
            | Self::KeyRefused(_)
            | Self::PasswordMustChange
            | Self::WrongPassword => 3,
            Self::NotFound(_) => 4,
            Self::Conflict(_) => 5,
            // Nothing was changed.
            Self::Unavailable(_) => 6,
        }
    }

    pub(crate) fn invalid(field: InputField, why: impl std::fmt::Display) -> Self {
        Self::Invalid { field, sentence: why.to_string() }
    }
}

impl From<NameError> for HubError {
    fn from(why: NameError) -> Self {
        Self::invalid(InputField::Name, why)
    }
}

impl From<UserNameError> for HubError {
    fn from(why: UserNameError) -> Self {
        Self::invalid(InputField::UserName, why)
    }
}

impl From<PasswordError> for HubError {
    fn from(why: PasswordError) -> Self {
        Self::invalid(InputField::Password, why)
    }
}

impl From<OptionsError> for HubError {
    fn from(why: OptionsError) -> Self {
        let field = match why {
            OptionsError::Network(_) => InputField::Networks,
            OptionsError::Algorithm(_) | OptionsError::HmacOnly => InputField::Algorithms,
            OptionsError::Backwards | OptionsError::Past => InputField::Expiry,
        };
        Self::invalid(field, why)
    }
}

impl From<StoreError> for HubError {
    fn from(why: StoreError) -> Self {
        match why {
            StoreError::Unknown => Self::Unknown,
            StoreError::DeskThere(place) => Conflict::DeskThere(place).into(),
            StoreError::Cancelled => Self::Failed("It was cancelled. Nothing was changed.".to_owned()),
            StoreError::Broken(_) => Self::Failed(why.to_string()),
            StoreError::Unavailable(_) | StoreError::Foreign(_) => Self::Unavailable(why.to_string()),
        }
    }
}

impl From<VaultError> for HubError {
    fn from(why: VaultError) -> Self {
        match why {
            VaultError::MasterKey(_) => Self::Unavailable(why.to_string()),
            VaultError::Random(_) | VaultError::Sealed | VaultError::Hash(_) => Self::Failed(why.to_string()),
        }
    }
}

impl From<Conflict> for HubError {
    fn from(why: Conflict) -> Self {
        Self::Conflict(why)
    }
}

impl From<MasterKeyError> for HubError {
    fn from(why: MasterKeyError) -> Self {
        VaultError::from(why).into()
    }
}

impl From<ShapeError> for HubError {
    fn from(why: ShapeError) -> Self {
        Self::Failed(why.to_string())
    }
}

pub(crate) fn no_head() -> HubError {
    HubError::Failed("The head of the trail is missing. Restore a backup.".to_owned())
}

pub(crate) fn tampered_head() -> HubError {
    HubError::Tampered {
        what: "The head of the trail".to_owned(),
        remedy: "run `keydesk audit verify --as NAME` to see how far the trail is whole".to_owned(),
    }
}

/// A credential whose row or secret has a wrong tag.
pub(crate) fn tampered_credential(record: &CredentialRecord) -> HubError {
    HubError::Tampered {
        what: format!("The key {} ({})", record.key, record.name),
        remedy: "create a new key and tell its users".to_owned(),
    }
}

pub(crate) fn no_key(key: &str) -> HubError {
    let shown: String = crate::text::safe(key).chars().take(60).collect();
    HubError::NotFound(format!("There is no key {shown}. Look at `keydesk key list --all --as NAME`."))
}

pub(crate) fn unreadable(what: &str) -> HubError {
    HubError::Failed(format!("A {what} in the database is not one that keydesk knows. Restore a backup."))
}

/// The error for a setting that cannot be trusted, with its remedy.
pub(crate) fn tampered_setting(setting: Setting) -> HubError {
    HubError::Tampered { what: format!("The setting {}", setting.name()), remedy: setting.remedy() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_a_sentence_on_one_line() {
        assert!(!HubError::PasswordMustChange.to_string().contains(['\n', '\r']));
        assert!(!HubError::PasswordMustChange.to_string().contains("  "));
    }
}
