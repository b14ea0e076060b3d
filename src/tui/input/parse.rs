//! Bytes of a terminal into keys and pastes.

use zeroize::{Zeroize as _, Zeroizing};

use super::super::chord::{Chord, Code, Mods};

/// What the bytes mean.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// A key.
    Key(Chord),
    /// A whole paste.
    Paste(String),
}

const ESC: u8 = 0x1b;
const PASTE: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";

/// Longest sequence that is waited for; what is longer is no key.
const LONGEST: usize = 32;

/// Most bytes of a paste that are kept: no field takes as much.
const LONGEST_PASTE: usize = 64 * 1024;

/// What the bytes at the front are.
enum Front {
    /// The beginning of something; more must come.
    Incomplete,
    /// So many bytes are a key, or nothing that the desk knows.
    Whole(usize, Option<Chord>),
}

use Front::{Incomplete, Whole};

/// Takes bytes as they come, in pieces of any size.
#[derive(Default)]
pub(super) struct Parser {
    rest: Zeroizing<Vec<u8>>,
    /// What was pasted so far, while a paste goes on.
    paste: Option<Zeroizing<Vec<u8>>>,
}

impl Parser {
    /// Takes the next bytes; what they make whole.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<Input> {
        self.rest.extend_from_slice(bytes);
        self.whole(false)
    }

    /// Nothing follows for now: an Esc that waited for more was the key.
    pub(super) fn no_more(&mut self) -> Vec<Input> {
        self.whole(true)
    }

    /// Whether the end of a key is still to come. The end of a paste may take its time.
    pub(super) fn is_inside_a_key(&self) -> bool {
        !self.rest.is_empty() && self.paste.is_none()
    }

    fn whole(&mut self, last: bool) -> Vec<Input> {
        let mut given = vec![];
        loop {
            if self.paste.is_some() {
                match self.paste_end() {
                    Some(text) => given.push(Input::Paste(text)),
                    None => return given,
                }
            }
            if self.rest.is_empty() {
                return given;
            }
            if self.rest.starts_with(PASTE) {
                self.drop_front(PASTE.len());
                self.paste = Some(Zeroizing::new(Vec::with_capacity(LONGEST_PASTE)));
                continue;
            }
            match front(&self.rest, last) {
                Incomplete => return given,
                Whole(n, key) => {
                    given.extend(key.map(Input::Key));
                    self.drop_front(n);
                }
            }
        }
    }

    /// Moves what is pasted out of the way; the text once its end is there.
    fn paste_end(&mut self) -> Option<String> {
        let end = self.rest.windows(PASTE_END.len()).position(|bytes| bytes == PASTE_END);
        // The end mark may be cut in two: as many bytes as it has may be its beginning.
        let safe = end.unwrap_or_else(|| self.rest.len().saturating_sub(PASTE_END.len() - 1));
        let paste = self.paste.as_mut()?;
        let room = LONGEST_PASTE - paste.len();
        paste.extend_from_slice(&self.rest[..safe.min(room)]);
        self.drop_front(safe);
        end?;
        self.drop_front(PASTE_END.len());
        let pasted = self.paste.take()?;
        Some(String::from_utf8_lossy(&pasted).into_owned())
    }

    /// Forgets bytes at the front, and wipes where they were.
    fn drop_front(&mut self, n: usize) {
        let left = self.rest.len() - n;
        self.rest.copy_within(n.., 0);
        self.rest[left..].zeroize();
        self.rest.truncate(left);
    }
}

fn front(bytes: &[u8], last: bool) -> Front {
    match bytes {
        [] => Incomplete,
        [ESC] if last => Whole(1, Some(Chord::plain(Code::Esc))),
        [ESC] => Incomplete,
        // Esc twice: the first is the key, the second may begin a sequence.
        [ESC, ESC, ..] => Whole(1, Some(Chord::plain(Code::Esc))),
        [ESC, b'[', b'[', rest @ ..] => linux_function_key(rest, last),
        [ESC, b'[', rest @ ..] => control_sequence(rest, last),
        [ESC, b'O'] if !last => Incomplete,
        [ESC, b'O', name, ..] => Whole(3, named(*name).map(Chord::plain)),
        [ESC, rest @ ..] => match character(rest, last) {
            Incomplete => Incomplete,
            Whole(n, key) => Whole(n + 1, key.map(with_alt)),
        },
        _ => character(bytes, last),
    }
}

