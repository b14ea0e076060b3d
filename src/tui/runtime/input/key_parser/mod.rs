//! The key parser: bytes of a terminal into keys and pastes.

mod background;

use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::escape_sequence::{ESC, Function, Key, Press, Sequence, Step, following};
use crate::tui::keymap::chord::{Chord, Code, Mods};
use crate::tui::runtime::input::key_parser::background::Told;

/// A parsed key or paste, or an answer of the terminal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// A key press.
    Key(Chord),
    /// A whole paste.
    Paste(String),
    /// The background is light, or it is dark.
    Background(bool),
}

/// How long the rest of a sequence may lag behind its Esc; after that it was the Esc key.
const LAG: Duration = Duration::from_millis(30);

/// How long a sequence that has begun may pause. The line may have lost a packet; but one that never ends must give the
/// keys back.
const PAUSE: Duration = Duration::from_millis(800);

/// Most bytes of a paste that are kept: no field takes as much.
const LONGEST_PASTE: usize = 64 * 1024;

const PASTE_END: &[u8] = b"\x1b[201~";
/// As terminals write it that send controls of 8 bits.
const WIDE_PASTE_END: &[u8] = b"\x9b201~";

/// Between two bytes.
#[derive(Default)]
enum State {
    /// Nothing has begun.
    #[default]
    Ground,
    /// A character in UTF-8 has begun.
    Character(Character),
    /// A sequence has begun; whether it pauses behind what introduced it.
    Sequence(Sequence, bool),
    /// A paste goes on.
    Paste(Paste),
}

/// The bytes of a character that are there; it may be one of a password.
struct Character {
    bytes: Zeroizing<[u8; 4]>,
    here: usize,
    whole: usize,
    alt: bool,
}

struct Paste {
    text: Zeroizing<Vec<u8>>,
    end: &'static [u8],
    /// So many bytes of the end mark are there.
    matched: usize,
    /// Nothing came for a while: its end may be lost.
    rests: bool,
}

/// Takes bytes as they come, in pieces of any size, and keeps few of them.
#[derive(Default)]
pub(super) struct Parser {
    state: State,
    due: Option<Instant>,
    /// What the control string says that has begun.
    told: Told,
    /// When an Esc was taken for the key because nothing followed.
    escaped: Option<Instant>,
}

impl Parser {
    /// When [`Self::passed`] is wanted, unless something comes before.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Takes what one look at the terminal found.
    pub(super) fn take(&mut self, bytes: &[u8], now: Instant) -> Vec<Input> {
        let mut given = vec![];
        self.go_on(bytes, now, &mut given);
        let went_on = self.is_inside_a_string();
        for byte in bytes {
            self.step(*byte, &mut given);
        }
        self.due = match &self.state {
            // A user types one key at a time: that is the way out of a string that never ends.
            _ if went_on && bytes.len() == 1 && self.is_inside_a_string() => self.due,
            State::Ground => None,
            State::Sequence(sequence, false) if sequence.is_escape() && !sequence.is_string() => Some(now + LAG),
            State::Sequence(sequence, false) if sequence.is_fresh() => Some(now + LAG),
            State::Paste(paste) if paste.rests && paste.matched == 0 => None,
            State::Character(_) | State::Sequence(..) | State::Paste(_) => Some(now + PAUSE),
        };
        given
    }

    /// Nothing came until [`Self::due`]: what that makes whole.
    pub(super) fn passed(&mut self, now: Instant) -> Vec<Input> {
        let mut given = vec![];
        self.due = None;
        match std::mem::take(&mut self.state) {
            State::Ground | State::Character(_) => {}
            State::Sequence(sequence, _) if sequence.is_escape() => {
                self.escaped = Some(now);
                given.push(Input::Key(Chord::plain(Code::Esc)));
            }
            // Alt and a letter, or the beginning of a split sequence: the next byte decides.
            State::Sequence(sequence, false) if sequence.is_fresh() => {
                self.state = State::Sequence(sequence, true);
                self.due = Some(now + PAUSE);
            }
            State::Sequence(sequence, _) => given.extend(letter(&sequence)),
            State::Paste(paste) if paste.rests => {
                given.extend((paste.matched == 1).then_some(Input::Key(Chord::plain(Code::Esc))));
                given.insert(0, paste.given());
            }
            State::Paste(paste) => self.state = State::Paste(Paste { rests: true, ..paste }),
        }
        given
    }

