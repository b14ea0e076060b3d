//! Names of users and of the account, and the state of a user.

use std::fmt;
use std::str::FromStr;

use crate::credential::{Name, NameError};

/// Name of a user: `[a-z][a-z0-9._-]{0,31}`, never reused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserName(String);

/// The text is not a valid name of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A user name has 1 to 32 of a-z 0-9 . _ - and begins with a letter, for example alice.")]
pub struct UserNameError;

impl UserName {
    /// Longest name in characters.
    pub const MAX: usize = 32;

    /// Validates a name.
    pub fn new(text: &str) -> Result<Self, UserNameError> {
        let mut bytes = text.bytes();
        let first = bytes.next().is_some_and(|b| b.is_ascii_lowercase());
        let rest = bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
        match first && rest && text.len() <= Self::MAX {
            true => Ok(Self(text.to_owned())),
            false => Err(UserNameError),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for UserName {
    type Err = UserNameError;

    fn from_str(text: &str) -> Result<Self, UserNameError> {
        Self::new(text)
    }
}

/// Whether a user may sign in at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UserState {
    /// The user may sign in.
    Active,
    /// The user may not sign in until enabled again.
    Disabled,
}

impl UserState {
    /// The word for it in the store, on the screen, on the command line and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

impl FromStr for UserState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Active, Self::Disabled].into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}

/// Name of the account: the rules of credential names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountName(Name);

impl AccountName {
    /// Checks and normalises what was typed.
    pub fn new(typed: &str) -> Result<Self, NameError> {
        Name::new(typed).map(Self)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_users() {
        for good in ["a", "alice", "bram.van-dijk_2", &"a".repeat(32)] {
            assert!(UserName::new(good).is_ok(), "{good}");
        }
        for bad in ["", "Alice", "2fast", ".a", "al ice", "álice", "alice\n", &"a".repeat(33)] {
            assert_eq!(UserName::new(bad), Err(UserNameError), "{bad:?}");
        }
    }
}