fn with_alt(chord: Chord) -> Chord {
    Chord { mods: Mods { alt: true, ..chord.mods }, ..chord }
}

/// One character: a control character is a key, anything else is typed.
fn character(bytes: &[u8], last: bool) -> Front {
    let first = bytes[0];
    if first < 0x20 || first == 0x7f {
        return Whole(1, control(first));
    }
    let length = match first {
        0x20..=0x7e => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        // No beginning of anything.
        _ => return Whole(1, None),
    };
    let here = &bytes[..length.min(bytes.len())];
    match std::str::from_utf8(here) {
        Ok(text) => Whole(length, text.chars().next().map(Chord::char)),
        // Cut short so far; `error_len` is there when it is wrong whatever follows.
        Err(why) if why.error_len().is_none() && !last => Incomplete,
        Err(why) => Whole(why.error_len().unwrap_or(here.len()), None),
    }
}

fn control(byte: u8) -> Option<Chord> {
    match byte {
        // A line feed is an Enter that was typed before the terminal was ours: the line discipline had turned it.
        b'\r' | b'\n' => Some(Chord::plain(Code::Enter)),
        b'\t' => Some(Chord::plain(Code::Tab)),
        // Terminals whose Backspace sends 0x08 cannot be told from ctrl-h; deleting is what was meant.
        0x08 | 0x7f => Some(Chord::plain(Code::Backspace)),
        0x01..=0x1a => Some(Chord::ctrl(char::from(byte - 1 + b'a'))),
        _ => None,
    }
}

/// `ESC [ parameters final`.
fn control_sequence(rest: &[u8], last: bool) -> Front {
    let Some(end) = rest.iter().position(|byte| !(0x20..=0x3f).contains(byte)) else {
        return if last || rest.len() > LONGEST { Whole(2 + rest.len(), None) } else { Incomplete };
    };
    let (parameters, name) = (&rest[..end], rest[end]);
    if !(0x40..=0x7e).contains(&name) {
        // Something else begins inside: only the broken beginning is dropped.
        return Whole(2 + end, None);
    }
    let text = std::str::from_utf8(parameters).unwrap_or_default();
    let mut numbers = text.split(';').map(|n| if n.is_empty() { 1 } else { n.parse::<u8>().unwrap_or(0) });
    let (first, held) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1));
    let code = match name {
        b'~' => numbered(first),
        name => named(name),
    };
    let held = held.saturating_sub(1);
    let mods = Mods { alt: held & 2 != 0, ctrl: held & 4 != 0 };
    Whole(2 + end + 1, code.map(|code| Chord { code, mods }))
}

/// `ESC [ [ A` to `E`: F1 to F5 on the Linux console.
fn linux_function_key(rest: &[u8], last: bool) -> Front {
    match rest {
        [] if !last => Incomplete,
        [name @ b'A'..=b'E', ..] => Whole(4, Some(Chord::plain(Code::F(name - b'A' + 1)))),
        _ => Whole(3, None),
    }
}

fn named(name: u8) -> Option<Code> {
    Some(match name {
        b'A' => Code::Up,
        b'B' => Code::Down,
        b'C' => Code::Right,
        b'D' => Code::Left,
        b'H' => Code::Home,
        b'F' => Code::End,
        b'Z' => Code::BackTab,
        b'M' => Code::Enter,
        b'P'..=b'S' => Code::F(name - b'P' + 1),
        _ => return None,
    })
}

