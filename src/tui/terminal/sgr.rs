//! SGR writer: cells into bytes, as few as any terminal understands.
//!
//! ratatui's own writer emits colours in their longest form and four resets after each frame: over a slow link a third
//! of what an arrow key costs. So styles are written here, and crossterm's commands where they are as short.

use std::io::Write as _;

use crossterm::cursor::{MoveRight, MoveTo};
use crossterm::queue;
use crossterm::style::Attribute;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// Style of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CellStyle {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl CellStyle {
    fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }
}

const PLAIN: CellStyle = CellStyle { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

/// Gaps up to this width are rewritten; a cursor move costs as many bytes.
const GAP: u16 = 4;

/// Writes cells into a frame. Underlines have the colour of their text: the desk uses no other.
pub(super) struct SgrWriter<'a> {
    frame: &'a mut Vec<u8>,
    /// What the terminal shows once everything is drawn.
    wanted: &'a Buffer,
    style: CellStyle,
    /// Where the next character would go, if that is known for sure.
    at: Option<(u16, u16)>,
    /// Only characters since the last move of whose width no terminal has another opinion.
    sure: bool,
}

impl<'a> SgrWriter<'a> {
    pub(super) fn new(frame: &'a mut Vec<u8>, wanted: &'a Buffer) -> Self {
        Self { frame, wanted, style: PLAIN, at: None, sure: false }
    }

    /// Draws the cells of a difference, and puts the style back.
    pub(super) fn draw<'c>(mut self, cells: impl IntoIterator<Item = (u16, u16, &'c Cell)>) {
        for (x, y, cell) in cells {
            self.go(x, y);
            self.set_style(CellStyle::of(cell));
            self.frame.extend_from_slice(cell.symbol().as_bytes());
            self.sure &= cell.symbol().is_ascii();
            self.at = Some((x + 1, y));
        }
        self.set_style(PLAIN);
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
        let same = |cell: &Cell| cell.symbol().is_ascii() && CellStyle::of(cell) == self.style;
        if to - from <= GAP && between().all(same) {
            between().for_each(|cell| self.frame.extend_from_slice(cell.symbol().as_bytes()));
        } else {
            forward(self.frame, to - from);
        }
    }

    fn set_style(&mut self, style: CellStyle) {
        if style == self.style {
            return;
        }
        let (from_here, from_plain) = (codes(self.style, style), codes(PLAIN, style));
        // One empty parameter more is a zero: everything off first.
        let anew = if from_plain.is_empty() { String::new() } else { format!(";{from_plain}") };
        let shorter = if from_here.len() <= anew.len() { from_here } else { anew };
        // Writing to a vector cannot fail.
        let _ = write!(self.frame, "\x1b[{shorter}m");
        self.style = style;
    }
}

/// Cursor to a cell, counted from 0.
pub(super) fn go_to(frame: &mut Vec<u8>, x: u16, y: u16) {
    let _ = match x {
        // crossterm names column 1 as well: two bytes more.
        0 => write!(frame, "\x1b[{}H", y + 1),
        x => queue!(frame, MoveTo(x, y)),
    };
}

fn forward(frame: &mut Vec<u8>, columns: u16) {
    let _ = match columns {
        // crossterm writes the 1 that terminals take for granted.
        1 => frame.write_all(b"\x1b[C"),
        n => queue!(frame, MoveRight(n)),
    };
}

/// Attributes, what turns each on, and what turns it off.
const ATTRIBUTES: [(Modifier, Attribute, Attribute); 9] = [
    (Modifier::BOLD, Attribute::Bold, Attribute::NormalIntensity),
    (Modifier::DIM, Attribute::Dim, Attribute::NormalIntensity),
    (Modifier::ITALIC, Attribute::Italic, Attribute::NoItalic),
    (Modifier::UNDERLINED, Attribute::Underlined, Attribute::NoUnderline),
    (Modifier::SLOW_BLINK, Attribute::SlowBlink, Attribute::NoBlink),
    (Modifier::RAPID_BLINK, Attribute::RapidBlink, Attribute::NoBlink),
    (Modifier::REVERSED, Attribute::Reverse, Attribute::NoReverse),
    (Modifier::HIDDEN, Attribute::Hidden, Attribute::NoHidden),
    (Modifier::CROSSED_OUT, Attribute::CrossedOut, Attribute::NotCrossedOut),
];

/// Parameters that lead from one style to another.
fn codes(from: CellStyle, to: CellStyle) -> String {
    let mut codes: Vec<String> = vec![];
    let gone = from.modifier - to.modifier;
    let mut off: Vec<Attribute> = ATTRIBUTES.iter().filter(|(m, ..)| gone.contains(*m)).map(|(.., off)| *off).collect();
    off.dedup();
    codes.extend(off.iter().map(|attribute| attribute.sgr()));
    for (modifier, on, its_off) in ATTRIBUTES {
        // 22 ends bold and dim alike: the one that stays is turned on again.
        let lost = off.contains(&its_off);
        if to.modifier.contains(modifier) && (lost || !from.modifier.contains(modifier)) {
            codes.push(on.sgr());
        }
    }
    codes.extend((from.fg != to.fg).then(|| colour(to.fg, 30)));
    codes.extend((from.bg != to.bg).then(|| colour(to.bg, 40)));
    codes.join(";")
}

/// Parameters of a colour; `base` is 30 for text and 40 for what is behind it. crossterm writes the sixteen colours as
/// `38;5;n`, three times as long, and no colour at all where NO_COLOR is set, which the theme has read already.
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
        SgrWriter::new(&mut frame, &wanted).draw(cells.iter().map(|(x, y, ..)| (*x, *y, &wanted[(*x, *y)])));
        String::from_utf8(frame).unwrap().replace('\x1b', "^")
    }

    #[test]
    fn neighbouring_cells_share_cursor_and_style() {
        use Color::{Green, Reset};
        let none = Modifier::empty();
        let cells = [(4, 2, "a", Green, none), (5, 2, "b", Green, none), (9, 2, "c", Reset, none)];
        assert_eq!(drawn(&cells), "^[3;5H^[32mab^[3C^[mc", "the gap looks otherwise");
        let cells = [(0, 0, "a", Reset, none), (3, 0, "b", Reset, none), (9, 0, "c", Reset, none)];
        assert_eq!(drawn(&cells), "^[1Ha  b^[5Cc", "two blanks are shorter than a move, five are not");
    }

    /// Terminals disagree about the width of some characters, so after one of them nothing is counted from it.
    #[test]
    fn after_a_character_of_doubtful_width_the_cursor_is_placed() {
        let none = Modifier::empty();
        let cells =
            [(0, 0, "支", Color::Reset, none), (2, 0, "a", Color::Reset, none), (5, 0, "b", Color::Reset, none)];
        assert_eq!(drawn(&cells), "^[1H支^[1;3Ha  b");
    }

    #[test]
    fn the_shorter_sequence_to_a_style_is_taken() {
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
