//! Names and notes: labels that users give to credentials.

use unicode_normalization::UnicodeNormalization as _;

use crate::text;
use crate::time::takes_away;

use super::shape::holds_api_secret;

/// Why a name or note was not taken. Each is a sentence with a next step.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but blanks.
    #[error("A name is needed: say what uses the key, for example nightly-export.")]
    Empty,
    /// Longer than allowed, in code points.
    #[error("This is {is} characters long; at most {max} fit. Shorten it.")]
    TooLong {
        /// Its length after trimming and NFC.
        is: usize,
        /// The maximum, in code points.
        max: usize,
    },
    /// A character that could fake or hide text.
    #[error("It holds {0}. Type it again without that character.")]
    Character(String),
    /// Two blanks running look like one.
    #[error("It has two spaces in a row. Leave only one.")]
    TwoBlanks,
    /// Somebody pasted a secret into the wrong field.
    #[error("That is an API secret. It does not belong here: if others could see it, rotate its key now.")]
    Secret,
}

/// The descriptive label of a credential: 1 to 64 characters after trimming, NFC. Not its identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// A note: the rules of names, 0 to 200 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note(String);

impl Name {
    /// Maximum length in code points.
    pub const MAX: usize = 64;

    /// Checks and normalises what was typed.
    pub fn new(typed: &str) -> Result<Self, NameError> {
        match label(typed, Self::MAX)? {
            empty if empty.is_empty() => Err(NameError::Empty),
            name => Ok(Self(name)),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that search and order go by.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

impl Note {
    /// Maximum length in code points.
    pub const MAX: usize = 200;

    /// Checks and normalises what was typed; empty is fine, and so is a word that takes a note away.
    pub fn new(typed: &str) -> Result<Self, NameError> {
        if takes_away(typed) {
            return Ok(Self::default());
        }
        label(typed, Self::MAX).map(Self)
    }

    /// The note.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// NFKC and lower case: what a search for a name compares.
pub fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

pub(super) fn label(typed: &str, max: usize) -> Result<String, NameError> {
    let typed = typed.trim();
    // Nothing that long composes to a label. In the database it may be as long as somebody liked, and is read with each list.
    if typed.len() > 100 * max {
        return Err(NameError::TooLong { is: typed.chars().count(), max });
    }
    if let Some(offence) = text::offence(typed) {
        return Err(NameError::Character(offence));
    }
    if holds_api_secret(typed) {
        return Err(NameError::Secret);
    }
    let label: String = typed.nfc().collect();
    let blank = |c: char| c.is_whitespace();
    if label.chars().zip(label.chars().skip(1)).any(|(a, b)| blank(a) && blank(b)) {
        return Err(NameError::TwoBlanks);
    }
    match label.chars().count() {
        is if is > max => Err(NameError::TooLong { is, max }),
        _ => Ok(label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_script_are_accepted() {
        for name in ["a", "crm-sync", "支払い-batch", "naïve café", "key 🔑", &"x".repeat(64), &"支".repeat(64)]
        {
            assert_eq!(Name::new(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn trimmed_and_composed() {
        assert_eq!(Name::new("  cafe\u{301} ").unwrap().as_str(), "café");
        assert_eq!(Name::new("ＡＢＣ Straße").unwrap().folded(), "abc straße");
    }

    #[test]
    fn every_refusal_says_what_to_do() {
        for (typed, starts) in [
            ("", "A name is needed"),
            ("   ", "A name is needed"),
            (&*"x".repeat(65), "This is 65 characters long; at most 64 fit"),
            ("a  b", "It has two spaces in a row"),
            ("a \u{a0}b", "It has two spaces in a row"),
            ("a\u{202e}b", "It holds U+202E"),
            ("a\nb", "It holds U+000A (a line break)"),
        ] {
            let said = Name::new(typed).unwrap_err().to_string();
            assert!(said.starts_with(starts), "{typed:?}: {said}");
        }
    }

    #[test]
    fn a_note_may_be_empty_and_longer() {
        assert_eq!(Note::new("").unwrap().as_str(), "");
        assert!(Note::new(&"n".repeat(200)).is_ok());
        assert!(Note::new(&"n".repeat(201)).is_err());
    }
}