fn numbered(number: u8) -> Option<Code> {
    Some(match number {
        1 | 7 => Code::Home,
        4 | 8 => Code::End,
        3 => Code::Delete,
        5 => Code::PageUp,
        6 => Code::PageDown,
        11..=15 => Code::F(number - 10),
        17..=21 => Code::F(number - 11),
        23 | 24 => Code::F(number - 12),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The keys in words; pastes in quotes.
    fn words(given: Vec<Input>) -> String {
        let word = |input| match input {
            Input::Key(chord) => chord.to_string(),
            Input::Paste(text) => format!("{text:?}"),
        };
        given.into_iter().map(word).collect::<Vec<_>>().join(" ")
    }

    fn all(bytes: &[u8]) -> String {
        let mut parser = Parser::default();
        let mut given = parser.take(bytes);
        given.extend(parser.no_more());
        words(given)
    }

    #[test]
    fn what_terminals_send() {
        for (bytes, keys) in [
            (&b"aA?~ "[..], "a A ? ~ space"),
            ("ß支🔑".as_bytes(), "ß 支 🔑"),
            (b"\r\n\t\x7f\x08", "enter enter tab backspace backspace"),
            (b"\x01\x07\x1a", "ctrl-a ctrl-g ctrl-z"),
            (b"\x1b", "esc"),
            (b"\x1b\x1b", "esc esc"),
            (b"\x1bb\x1b\r", "alt-b alt-enter"),
            (b"\x1b[A\x1b[B\x1b[C\x1b[D", "↑ ↓ → ←"),
            (b"\x1bOA\x1bOH\x1bOF", "↑ Home End"),
            (b"\x1b[1;5C\x1b[1;3D\x1b[1;2A", "ctrl-→ alt-← ↑"),
            (b"\x1b[H\x1b[4~\x1b[7~\x1b[3~\x1b[5~\x1b[6~\x1b[Z", "Home End Home delete PgUp PgDn shift-tab"),
            (b"\x1bOP\x1b[11~\x1b[[A\x1b[15~\x1b[17~\x1b[24~\x1b[1;2P", "F1 F1 F1 F5 F6 F12 F1"),
            (b"a\x1b[200~x\r\x1b[B\ny\x1b[201~b", "a \"x\\r\\u{1b}[B\\ny\" b"),
            (b"\x1b[200~\x1b[201~", "\"\""),
        ] {
            assert_eq!(all(bytes), keys, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_key_is_nothing_and_harms_nothing_around_it() {
        for bytes in [
            &b"\x00\x1c\x1f"[..],
            b"\x1b[2~",
            b"\x1b[I\x1b[O",
            b"\x1b[27;5;13~",
            b"\x1b[13;5u",
            b"\x1b[?62;4c",
            b"\x1b[",
            b"\x1b[1;",
            b"\xff\xfe",
            b"\x9bA"[..1].as_ref(),
            b"\xc3",
            b"\xed\xa0\x80",
            b"\x1b[999999999999~",
        ] {
            let around = [b"x", bytes, b"\x1b[Ay"].concat();
            assert_eq!(all(&around), "x ↑ y", "{bytes:?}");
        }
    }

    /// A slow link cuts anywhere: Esc alone is not the key while the rest may come.
    #[test]
    fn an_arrow_that_was_cut_is_one_arrow() {
        let mut parser = Parser::default();
        assert_eq!(words(parser.take(b"\x1b")), "");
        assert!(parser.is_inside_a_key());
        assert_eq!(words(parser.take(b"[")), "");
        assert_eq!(words(parser.take(b"B")), "↓");
        assert!(!parser.is_inside_a_key());
        assert_eq!(words(parser.take(b"\x1b")) + &words(parser.no_more()), "esc");
    }

    #[test]
    fn a_paste_that_does_not_end_takes_no_more_than_its_room() {
        let mut parser = Parser::default();
        parser.take(PASTE);
        for _ in 0..100 {
            assert_eq!(words(parser.take(&[b'x'; 4096])), "");
        }
        assert!(!parser.is_inside_a_key() && parser.rest.len() < PASTE_END.len());
        let given = parser.take(PASTE_END);
        assert!(matches!(given.as_slice(), [Input::Paste(text)] if text.len() == LONGEST_PASTE));
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            Just(b"\x1b".to_vec()),
            Just(b"\x1b[".to_vec()),
            Just(PASTE.to_vec()),
            Just(PASTE_END.to_vec()),
            Just("支\x1b[1;5B\r".as_bytes().to_vec()),
            proptest::collection::vec(any::<u8>(), 0..6),
        ]
    }

    proptest! {
        /// However a link cuts the bytes, they mean the same.
        #[test]
        fn cuts_change_nothing(pieces in proptest::collection::vec(piece(), 0..12), cuts in any::<u64>()) {
            let bytes = pieces.concat();
            let mut parser = Parser::default();
            let mut given = vec![];
            for (i, byte) in bytes.iter().enumerate() {
                parser.rest.push(*byte);
                if cuts >> (i % 64) & 1 == 1 {
                    given.extend(parser.whole(false));
                }
            }
            given.extend(parser.whole(false));
            given.extend(parser.no_more());
            prop_assert_eq!(words(given), all(&bytes));
            prop_assert!(!parser.is_inside_a_key());
        }
    }
}
