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
use unicode_width::UnicodeWidthStr as _;

use super::runs::{CellStyle, PLAIN, Run};

/// Gaps up to this width are rewritten; a cursor move costs as many bytes.
const GAP: u16 = 4;

/// Most runs that are tried in another order than from top to bottom.
const ORDERED: usize = 24;

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

    /// Writes the runs and puts the style back; the row that the cursor is left in.
    pub(super) fn draw(mut self, runs: Vec<Run>) -> Option<u16> {
        if runs.len() <= ORDERED {
            self.draw_cheaply(runs);
        } else {
            runs.iter().for_each(|run| self.write(run));
        }
        self.set_style(PLAIN);
        self.at.map(|(_, row)| row)
    }

    /// The nearest run next, or all of them from top to bottom, whichever is shorter.
    fn draw_cheaply(&mut self, runs: Vec<Run>) {
        let begun = self.frame.len();
        runs.iter().for_each(|run| self.write(run));
        let in_order = self.frame.split_off(begun);
        let (end, style) = (self.at, self.style);
        (self.at, self.style, self.sure) = (None, PLAIN, false);
        let mut left = runs;
        while !left.is_empty() {
            // A line is erased before anything is written on it.
            let free = |run: &Run| run.erases || !left.iter().any(|other| other.erases && other.y == run.y);
            let costs = left.iter().enumerate().filter(|(_, run)| free(run)).map(|(i, run)| (self.cost(run), i));
            let Some((_, next)) = costs.min() else { break };
            let run = left.remove(next);
            self.write(&run);
        }
        if self.frame.len() - begun >= in_order.len() {
            self.frame.truncate(begun);
            self.frame.extend_from_slice(&in_order);
            (self.at, self.style) = (end, style);
        }
    }

    /// Bytes that lead to a run: where it begins, and how it looks.
    fn cost(&self, run: &Run) -> usize {
        let mut bytes = Vec::new();
        let mut writer = SgrWriter { frame: &mut bytes, wanted: self.wanted, ..*self };
        writer.go(run.x, run.y);
        writer.set_style(writer.style_for(run));
        bytes.len()
    }

    fn write(&mut self, run: &Run) {
        self.go(run.x, run.y);
        self.set_style(self.style_for(run));
        if run.erases {
            self.frame.extend_from_slice(b"\x1b[K");
            return;
        }
        let mut x = run.x;
        while x < run.x + run.len {
            let symbol = self.wanted.cell((x, run.y)).map_or(" ", Cell::symbol);
            self.frame.extend_from_slice(symbol.as_bytes());
            self.sure &= symbol.is_ascii();
            let columns = (symbol.width() as u16).max(1);
            x += columns;
            self.at = Some((x, run.y));
            // Behind a wide character the cursor is placed: some terminals draw it in one column.
            if columns > 1 {
                self.at = Some((x - 1, run.y));
                if x < run.x + run.len {
                    self.go(x, run.y);
                }
            }
        }
    }

    /// Blanks are written as they come, if what is behind them is right.
    fn style_for(&self, run: &Run) -> CellStyle {
        let blanks = run.erases
            || (run.x..run.x + run.len).all(|x| self.wanted.cell((x, run.y)).is_none_or(|cell| cell.symbol() == " "));
        let plain = !self.style.modifier.intersects(Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT);
        match blanks && plain && run.style.modifier.is_empty() {
            true => CellStyle { bg: run.style.bg, ..self.style },
            false => run.style,
        }
    }

    fn go(&mut self, x: u16, y: u16) {
        match self.at {
            Some(at) if at == (x, y) => {}
            Some((column, row)) if self.sure && row == y && column < x => self.skip(column, x, y),
            Some((_, row)) if row == y => {
                to_column(self.frame, x);
                self.sure = true;
            }
            Some((_, row)) if row + 1 == y && x <= NEAR => {
                self.frame.extend_from_slice(b"\r\n");
                if x > 0 {
                    forward(self.frame, x);
                }
                self.sure = true;
            }
            _ => {
                go_to(self.frame, x, y);
                self.sure = true;
            }
        }
        self.at = Some((x, y));
    }

    /// Passes cells that are right already: by writing them again if they are few, and drawn as the last one was.
    fn skip(&mut self, from: u16, to: u16, y: u16) {
        let between = || (from..to).filter_map(|x| self.wanted.cell((x, y)));
        let same = |cell: &Cell| cell.symbol().is_ascii() && self.style.suits(cell);
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

/// Columns up to which the next line is reached from its beginning.
const NEAR: u16 = 9;

/// Cursor to a column of its line, counted from 0.
pub(super) fn to_column(frame: &mut Vec<u8>, x: u16) {
    let _ = match x {
        0 => frame.write_all(b"\r"),
        x => write!(frame, "\x1b[{}G", x + 1),
    };
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
    use crate::tui::terminal::runs;

    fn drawn(cells: &[(u16, u16, &str, Color, Modifier)]) -> String {
        let mut wanted = Buffer::empty(Rect::new(0, 0, 20, 3));
        let shown = wanted.clone();
        for (x, y, symbol, fg, modifier) in cells {
            let cell = &mut wanted[(*x, *y)];
            cell.set_symbol(symbol).fg = *fg;
            cell.modifier = *modifier;
        }
        let mut frame = vec![];
        SgrWriter::new(&mut frame, &wanted).draw(runs::find(&shown, &wanted, true));
        String::from_utf8(frame).unwrap().replace('\x1b', "^")
    }

    #[test]
    fn neighbouring_cells_share_cursor_and_style() {
        use Color::{Green, Reset};
        let none = Modifier::empty();
        let cells = [(4, 2, "a", Green, none), (5, 2, "b", Green, none), (9, 2, "c", Reset, none)];
        assert_eq!(drawn(&cells), "^[3;10Hc^[5G^[32mab^[m", "what is plain comes first, for it needs no colour");
        let cells = [(0, 0, "a", Reset, none), (3, 0, "b", Reset, none), (9, 0, "c", Reset, none)];
        assert_eq!(drawn(&cells), "^[1Ha  b^[5Cc", "two blanks are shorter than a move, five are not");
    }

    /// Terminals disagree about the width of some characters, so after one of them nothing is counted from it.
    #[test]
    fn after_a_character_of_doubtful_width_the_cursor_is_placed() {
        let none = Modifier::empty();
        let cells =
            [(0, 0, "支", Color::Reset, none), (2, 0, "a", Color::Reset, none), (5, 0, "b", Color::Reset, none)];
        assert_eq!(drawn(&cells), "^[1H支^[3Ga  b");
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
