//! A parser of terminal escape sequences by the grammar of ECMA-48, independent of what they mean.
//!
//! A list of known keys cannot tell where an unknown sequence ends. The grammar can: reports of the mouse, replies that
//! come late and functions of a newer terminal are each one piece, which means nothing and takes nothing with it.

mod key;
mod line;

pub use key::{Key, Press};
pub use line::without_reports;

/// What begins a 7-bit sequence, and ends a control string together with a backslash.
pub const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
/// The 8-bit form of `ESC \`.
const ST: u8 = 0x9c;

/// Most parameter bytes that are kept; no key has as many. What is longer is skipped byte by byte.
const KEPT: usize = 32;

/// Raw bytes, or characters in mode 1005, behind an X10 report of the mouse.
const BEHIND_X10: u8 = 3;

/// What a byte does to a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It belongs to it; more must come.
    Goes,
    /// It is the last byte.
    Ends(Function),
    /// It does not belong to it. The sequence is over without an end, and the byte begins something else.
    Breaks,
}

/// What a whole sequence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// A key.
    Key(Press),
    /// A bracketed paste begins.
    Paste,
    /// A report, a reply, or a function that nobody here knows.
    Other,
}

/// Control strings, by what comes out of terminals in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Dcs,
    Osc,
    Apc,
    Pm,
    Sos,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// After Esc.
    Escape,
    /// After CSI.
    Control,
    /// After `ESC [ [`, as the Linux console sends it.
    Console,
    /// After SS3.
    Single,
    /// In the raw end of an X10 report: so many are to come, and whether the last may go on in UTF-8.
    Mouse { left: u8, lead: bool },
    /// In a control string: whether an Esc came that may begin its end, and bytes to come of a character in UTF-8.
    String { kind: Kind, escaped: bool, more: u8 },
}

use State::{Console, Control, Escape, Mouse, Single, String};

/// A sequence on its way. It takes its bytes one by one and keeps a few of them, however long it gets.
#[derive(Clone, Copy, Debug)]
pub struct Sequence {
    state: State,
    /// Nothing came behind the introducer yet.
    fresh: bool,
    /// It was begun by an 8-bit control.
    wide: bool,
    kept: [u8; KEPT],
    len: usize,
}

impl Sequence {
    /// The sequence that `byte` begins: Esc, or a control of 8 bits, which is what a byte is that no character in UTF-8
    /// begins with.
    pub fn begin(byte: u8) -> Option<Self> {
        let state = match byte {
            ESC => Escape,
            0x8f => Single,
            0x9b => Control,
            0x90 => string(Kind::Dcs),
            0x98 => string(Kind::Sos),
            0x9d => string(Kind::Osc),
            0x9e => string(Kind::Pm),
            0x9f => string(Kind::Apc),
            _ => return None,
        };
        Some(Self { state, fresh: true, wide: byte != ESC, kept: [0; KEPT], len: 0 })
    }

    /// Whether there is only an Esc, which may be the key.
    pub fn is_escape(&self) -> bool {
        self.state == Escape || matches!(self.state, String { escaped: true, .. })
    }

    /// Whether there is only what introduces it, which may be Alt and a letter.
    pub fn is_fresh(&self) -> bool {
        self.fresh && self.state != Escape
    }

    /// Whether it is a control string, whose length nobody knows.
    pub fn is_string(&self) -> bool {
        matches!(self.state, String { .. })
    }

    /// Whether it was begun by an 8-bit control.
    pub fn is_wide(&self) -> bool {
        self.wide
    }

    /// The letter that was held with Alt, if the introducer was no introducer. `ESC [` is none that anybody uses.
    pub fn letter(&self) -> Option<char> {
        match self.state {
            _ if self.wide || !self.fresh => None,
            Single => Some('O'),
            String { kind: Kind::Dcs, .. } => Some('P'),
            String { kind: Kind::Osc, .. } => Some(']'),
            String { kind: Kind::Apc, .. } => Some('_'),
            String { kind: Kind::Pm, .. } => Some('^'),
            String { kind: Kind::Sos, .. } => Some('X'),
            Escape | Control | Console | Mouse { .. } => None,
        }
    }

    /// Whether what terminals send goes on with `byte` behind the introducer.
    pub fn expects(&self, byte: u8) -> bool {
        match self.state {
            Escape | Console | Mouse { .. } => false,
            Control => matches!(byte, b'0'..=b'_'),
            Single => byte.is_ascii_uppercase(),
            String { kind: Kind::Osc, .. } => matches!(byte, b'0'..=b'9' | b'l' | b'L' | b'I'),
            String { kind: Kind::Dcs, .. } => matches!(byte, b' '..=b'?'),
            String { kind: Kind::Apc, .. } => byte == b'G',
            String { kind: Kind::Pm | Kind::Sos, .. } => false,
        }
    }

