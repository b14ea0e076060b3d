//! The filter language of the list of users: words, and the terms `role:` and `state:`. Case-insensitive. Quoted text is
//! always a word.

use crate::account::{Role, UserState};
use crate::credential::{Piece, SIGNS, fold, holds_api_secret, pieces};
use crate::hub::UserRow;
use crate::time::Millis;

/// A parsed filter. All of its conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Each is part of the name, the role or the note, case-folded.
    pub words: Vec<String>,
    /// Of this role.
    pub role: Option<Role>,
    /// In this state.
    pub state: Option<UserCondition>,
}

/// The state of a user as the list shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserCondition {
    /// May sign in.
    Active,
    /// Locked for a while after wrong passwords.
    Locked,
    /// Disabled by an Administrator.
    Disabled,
    /// Changed outside keydesk, and not trusted.
    Tampered,
}

impl UserCondition {
    const ALL: [(&'static str, Self); 4] = [
        ("active", Self::Active),
        ("locked", Self::Locked),
        ("disabled", Self::Disabled),
        ("tampered", Self::Tampered),
    ];

    /// That of a user at this time.
    pub fn of(row: &UserRow, now: Millis) -> Self {
        match row.state {
            _ if row.tampered => Self::Tampered,
            UserState::Disabled => Self::Disabled,
            UserState::Active if row.locked_until.is_some_and(|end| end > now) => Self::Locked,
            UserState::Active => Self::Active,
        }
    }
}

/// Why a filter of users was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserFilterError {
    /// Not a role.
    #[error("{0:?} is not a role. Choose administrator, auditor, advanced or basic.")]
    Role(String),
    /// Not a state.
    #[error("{0:?} is not a state. Choose active, locked, disabled or tampered.")]
    State(String),
    /// A word that is known, with a sign that it does not go with.
    #[error("{term:?} is not understood. Write it as {example}, or in quotes to look for it as a word.")]
    Sign {
        /// The term as it was typed.
        term: String,
        /// An example of the right form.
        example: &'static str,
    },
    /// It looks like a term, and there is none of that name.
    #[error("There is no term {0}: there are role: and state:. Put it in quotes to look for it as a word.")]
    Unknown(String),
    /// Somebody pasted a secret into the wrong field.
    #[error("That is an API secret. To see whose it is, use find by secret; it does not belong here.")]
    Secret,
}

impl UserFilter {
    /// Reads what was typed. Nothing typed is a filter that lets everybody through.
    pub fn parse(typed: &str) -> Result<Self, UserFilterError> {
        if holds_api_secret(typed) {
            return Err(UserFilterError::Secret);
        }
        let mut filter = Self::default();
        pieces(typed).iter().try_for_each(|piece| filter.add(piece))?;
        Ok(filter)
    }

    /// What was understood of what was typed; the rest is left out.
    pub fn understood(typed: &str) -> Self {
        let mut filter = Self::default();
        if !holds_api_secret(typed) {
            pieces(typed).iter().for_each(|piece| drop(filter.add(piece)));
        }
        filter
    }

    /// Whether a user is let through.
    pub fn admits(&self, row: &UserRow, now: Millis) -> bool {
        let texts = [&row.name, row.role.title(), &row.note].map(fold);
        self.words.iter().all(|word| texts.iter().any(|text| text.contains(word)))
            && self.role.is_none_or(|role| role == row.role)
            && self.state.is_none_or(|state| state == UserCondition::of(row, now))
    }

    fn add(&mut self, piece: &Piece) -> Result<(), UserFilterError> {
        let Piece::Term { text, field, sign, value } = piece else {
            self.words.push(fold(piece.text()));
            return Ok(());
        };
        let Some(term) = TERMS.iter().find(|term| term.begins.trim_end_matches(SIGNS) == field.as_str()) else {
            if *sign != ':' {
                self.words.push(fold(text));
                return Ok(());
            }
            return Err(UserFilterError::Unknown(format!("{}:", short(field))));
        };
        if *sign != ':' {
            return Err(UserFilterError::Sign { term: short(text), example: term.example });
        }
        (term.read)(self, &value.to_lowercase())
    }
}

/// One kind of term.
struct Term {
    begins: &'static str,
    example: &'static str,
    finds: &'static str,
    read: fn(&mut UserFilter, &str) -> Result<(), UserFilterError>,
}

/// Every term there is: what is read, and what help and documentation tell.
static TERMS: [Term; 2] = [
    Term {
        begins: "role:",
        example: "role:auditor",
        finds: "of this role: administrator, auditor, advanced, basic",
        read: |filter, value| {
            filter.role = Some(value.parse().map_err(|_| UserFilterError::Role(short(value)))?);
            Ok(())
        },
    },
    Term {
        begins: "state:",
        example: "state:locked",
        finds: "in this state: active, locked, disabled, tampered",
        read: |filter, value| {
            let found = UserCondition::ALL.iter().find(|(word, _)| *word == value).map(|(_, state)| *state);
            filter.state = Some(found.ok_or_else(|| UserFilterError::State(short(value)))?);
            Ok(())
        },
    },
];

/// An example of each kind of term, and what it finds.
pub fn user_terms() -> impl Iterator<Item = (&'static str, &'static str)> {
    TERMS.iter().map(|term| (term.example, term.finds))
}

/// Enough of what was typed to know it again.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str, role: Role, note: &str) -> UserRow {
        UserRow {
            name: name.to_owned(),
            role,
            state: UserState::Active,
            locked_until: None,
            last_sign_in: None,
            created_at: Millis(0),
            created_by: "alice".to_owned(),
            changed_by: "alice".to_owned(),
            made: 0,
            created: 0,
            refused: None,
            note: note.to_owned(),
            must_change_password: false,
            has_password: true,
            ssh_keys: 0,
            usable_ssh_keys: 0,
            version: 1,
            tampered: false,
        }
    }

    #[test]
    fn words_look_into_name_role_and_note() {
        let emil = user("emil", Role::Auditor, "Audit of spring 2027");
        for (typed, found) in [
            ("", true),
            ("EMI", true),
            ("spring audit", true),
            ("autumn", false),
            ("role:Auditor emil", true),
            ("role:basic", false),
            ("state:active", true),
            ("state:locked", false),
        ] {
            assert_eq!(UserFilter::parse(typed).unwrap().admits(&emil, Millis(5)), found, "{typed}");
        }
        let locked = UserRow { locked_until: Some(Millis(9)), ..emil.clone() };
        assert!(UserFilter::parse("state:locked").unwrap().admits(&locked, Millis(5)));
        assert!(!UserFilter::parse("state:locked").unwrap().admits(&locked, Millis(9)));
        let tampered = UserRow { tampered: true, ..emil };
        assert!(UserFilter::parse("state:tampered").unwrap().admits(&tampered, Millis(5)));
    }

    #[test]
    fn what_is_not_understood_of_users_is_named() {
        for (typed, says) in [
            ("role:king", "\"king\" is not a role."),
            ("state:", "\"\" is not a state."),
            ("owner:x", "There is no term owner:"),
            ("role>basic", "\"role>basic\" is not understood. Write it as role:auditor"),
        ] {
            let said = UserFilter::parse(typed).unwrap_err().to_string();
            assert!(said.starts_with(says), "{typed}: {said}");
        }
        assert_eq!(UserFilter::understood("role:king bram").words, ["bram"]);
    }

    #[test]
    fn every_example_for_users_is_a_term() {
        assert!(user_terms().all(|(example, _)| UserFilter::parse(example).is_ok_and(|f| f.words.is_empty())));
    }
}
