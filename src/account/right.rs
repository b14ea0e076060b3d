//! Roles and rights: which role may do what (the table of the README).

use std::fmt;
use std::str::FromStr;

/// Role of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// May do everything. Only Administrators create and manage credentials.
    Administrator,
    /// May see everything but secrets, and changes nothing.
    Auditor,
    /// May see the list and details of credentials.
    Advanced,
    /// May manage their own account.
    Basic,
}

impl Role {
    /// All roles, strongest first.
    pub const ALL: [Self; 4] = [Self::Administrator, Self::Auditor, Self::Advanced, Self::Basic];

    /// The word for it in the store, on the command line and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
            Self::Advanced => "advanced",
            Self::Basic => "basic",
        }
    }

    /// The word for it on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Administrator => "Administrator",
            Self::Auditor => "Auditor",
            Self::Advanced => "Advanced User",
            Self::Basic => "Basic User",
        }
    }

    /// What a user with this role may do, as a form says it beside the role.
    pub fn may(self) -> &'static str {
        match self {
            Self::Administrator => "manages credentials and users",
            Self::Auditor => "sees everything, changes nothing",
            Self::Advanced => "sees credentials, changes nothing",
            Self::Basic => "own account and documentation",
        }
    }

    /// The title with its article: `an Auditor`.
    pub fn with_article(self) -> String {
        match self {
            Self::Administrator | Self::Auditor | Self::Advanced => format!("an {self}"),
            Self::Basic => format!("a {self}"),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|r| r.as_str() == text).ok_or(())
    }
}

/// A right that a role may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Right {
    /// Own password, own SSH keys, appearance, documentation, the menu.
    OwnAccount,
    /// The list and details of credentials; never a secret, no history.
    SeeCredentials,
    /// Create, rename, rotate, disable, enable, revoke.
    ManageCredentials,
    /// The users and their roles.
    SeeUsers,
    /// Manage users and their roles.
    ManageUsers,
    /// The trail and credential history: reading, verifying and exporting them.
    ReadTrail,
    /// Explain what a verifier answers to a request.
    Explain,
    /// The settings of the desk.
    SeeSite,
    /// Change the settings of the desk.
    ManageSite,
}

impl Right {
    /// Every right.
    pub const ALL: [Self; 9] = [
        Self::OwnAccount,
        Self::SeeCredentials,
        Self::ManageCredentials,
        Self::SeeUsers,
        Self::ManageUsers,
        Self::ReadTrail,
        Self::Explain,
        Self::SeeSite,
        Self::ManageSite,
    ];

    /// What the right is for, to follow "Only account Administrators can …".
    pub fn words(self) -> &'static str {
        match self {
            Self::OwnAccount => "use their own account",
            Self::SeeCredentials => "see API keys",
            Self::ManageCredentials => "create and manage API keys",
            Self::SeeUsers => "see users and roles",
            Self::ManageUsers => "manage users and roles",
            Self::ReadTrail => "read the activity log",
            Self::Explain => "explain requests",
            Self::SeeSite => "see the settings of the desk",
            Self::ManageSite => "change the settings of the desk",
        }
    }

    /// The word for it in the trail.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OwnAccount => "own account",
            Self::SeeCredentials => "see credentials",
            Self::ManageCredentials => "manage credentials",
            Self::SeeUsers => "see users",
            Self::ManageUsers => "manage users",
            Self::ReadTrail => "read trail",
            Self::Explain => "explain requests",
            Self::SeeSite => "see site",
            Self::ManageSite => "manage site",
        }
    }

    /// Who has it, as sentences name them: `Administrators and Auditors`.
    pub fn holders(self) -> &'static str {
        match self {
            Self::OwnAccount => "users",
            Self::SeeCredentials => "Administrators, Auditors and Advanced Users",
            Self::SeeUsers | Self::ReadTrail | Self::Explain | Self::SeeSite => "Administrators and Auditors",
            Self::ManageCredentials | Self::ManageUsers | Self::ManageSite => "Administrators",
        }
    }
}

/// Whether a role has a right.
pub fn allows(role: Role, right: Right) -> bool {
    match (role, right) {
        (Role::Administrator, _) | (_, Right::OwnAccount) => true,
        (Role::Auditor | Role::Advanced, Right::SeeCredentials) => true,
        (Role::Auditor, Right::SeeUsers | Right::ReadTrail | Right::Explain | Right::SeeSite) => true,
        (Role::Auditor | Role::Advanced | Role::Basic, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_right_of_every_role() {
        for (right, administrator, auditor, advanced, basic) in [
            (Right::OwnAccount, true, true, true, true),
            (Right::SeeCredentials, true, true, true, false),
            (Right::ManageCredentials, true, false, false, false),
            (Right::SeeUsers, true, true, false, false),
            (Right::ManageUsers, true, false, false, false),
            (Right::ReadTrail, true, true, false, false),
            (Right::Explain, true, true, false, false),
            (Right::SeeSite, true, true, false, false),
            (Right::ManageSite, true, false, false, false),
        ] {
            let row = Role::ALL.map(|role| allows(role, right));
            assert_eq!(row, [administrator, auditor, advanced, basic], "{right:?}");
        }
    }

    #[test]
    fn sentences_name_every_role_that_has_the_right() {
        for right in Right::ALL.into_iter().filter(|right| *right != Right::OwnAccount) {
            for role in Role::ALL {
                assert_eq!(right.holders().contains(role.title()), allows(role, right), "{right:?}, {role}");
            }
        }
    }
}
