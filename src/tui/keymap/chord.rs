//! Key chords: small, comparable, and only what every plain terminal can send.

use std::fmt;

/// A key, without modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Code {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    F(u8),
}

/// The modifiers. Shift is not one of them: a letter carries its case, and nothing else needs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mods {
    /// Control.
    pub ctrl: bool,
    /// Alt, or Esc just before.
    pub alt: bool,
}

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    /// The key, without modifiers.
    pub code: Code,
    /// The modifiers.
    pub mods: Mods,
}

impl Chord {
    /// A key without modifiers.
    pub const fn plain(code: Code) -> Self {
        Self { code, mods: Mods { ctrl: false, alt: false } }
    }

    /// A letter or digit without modifiers.
    pub const fn char(c: char) -> Self {
        Self::plain(Code::Char(c))
    }

    /// A letter with control.
    pub const fn ctrl(c: char) -> Self {
        Self { code: Code::Char(c), mods: Mods { ctrl: true, alt: false } }
    }

    /// The character this types into a field, if it types one.
    pub fn typed(self) -> Option<char> {
        match (self.code, self.mods) {
            (Code::Char(c), Mods { ctrl: false, alt: false }) => Some(c),
            _ => None,
        }
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mods.ctrl {
            f.write_str("ctrl-")?;
        }
        if self.mods.alt {
            f.write_str("alt-")?;
        }
        match self.code {
            Code::Char(' ') => f.write_str("space"),
            Code::Char(c) => write!(f, "{c}"),
            Code::F(n) => write!(f, "F{n}"),
            code => f.write_str(word(code)),
        }
    }
}

fn word(code: Code) -> &'static str {
    match code {
        Code::Enter => "enter",
        Code::Esc => "esc",
        Code::Tab => "tab",
        Code::BackTab => "shift-tab",
        Code::Backspace => "backspace",
        Code::Delete => "delete",
        Code::Insert => "insert",
        Code::Up => "↑",
        Code::Down => "↓",
        Code::Left => "←",
        Code::Right => "→",
        Code::Home => "Home",
        Code::End => "End",
        Code::PageUp => "PgUp",
        Code::PageDown => "PgDn",
        Code::Char(_) | Code::F(_) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_called_what_hints_call_them() {
        for (chord, words) in [
            (Chord::ctrl('c'), "ctrl-c"),
            (Chord::plain(Code::Enter), "enter"),
            (Chord::plain(Code::Up), "↑"),
            (Chord::char('R'), "R"),
            (Chord::char(' '), "space"),
            (Chord::plain(Code::F(1)), "F1"),
            (Chord::plain(Code::BackTab), "shift-tab"),
        ] {
            assert_eq!(chord.to_string(), words);
        }
    }

    #[test]
    fn only_a_character_without_modifiers_types_itself() {
        assert_eq!(Chord::ctrl('a').typed(), None);
        assert_eq!(Chord::char('ß').typed(), Some('ß'));
    }
}
