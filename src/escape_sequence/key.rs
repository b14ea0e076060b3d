//! Escape sequences that are keys. Any other sequence is none.

use super::Function;

/// A key that terminals send as a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Key {
    /// From the keypad: it types what is written on it.
    Char(char),
    Enter,
    Tab,
    BackTab,
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

/// A key with what is held down. Shift is not told: nothing needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press {
    /// The key.
    pub key: Key,
    /// Control is held.
    pub ctrl: bool,
    /// Alt is held.
    pub alt: bool,
}

impl Press {
    /// A key alone.
    pub const fn plain(key: Key) -> Self {
        Self { key, ctrl: false, alt: false }
    }
}

/// The event of a key that was let go, in the protocol of kitty.
const LET_GO: u16 = 3;

/// What `CSI parameters name` is.
pub(super) fn control(parameters: &[u8], name: u8) -> Function {
    if (parameters, name) == (b"200", b'~') {
        return Function::Paste;
    }
    let Some(numbers) = Numbers::read(parameters) else { return Function::Other };
    let key = match name {
        b'~' => numbered(numbers.first),
        // With parameters it is where the cursor is, or what the terminal can draw.
        b'R' | b'S' if !parameters.is_empty() => None,
        b'Z' => Some(Key::BackTab),
        name => named(name),
    };
    numbers.press(key, numbers.held)
}

/// What `SS3 parameters name` is. Some terminals put what is held there, alone or behind a 1.
pub(super) fn single(parameters: &[u8], name: u8) -> Function {
    let Some(numbers) = Numbers::read(parameters) else { return Function::Other };
    let held = if parameters.contains(&b';') { numbers.held } else { numbers.first };
    numbers.press(named(name).or_else(|| keypad(name)), held)
}

/// One number or two, as keys have them.
struct Numbers {
    first: u16,
    held: u16,
    event: u16,
}

impl Numbers {
    /// `None` for what no key has: a third number, a private mark, an intermediate byte.
    fn read(parameters: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(parameters).ok()?;
        let number = |text: &str| if text.is_empty() { Some(1) } else { text.parse::<u16>().ok() };
        let mut numbers = text.split(';');
        let first = number(numbers.next()?)?;
        let mut second = numbers.next().unwrap_or_default().split(':');
        let held = number(second.next()?)?;
        let event = number(second.next().unwrap_or_default())?;
        let more = numbers.next().is_some() || second.next().is_some();
        (!more).then_some(Self { first, held, event })
    }

    fn press(&self, key: Option<Key>, held: u16) -> Function {
        let held = held.saturating_sub(1);
        match key {
            Some(key) if self.event != LET_GO => Function::Key(Press { key, alt: held & 2 != 0, ctrl: held & 4 != 0 }),
            _ => Function::Other,
        }
    }
}

fn named(name: u8) -> Option<Key> {
    Some(match name {
        b'A' => Key::Up,
        b'B' => Key::Down,
        b'C' => Key::Right,
        b'D' => Key::Left,
        b'H' => Key::Home,
        b'F' => Key::End,
        b'P'..=b'S' => Key::F(name - b'P' + 1),
        _ => return None,
    })
}

/// The keypad in application mode, which another program may have left on.
fn keypad(name: u8) -> Option<Key> {
    Some(match name {
        b'M' => Key::Enter,
        b'I' => Key::Tab,
        b' ' => Key::Char(' '),
        b'X' => Key::Char('='),
        b'j'..=b'y' => Key::Char(char::from(name - b'j' + b'*')),
        _ => return None,
    })
}

fn numbered(number: u16) -> Option<Key> {
    let function = |n: u16| u8::try_from(n).ok().map(Key::F);
    match number {
        1 | 7 => Some(Key::Home),
        4 | 8 => Some(Key::End),
        2 => Some(Key::Insert),
        3 => Some(Key::Delete),
        5 => Some(Key::PageUp),
        6 => Some(Key::PageDown),
        11..=15 => function(number - 10),
        17..=21 => function(number - 11),
        23 | 24 => function(number - 12),
        _ => None,
    }
}
