//! Whose secret the one-time view shows: that of a credential, or the password of a user.

use crate::copy_as::Parts;
use crate::hub::{CredentialRow, UserRow};
use crate::secret::Secret;

/// Whose secret it is.
#[derive(Clone, Debug)]
pub enum Holder {
    /// A credential.
    Credential(Box<CredentialRow>),
    /// A user, whose password keydesk made.
    User(Box<UserRow>),
}

impl Holder {
    /// The credential, if it is one.
    pub fn credential(&self) -> Option<&CredentialRow> {
        match self {
            Self::Credential(row) => Some(row),
            Self::User(_) => None,
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        match self {
            Self::Credential(row) => &row.name,
            Self::User(row) => &row.name,
        }
    }

    /// What stands beside the secret: the key, or the name that the user signs in with.
    pub fn key(&self) -> &str {
        match self {
            Self::Credential(row) => &row.key,
            Self::User(row) => &row.name,
        }
    }

    /// The labels of both.
    pub fn labels(&self) -> [&'static str; 2] {
        match self {
            Self::Credential(row) => row.kind.api_labels(),
            Self::User(_) => ["Name", "Password"],
        }
    }

    /// The words for both, in a sentence.
    pub fn words(&self) -> [&'static str; 2] {
        match self {
            Self::Credential(row) => [row.kind.key_word(), row.kind.secret_word()],
            Self::User(_) => ["name", "password"],
        }
    }

    /// What helps if the secret gets lost.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Credential(_) => "rotate",
            Self::User(_) => "set another",
        }
    }

    /// The credential as it is written with its secret; nobody pastes the password of a user into a program.
    pub fn parts<'a>(&'a self, secret: Option<&'a Secret>) -> Option<Parts<'a>> {
        self.credential().map(|row| parts_of(row, secret))
    }
}

/// A credential as it is written.
pub fn parts_of<'a>(row: &'a CredentialRow, secret: Option<&'a Secret>) -> Parts<'a> {
    Parts { kind: row.kind, key: &row.key, name: &row.name, algorithms: row.options.algorithms.clone(), secret }
}

/// After the password of a user was wiped before anybody saved it.
pub fn lost_words(name: &str) -> String {
    format!("The password of {name} was wiped before it was copied. Press p in Users to make another.")
}
