//! SGR writer: cells into bytes, as few as any terminal understands.
//!
//! ratatui's own writer emits colours in their longest form and four resets after each frame: over a slow link a third
//! of what an arrow key costs.

use std::io::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// Style of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }
}

const PLAIN: Look = Look { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

/// Gaps up to this width are rewritten; a cursor move costs as many bytes.
const GAP: u16 = 4;

/// Puts cells on a frame. Underlines have the colour of their text: the desk uses no other.
pub(super) struct Pen<'a> {
    frame: &'a mut Vec<u8>,
    /// What the terminal shows once everything is drawn.
    wanted: &'a Buffer,
    look: Look,
    /// Where the next character would go, if that is known for sure.
    at: Option<(u16, u16)>,
    /// Only characters since the last move of whose width no terminal has another opinion.
    sure: bool,
}

impl<'a> Pen<'a> {
    pub(super) fn new(frame: &'a mut Vec<u8>, wanted: &'a Buffer) -> Self {
        Self { frame, wanted, look: PLAIN, at: None, sure: false }
    }

    /// Draws the cells of a difference, and puts the look back.
    pub(super) fn draw<'c>(mut self, cells: impl IntoIterator<Item = (u16, u16, &'c Cell)>) {
        for (x, y, cell) in cells {
            self.go(x, y);
            self.dress(Look::of(cell));
            self.frame.extend_from_slice(cell.symbol().as_bytes());
            self.sure &= cell.symbol().is_ascii();
            self.at = Some((x + 1, y));
        }
        self.dress(PLAIN);
    }

    fn go(&mut self, x: u16, y: u16) {
        match self.at {
            Some(at) if at == (x, y) => {}
            Some((column, row)) if self.sure && row == y && column < x => self.skip(column, x, y),
            _ => {
                go_to(self.frame, x, y);
                self.sure = true;
            }
        }
    }

    /// Passes cells that are right already: by writing them again if they are few, and drawn as the last one was.
    fn skip(&mut self, from: u16, to: u16, y: u16) {
        let between = || (from..to).filter_map(|x| self.wanted.cell((x, y)));
        let same = |cell: &Cell| cell.symbol().is_ascii() && Look::of(cell) == self.look;
        if to - from <= GAP && between().all(same) {
            between().for_each(|cell| self.frame.extend_from_slice(cell.symbol().as_bytes()));
        } else {
            forward(self.frame, to - from);
        }
    }

    fn dress(&mut self, look: Look) {
        if look == self.look {
            return;
        }
        let (from_here, from_plain) = (codes(self.look, look), codes(PLAIN, look));
        // One empty parameter more is a zero: everything off first.
        let anew = if from_plain.is_empty() { String::new() } else { format!(";{from_plain}") };
        let shorter = if from_here.len() <= anew.len() { from_here } else { anew };
        // Writing to a vector cannot fail.
        let _ = write!(self.frame, "\x1b[{shorter}m");
        self.look = look;
    }
}

/// Cursor to a cell, counted from 0.
pub(super) fn go_to(frame: &mut Vec<u8>, x: u16, y: u16) {
    let _ = match x {
        0 => write!(frame, "\x1b[{}H", y + 1),
        x => write!(frame, "\x1b[{};{}H", y + 1, x + 1),
    };
}

fn forward(frame: &mut Vec<u8>, columns: u16) {
    let _ = match columns {
        1 => write!(frame, "\x1b[C"),
        n => write!(frame, "\x1b[{n}C"),
    };
}

/// Attributes with the code that turns each on and the one that turns it off.
const ATTRIBUTES: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// Parameters that lead from one look to another.
fn codes(from: Look, to: Look) -> String {
    let mut codes: Vec<String> = vec![];
    let gone = from.modifier - to.modifier;
    let mut off: Vec<u8> = ATTRIBUTES.iter().filter(|(m, ..)| gone.contains(*m)).map(|(.., off)| *off).collect();
    off.dedup();
    codes.extend(off.iter().map(u8::to_string));
    for (modifier, on, its_off) in ATTRIBUTES {
        // 22 ends bold and dim alike: the one that stays is turned on again.
        let lost = off.contains(&its_off);
        if to.modifier.contains(modifier) && (lost || !from.modifier.contains(modifier)) {
            codes.push(on.to_string());
        }
    }
    codes.extend((from.fg != to.fg).then(|| colour(to.fg, 30)));
    codes.extend((from.bg != to.bg).then(|| colour(to.bg, 40)));
    codes.join(";")
}

/// Parameters of a colour; `base` is 30 for text and 40 for what is behind it.
fn colour(colour: Color, base: u8) -> String {
    let dark = |n: u8| (base + n).to_string();
    let bright = |n: u8| (base + 60 + n).to_string();
    match colour {
        Color::Reset => dark(9),
        Color::Black => dark(0),
        Color::Red => dark(1),
        Color::Green => dark(2),
        Color::Yellow => dark(3),
        Color::Blue => dark(4),
        Color::Magenta => dark(5),
        Color::Cyan => dark(6),
        Color::Gray => dark(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(n) => format!("{};5;{n}", base + 8),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    fn drawn(cells: &[(u16, u16, &str, Color, Modifier)]) -> String {
        let mut wanted = Buffer::empty(Rect::new(0, 0, 20, 3));
        for (x, y, symbol, fg, modifier) in cells {
            let cell = &mut wanted[(*x, *y)];
            cell.set_symbol(symbol).fg = *fg;
            cell.modifier = *modifier;
        }
        let mut frame = vec![];
        Pen::new(&mut frame, &wanted).draw(cells.iter().map(|(x, y, ..)| (*x, *y, &wanted[(*x, *y)])));
        String::from_utf8(frame).unwrap().replace('\x1b', "^")
    }

    #[test]
    fn neighbours_need_no_move_and_a_look_lasts() {
        use Color::{Green, Reset};
        let none = Modifier::empty();
        let cells = [(4, 2, "a", Green, none), (5, 2, "b", Green, none), (9, 2, "c", Reset, none)];
        assert_eq!(drawn(&cells), "^[3;5H^[32mab^[3C^[mc", "the gap looks otherwise");
        let cells = [(0, 0, "a", Reset, none), (3, 0, "b", Reset, none), (9, 0, "c", Reset, none)];
        assert_eq!(drawn(&cells), "^[1Ha  b^[5Cc", "two blanks are shorter than a move, five are not");
    }

    /// Terminals disagree about the width of some characters, so after one of them nothing is counted from it.
    #[test]
    fn after_a_character_of_doubtful_width_the_place_is_named() {
        let none = Modifier::empty();
        let cells =
            [(0, 0, "支", Color::Reset, none), (2, 0, "a", Color::Reset, none), (5, 0, "b", Color::Reset, none)];
        assert_eq!(drawn(&cells), "^[1H支^[1;3Ha  b");
    }

    #[test]
    fn the_shorter_way_to_a_look_is_taken() {
        use Color::{Cyan, Reset};
        let (bold, dim, reversed) = (Modifier::BOLD, Modifier::DIM, Modifier::REVERSED);
        let cells = [
            (0, 0, "a", Cyan, bold),
            (1, 0, "b", Cyan, dim),
            (2, 0, "c", Cyan, reversed | dim),
            (3, 0, "d", Reset, reversed),
            (4, 0, "e", Reset, Modifier::empty()),
        ];
        assert_eq!(drawn(&cells), "^[1H^[1;36ma^[22;2mb^[7mc^[;7md^[me");
    }
}
