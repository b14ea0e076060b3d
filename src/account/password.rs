//! Password policy for users: length. NIST SP 800-63B asks for length and advises against composition rules.

use crate::credential::Rule;
use crate::secret::TypedPassword;

/// Fewest characters of a user's password.
pub const MIN_PASSWORD: usize = 12;
/// Most bytes of a user's password.
pub const MAX_PASSWORD: usize = TypedPassword::MAX;

/// Why a password was refused. It never repeats the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Shorter than [`MIN_PASSWORD`].
    #[error("A password has 12 characters or more. Several words with blanks between are fine.")]
    Short,
    /// Longer than [`MAX_PASSWORD`].
    #[error("A password has at most 1024 bytes. Choose a shorter one.")]
    Long,
    /// A control character: a terminal could not type it again.
    #[error("A password cannot hold control characters such as a tab or a line break. Choose another.")]
    Control,
    /// The name, or one character over and over.
    #[error("This password is the first that anybody would try. Choose another.")]
    Obvious,
    /// The two entries differ.
    #[error("The two passwords differ. Type the same one twice.")]
    Different,
}

/// Checks a new password of the user `name`.
pub fn check_user_password(name: &str, password: &str) -> Result<(), PasswordError> {
    let first = password.chars().next();
    match password {
        p if p.chars().count() < MIN_PASSWORD => Err(PasswordError::Short),
        p if p.len() > MAX_PASSWORD => Err(PasswordError::Long),
        p if p.chars().any(char::is_control) => Err(PasswordError::Control),
        p if p.chars().all(|c| Some(c) == first) => Err(PasswordError::Obvious),
        p if !name.is_empty() && p.to_lowercase().replace(&name.to_lowercase(), "").chars().count() < 4 => {
            Err(PasswordError::Obvious)
        }
        _ => Ok(()),
    }
}

/// The rules as the form shows them while typing.
pub fn user_password_rules(password: &str, again: &str) -> [Rule; 2] {
    [
        Rule { words: "12 or more", met: password.chars().count() >= MIN_PASSWORD },
        Rule { words: "the same twice", met: !password.is_empty() && password == again },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_password_is_enough() {
        assert_eq!(check_user_password("alice", "correct horse"), Ok(()));
        assert_eq!(check_user_password("alice", "支払い支払い支払い支払い"), Ok(()));
        assert_eq!(check_user_password("alice", "short"), Err(PasswordError::Short));
        assert_eq!(check_user_password("alice", "aaaaaaaaaaaaaa"), Err(PasswordError::Obvious));
        assert_eq!(check_user_password("alice", "alicealice12"), Err(PasswordError::Obvious));
        assert_eq!(check_user_password("alice", "twelve chars\t"), Err(PasswordError::Control));
        assert_eq!(check_user_password("alice", &"xy".repeat(600)), Err(PasswordError::Long));
    }
}
