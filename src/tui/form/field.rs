//! Input fields: plain text by tui-input, passwords by [`TypedPassword`].

use std::fmt;

use tui_input::{Input, InputRequest};

use crate::secret::{NotALine, TypedPassword, What, only_line};

/// An editing command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    Left,
    Right,
    WordLeft,
    WordRight,
    Start,
    End,
    Backspace,
    Delete,
    DeleteWord,
    DeleteToStart,
    DeleteToEnd,
}

impl Edit {
    fn request(self) -> InputRequest {
        match self {
            Self::Left => InputRequest::GoToPrevChar,
            Self::Right => InputRequest::GoToNextChar,
            Self::WordLeft => InputRequest::GoToPrevWord,
            Self::WordRight => InputRequest::GoToNextWord,
            Self::Start => InputRequest::GoToStart,
            Self::End => InputRequest::GoToEnd,
            Self::Backspace => InputRequest::DeletePrevChar,
            Self::Delete => InputRequest::DeleteNextChar,
            Self::DeleteWord => InputRequest::DeletePrevWord,
            Self::DeleteToStart => InputRequest::DeleteFromStart,
            Self::DeleteToEnd => InputRequest::DeleteTillEnd,
        }
    }
}

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It does not fit into the field.
    Full,
    /// It is not a password: it has several lines, or characters that cannot be typed.
    NotALine(NotALine),
}

/// A field for names, notes and the like.
#[derive(Default)]
pub struct TextField(Input);

impl TextField {
    /// Most characters: more than every rule allows, so that the rule and not the field says what is too long.
    pub const MAX: usize = 4096;

    /// A field that holds something already.
    pub fn with(text: &str) -> Self {
        Self(Input::new(text.to_owned()))
    }

    /// The typed text.
    pub fn text(&self) -> &str {
        self.0.value()
    }

    /// The text before the cursor.
    pub fn before_cursor(&self) -> &str {
        let end = self.text().char_indices().nth(self.0.cursor()).map_or(self.text().len(), |(i, _)| i);
        &self.text()[..end]
    }

    /// Inserts at the cursor. Of several lines only the first goes in: glued together they would be another text. Control
    /// characters are left out.
    pub fn insert(&mut self, text: &str) -> Result<(), Refused> {
        let text = first_line(text);
        let kept = || text.chars().filter(|c| !c.is_control());
        if self.text().chars().count() + kept().count() > Self::MAX {
            return Err(Refused::Full);
        }
        for c in kept() {
            self.0.handle(InputRequest::InsertChar(c));
        }
        Ok(())
    }

    /// Runs an editing command.
    pub fn edit(&mut self, step: Edit) {
        self.0.handle(step.request());
    }
}

/// The first line that says something.
pub fn first_line(text: &str) -> &str {
    text.trim_start_matches(['\r', '\n']).split(['\r', '\n']).next().unwrap_or_default()
}

impl fmt::Debug for TextField {
    // Users paste secrets into wrong fields, and the `Debug` of tui-input prints its text and what was cut.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TextField(..)")
    }
}

/// A field for a password.
#[derive(Debug, Default)]
pub struct PasswordField {
    typed: TypedPassword,
    shown: bool,
}

impl PasswordField {
    /// The typed password.
    pub fn typed(&self) -> &TypedPassword {
        &self.typed
    }

    /// Whether it is shown as text.
    pub fn shown(&self) -> bool {
        self.shown
    }

    /// Shows or hides it.
    pub fn toggle(&mut self) {
        self.shown = !self.shown;
    }

    /// Wipes it.
    pub fn clear(&mut self) {
        self.typed.clear();
        self.shown = false;
    }

    /// Inserts at the cursor. A pasted password that is cut, or joined from two lines, would be another password, so it is
    /// taken whole or not at all; the line break at its end is not part of it.
    pub fn insert(&mut self, text: &str) -> Result<(), Refused> {
        let text = match only_line(text.as_bytes(), What::Password) {
            Ok(text) => text,
            Err(NotALine::Empty(_)) => return Ok(()),
            Err(NotALine::Long(_)) => return Err(Refused::Full),
            Err(why) => return Err(Refused::NotALine(why)),
        };
        if self.typed.expose().len() + text.len() > TypedPassword::MAX {
            return Err(Refused::Full);
        }
        for c in text.chars() {
            self.typed.insert(c);
        }
        Ok(())
    }

    /// One step of editing. Nothing of a password is a word, so word steps reach to the ends.
    pub fn edit(&mut self, step: Edit) {
        match step {
            Edit::Left => self.typed.left(),
            Edit::Right => self.typed.right(),
            Edit::WordLeft | Edit::Start => self.typed.home(),
            Edit::WordRight | Edit::End => self.typed.end(),
            Edit::Backspace => self.typed.backspace(),
            Edit::Delete => self.typed.delete(),
            Edit::DeleteWord | Edit::DeleteToStart => self.typed.delete_to_start(),
            Edit::DeleteToEnd => {
                while self.typed.cursor_chars() < self.typed.chars() {
                    self.typed.delete();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_pasted_lines_the_first_is_taken() {
        let mut field = TextField::default();
        field.insert("\nnightly\u{1b}-export\r\nsecond line\n").unwrap();
        assert_eq!(field.text(), "nightly-export");
        field.edit(Edit::WordLeft);
        assert_eq!(field.before_cursor(), "nightly-");
        let mut password = PasswordField::default();
        password.insert("\u{feff}Abc 123 \r\n").unwrap();
        assert_eq!(password.typed().expose(), "Abc 123 ");
        for refused in ["Abc\n123", "Abc\t", "Abc\u{1b}[A", "\nAbc\n123\u{0}"] {
            let mut password = PasswordField::default();
            let taken = password.insert(refused);
            assert!(matches!(taken, Err(Refused::NotALine(_))) || refused.starts_with('\n'), "{refused:?}");
            assert!(password.typed().is_empty(), "{refused:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_not_cut() {
        let mut field = TextField::default();
        assert_eq!(field.insert(&"x".repeat(TextField::MAX + 1)), Err(Refused::Full));
        assert_eq!(field.text(), "");
        let mut password = PasswordField::default();
        assert_eq!(password.insert(&"x".repeat(TypedPassword::MAX + 1)), Err(Refused::Full));
        assert!(password.typed().is_empty());
    }

    #[test]
    fn a_password_is_cut_at_the_cursor() {
        let mut password = PasswordField::default();
        password.insert("abcdef").unwrap();
        (0..3).for_each(|_| password.edit(Edit::Left));
        password.edit(Edit::DeleteToEnd);
        assert_eq!(password.typed().expose(), "abc");
        password.edit(Edit::DeleteWord);
        assert!(password.typed().is_empty());
    }

    #[test]
    fn debug_shows_nothing_typed() {
        let mut field = TextField::default();
        field.insert("kdsTopSecret").unwrap();
        field.edit(Edit::DeleteToStart);
        assert_eq!(format!("{field:?}"), "TextField(..)");
    }
}