    /// Takes the next byte.
    pub fn step(&mut self, byte: u8) -> Step {
        // A stray byte above 127 is more often noise than a control of 8 bits.
        if self.wide && self.fresh && !self.expects(byte) {
            return Step::Breaks;
        }
        let fresh = std::mem::replace(&mut self.fresh, false);
        let step = match self.state {
            Escape => self.introduce(byte),
            Control => self.control(byte, fresh),
            Console => console(byte),
            Single => self.single(byte),
            Mouse { left, lead } => self.mouse(byte, left, lead),
            String { kind, escaped, more } => self.string(byte, kind, escaped, more),
        };
        // So that it can still be told what broke.
        self.fresh |= fresh && step == Step::Breaks;
        step
    }

    fn introduce(&mut self, byte: u8) -> Step {
        self.state = match byte {
            b'[' => Control,
            b'O' => Single,
            b'P' => string(Kind::Dcs),
            b']' => string(Kind::Osc),
            b'_' => string(Kind::Apc),
            b'^' => string(Kind::Pm),
            b'X' => string(Kind::Sos),
            _ => return Step::Breaks,
        };
        self.fresh = true;
        Step::Goes
    }

    fn control(&mut self, byte: u8, fresh: bool) -> Step {
        match byte {
            // rxvt ends keys with shift by a byte that ends nothing: `CSI 3 $`. A reply has more before it.
            b'$' if self.len > 0 && self.parameters().is_some_and(|p| p.iter().all(u8::is_ascii_digit)) => {
                Step::Ends(Function::Other)
            }
            b' '..=b'?' => self.keep(byte),
            b'[' if fresh && !self.wide => self.go_to(Console),
            b'M' if fresh => self.go_to(Mouse { left: BEHIND_X10, lead: false }),
            b'@'..=b'~' => Step::Ends(self.parameters().map_or(Function::Other, |p| key::control(p, byte))),
            // A filler, which ECMA-48 allows anywhere.
            0 => Step::Goes,
            _ => Step::Breaks,
        }
    }

    fn single(&mut self, byte: u8) -> Step {
        match byte {
            b'0'..=b'9' | b';' => self.keep(byte),
            b' '..=b'~' => Step::Ends(self.parameters().map_or(Function::Other, |p| key::single(p, byte))),
            _ => Step::Breaks,
        }
    }

    /// A coordinate is a raw byte, or a character in UTF-8 where mode 1005 is on.
    fn mouse(&mut self, byte: u8, left: u8, lead: bool) -> Step {
        match byte {
            0x80..=0xbf if lead && left == 0 => Step::Ends(Function::Other),
            0x80..=0xbf if lead => self.go_to(Mouse { left, lead: false }),
            _ if left == 0 => Step::Breaks,
            // One that is out of reach is sent as 0.
            0x01..=0x1f => Step::Breaks,
            0 if left == BEHIND_X10 => Step::Breaks,
            0xc2..=0xdf => self.go_to(Mouse { left: left - 1, lead: true }),
            _ if left == 1 => Step::Ends(Function::Other),
            _ => self.go_to(Mouse { left: left - 1, lead: false }),
        }
    }

    fn string(&mut self, byte: u8, kind: Kind, escaped: bool, more: u8) -> Step {
        let on = |escaped, more| String { kind, escaped, more };
        match byte {
            b'\\' if escaped => Step::Ends(Function::Other),
            // The string is broken off by another sequence.
            _ if escaped => {
                *self = Self { state: Escape, fresh: true, wide: false, ..*self };
                self.len = 0;
                self.step(byte)
            }
            ESC => self.go_to(on(true, 0)),
            0x80..=0xbf if more > 0 => self.go_to(on(false, more - 1)),
            BEL | ST => Step::Ends(Function::Other),
            // Neither text nor formatting: nothing that a string holds.
            0x01..=0x06 | 0x0e..=0x1f => Step::Breaks,
            byte => self.go_to(on(false, following(byte))),
        }
    }

    fn go_to(&mut self, state: State) -> Step {
        self.state = state;
        Step::Goes
    }

    fn keep(&mut self, byte: u8) -> Step {
        if let Some(place) = self.kept.get_mut(self.len) {
            *place = byte;
        }
        self.len = (self.len + 1).min(KEPT + 1);
        Step::Goes
    }

    /// The parameter bytes; `None` if there were too many for any key.
    fn parameters(&self) -> Option<&[u8]> {
        self.kept.get(..self.len)
    }
}

const fn string(kind: Kind) -> State {
    String { kind, escaped: false, more: 0 }
}

fn console(byte: u8) -> Step {
    match byte {
        b'A'..=b'E' => Step::Ends(Function::Key(Press::plain(Key::F(byte - b'A' + 1)))),
        // One that nobody here knows is one piece all the same: its letter is no text.
        b'@'..=b'~' => Step::Ends(Function::Other),
        _ => Step::Breaks,
    }
}

/// How many bytes follow the first one of a character in UTF-8.
pub fn following(byte: u8) -> u8 {
    match byte {
        0xc2..=0xdf => 1,
        0xe0..=0xef => 2,
        0xf0..=0xf4 => 3,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