    /// Decides, now that more is there, what went before a pause.
    fn go_on(&mut self, bytes: &[u8], now: Instant, given: &mut Vec<Input>) {
        let escaped = self.escaped.take().is_some_and(|at| now < at + PAUSE);
        match &mut self.state {
            // The sequence was split after its Esc, which was taken for the key; the rest is not text.
            State::Ground if escaped && bytes.len() > 1 => {
                let mut begun = Sequence::begin(ESC);
                let introduced = begun.as_mut().is_some_and(|s| s.step(bytes[0]) == Step::Goes && s.expects(bytes[1]));
                if introduced {
                    self.state = Sequence::begin(ESC).map_or(State::Ground, |sequence| State::Sequence(sequence, true));
                }
            }
            State::Sequence(sequence, true) if sequence.is_fresh() && !continues(sequence, bytes) => {
                given.extend(letter(sequence));
                self.state = State::Ground;
            }
            State::Paste(paste) if paste.rests && paste.is_left_by(bytes) => {
                if let State::Paste(paste) = std::mem::take(&mut self.state) {
                    given.push(paste.given());
                }
            }
            _ => {}
        }
    }

    fn is_inside_a_string(&self) -> bool {
        matches!(&self.state, State::Sequence(s, _) if s.is_string() && !s.is_escape() && !s.is_fresh())
    }

    fn step(&mut self, byte: u8, given: &mut Vec<Input>) {
        match &mut self.state {
            State::Ground => self.begin(byte, false, given),
            State::Character(character) => match character.takes(byte) {
                None => {
                    self.state = State::Ground;
                    self.begin(byte, false, given);
                }
                Some(false) => {}
                Some(true) => {
                    given.extend(character.chord().map(Input::Key));
                    self.state = State::Ground;
                }
            },
            State::Sequence(sequence, _) => {
                let before = *sequence;
                match sequence.step(byte) {
                    Step::Goes if before.is_string() => self.told.push(byte),
                    Step::Goes => self.told.clear(),
                    Step::Ends(function) => {
                        if before.is_string() {
                            given.extend(self.told.is_light().map(Input::Background));
                        }
                        self.told.clear();
                        self.end(function, before.is_wide(), given);
                    }
                    Step::Breaks => {
                        self.told.clear();
                        let broken = *sequence;
                        self.broken(&broken, byte, given);
                    }
                }
            }
            State::Paste(paste) => {
                if paste.takes(byte)
                    && let State::Paste(paste) = std::mem::take(&mut self.state)
                {
                    given.push(paste.given());
                }
            }
        }
    }

    /// Nothing has begun before this byte but perhaps an Esc that stands for Alt.
    fn begin(&mut self, byte: u8, alt: bool, given: &mut Vec<Input>) {
        self.state = match Sequence::begin(byte) {
            Some(sequence) if !alt || byte == ESC => State::Sequence(sequence, false),
            _ if following(byte) > 0 => State::Character(Character::begin(byte, alt)),
            _ => {
                let chord = if byte.is_ascii_graphic() || byte == b' ' {
                    Some(Chord::char(char::from(byte)))
                } else {
                    control(byte)
                };
                given.extend(chord.map(|chord| Input::Key(with_alt(chord, alt))));
                State::Ground
            }
        };
    }

    fn end(&mut self, function: Function, wide: bool, given: &mut Vec<Input>) {
        self.state = State::Ground;
        match function {
            Function::Key(press) => given.push(Input::Key(chord(press))),
            Function::Paste => self.state = State::Paste(Paste::begin(wide)),
            Function::Other => {}
        }
    }

    /// A sequence was broken off by a byte that begins something else.
    fn broken(&mut self, sequence: &Sequence, byte: u8, given: &mut Vec<Input>) {
        let escape = sequence.is_escape();
        match escape && byte == ESC {
            // Esc twice: the first is the key, the second may begin a sequence.
            true => given.push(Input::Key(Chord::plain(Code::Esc))),
            false => given.extend(letter(sequence)),
        }
        self.begin(byte, escape, given);
    }
}

