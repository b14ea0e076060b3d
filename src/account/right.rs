//! Roles and rights: which role may do what (the table of the README).

use std::fmt;
use std::str::FromStr;

/// Permission level of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// May do everything. Only Administrators create and manage credentials.
    Administrator,
    /// May see the list and details of credentials.
    Advanced,
    /// May manage their own account.
    Basic,
}

impl Role {
    /// All roles, strongest first.
    pub const ALL: [Self; 3] = [Self::Administrator, Self::Advanced, Self::Basic];

    /// The word for it in the store, on the command line and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Advanced => "advanced",
            Self::Basic => "basic",
        }
    }

    /// The word for it on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Administrator => "Administrator",
            Self::Advanced => "Advanced User",
            Self::Basic => "Basic User",
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
    /// Create, rename, rotate, disable, enable, revoke, import, export.
    ManageCredentials,
    /// Manage users and their roles.
    ManageUsers,
    /// The trail and credential history.
    ReadTrail,
    /// Site settings, master key, backup.
    ManageSite,
}

impl Right {
    /// Every right.
    pub const ALL: [Self; 6] = [
        Self::OwnAccount,
        Self::SeeCredentials,
        Self::ManageCredentials,
        Self::ManageUsers,
        Self::ReadTrail,
        Self::ManageSite,
    ];

    /// What the right is for, to follow "Only account Administrators can …".
    pub fn words(self) -> &'static str {
        match self {
            Self::OwnAccount => "use their own account",
            Self::SeeCredentials => "see API keys",
            Self::ManageCredentials => "create and manage API keys",
            Self::ManageUsers => "manage users and permission levels",
            Self::ReadTrail => "read the activity log",
            Self::ManageSite => "change the settings of the desk",
        }
    }

    /// The word for it in the trail.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OwnAccount => "own account",
            Self::SeeCredentials => "see credentials",
            Self::ManageCredentials => "manage credentials",
            Self::ManageUsers => "manage users",
            Self::ReadTrail => "read trail",
            Self::ManageSite => "manage site",
        }
    }
}

/// Whether a role has a right.
pub fn allows(role: Role, right: Right) -> bool {
    match (role, right) {
        (Role::Administrator, _) | (_, Right::OwnAccount) => true,
        (Role::Advanced, Right::SeeCredentials) => true,
        (Role::Advanced | Role::Basic, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_right_of_every_role() {
        for (right, administrator, advanced, basic) in [
            (Right::OwnAccount, true, true, true),
            (Right::SeeCredentials, true, true, false),
            (Right::ManageCredentials, true, false, false),
            (Right::ManageUsers, true, false, false),
            (Right::ReadTrail, true, false, false),
            (Right::ManageSite, true, false, false),
        ] {
            let row = Role::ALL.map(|role| allows(role, right));
            assert_eq!(row, [administrator, advanced, basic], "{right:?}");
        }
    }
}
