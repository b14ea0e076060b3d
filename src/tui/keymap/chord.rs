//! Key chords: small, comparable, and only what every plain terminal can send.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

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

/// An event that is no key press the desk knows: a release, or a key that plain terminals do not send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unknown;

impl TryFrom<KeyEvent> for Chord {
    type Error = Unknown;

    fn try_from(event: KeyEvent) -> Result<Self, Unknown> {
        if event.kind == KeyEventKind::Release {
            return Err(Unknown);
        }
        let held = |m| event.modifiers.contains(m);
        let mods = Mods { ctrl: held(KeyModifiers::CONTROL), alt: held(KeyModifiers::ALT) };
        let code = match event.code {
            // Terminals whose Backspace sends 0x08 cannot be told from ctrl-h; deleting is what was meant.
            KeyCode::Char('h') if mods.ctrl => return Ok(Self::plain(Code::Backspace)),
            // Some report ctrl with the capital letter.
            KeyCode::Char(c) if mods.ctrl => Code::Char(c.to_ascii_lowercase()),
            code => known(code)?,
        };
        Ok(Self { code, mods })
    }
}

fn known(code: KeyCode) -> Result<Code, Unknown> {
    Ok(match code {
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(n) => Code::F(n),
        _ => return Err(Unknown),
    })
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

    fn event(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(code, modifiers)
    }

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
    fn releases_and_unknown_keys_are_no_chords() {
        let mut release = event(KeyCode::Char('a'), KeyModifiers::NONE);
        release.kind = KeyEventKind::Release;
        assert_eq!(Chord::try_from(release), Err(Unknown));
        assert_eq!(Chord::try_from(event(KeyCode::CapsLock, KeyModifiers::NONE)), Err(Unknown));
    }

    #[test]
    fn shift_is_in_the_letter_and_ctrl_h_deletes() {
        assert_eq!(Chord::try_from(event(KeyCode::Char('R'), KeyModifiers::SHIFT)), Ok(Chord::char('R')));
        assert_eq!(Chord::try_from(event(KeyCode::Char('C'), KeyModifiers::CONTROL)), Ok(Chord::ctrl('c')));
        assert_eq!(
            Chord::try_from(event(KeyCode::Char('h'), KeyModifiers::CONTROL)),
            Ok(Chord::plain(Code::Backspace))
        );
        assert_eq!(Chord::ctrl('a').typed(), None);
        assert_eq!(Chord::char('ß').typed(), Some('ß'));
    }
}