/// Whether what came behind a pause goes on with a sequence of which only the beginning is there.
fn continues(sequence: &Sequence, bytes: &[u8]) -> bool {
    let ends = sequence.is_string() && bytes.windows(2).any(|two| two == b"\x1b\\");
    ends || bytes.first().is_some_and(|byte| sequence.expects(*byte))
}

/// Alt and a letter, where that is what the beginning of a sequence was.
fn letter(sequence: &Sequence) -> Option<Input> {
    sequence.letter().map(|c| Input::Key(with_alt(Chord::char(c), true)))
}

fn with_alt(chord: Chord, alt: bool) -> Chord {
    Chord { mods: Mods { alt: alt || chord.mods.alt, ..chord.mods }, ..chord }
}

fn control(byte: u8) -> Option<Chord> {
    match byte {
        // A line feed is an Enter typed before raw mode: the line discipline translated it.
        b'\r' | b'\n' => Some(Chord::plain(Code::Enter)),
        b'\t' => Some(Chord::plain(Code::Tab)),
        // Terminals whose Backspace sends 0x08 cannot be told from ctrl-h; deleting is what was meant.
        0x08 | 0x7f => Some(Chord::plain(Code::Backspace)),
        0x01..=0x1a => Some(Chord::ctrl(char::from(byte - 1 + b'a'))),
        _ => None,
    }
}

fn chord(press: Press) -> Chord {
    let code = match press.key {
        Key::Char(c) => Code::Char(c),
        Key::Enter => Code::Enter,
        Key::Tab => Code::Tab,
        Key::BackTab => Code::BackTab,
        Key::Delete => Code::Delete,
        Key::Insert => Code::Insert,
        Key::Up => Code::Up,
        Key::Down => Code::Down,
        Key::Left => Code::Left,
        Key::Right => Code::Right,
        Key::Home => Code::Home,
        Key::End => Code::End,
        Key::PageUp => Code::PageUp,
        Key::PageDown => Code::PageDown,
        Key::F(n) => Code::F(n),
    };
    Chord { code, mods: Mods { ctrl: press.ctrl, alt: press.alt } }
}

impl Character {
    fn begin(first: u8, alt: bool) -> Self {
        let bytes = Zeroizing::new([first, 0, 0, 0]);
        Self { bytes, here: 1, whole: 1 + usize::from(following(first)), alt }
    }

    /// Takes its next byte; whether it is whole, or `None` if the byte is none of it.
    fn takes(&mut self, byte: u8) -> Option<bool> {
        (0x80..=0xbf).contains(&byte).then(|| {
            self.bytes[self.here] = byte;
            self.here += 1;
            self.here == self.whole
        })
    }

    fn chord(&self) -> Option<Chord> {
        let text = std::str::from_utf8(&self.bytes[..self.here]).ok()?;
        text.chars().next().map(|c| with_alt(Chord::char(c), self.alt))
    }
}

impl Paste {
    fn begin(wide: bool) -> Self {
        let text = Zeroizing::new(Vec::with_capacity(LONGEST_PASTE));
        Self { text, end: if wide { WIDE_PASTE_END } else { PASTE_END }, matched: 0, rests: false }
    }

    /// Takes the next byte; whether the end mark is whole.
    fn takes(&mut self, byte: u8) -> bool {
        if byte != self.end[self.matched] {
            // No byte of the mark but the first is like its first.
            self.keep(&self.end[..self.matched]);
            self.matched = 0;
        }
        match byte == self.end[self.matched] {
            true => self.matched += 1,
            false => self.keep(&[byte]),
        }
        self.matched == self.end.len()
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = LONGEST_PASTE - self.text.len();
        self.text.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// Whether somebody presses a key because nothing happens: one key, and after a rest.
    fn is_left_by(&self, bytes: &[u8]) -> bool {
        let key = bytes.len() == 1 || (bytes[0] == ESC && bytes.len() <= self.end.len());
        let ends = bytes.len().min(self.end.len());
        self.matched == 0 && key && bytes[..ends] != self.end[..ends]
    }

    fn given(self) -> Input {
        Input::Paste(String::from_utf8_lossy(&self.text).into_owned())
    }
}

#[cfg(test)]
mod tests;
