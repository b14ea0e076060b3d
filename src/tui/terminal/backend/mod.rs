//! The ratatui backend: a diff against what the terminal shows, one write per frame, none when nothing changed, and no
//! query to the terminal.
//!
//! ratatui's own backend asks the terminal where its cursor is and waits up to two seconds for an answer, moves the
//! cursor with every frame, and draws a list that moved by one line from top to bottom. This one remembers what the
//! terminal shows.

use std::cell::Cell as Remembered;
use std::io::{self, Write};

use crossterm::cursor::{Hide, Show};
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType as AnsiClear, EndSynchronizedUpdate};
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};
use unicode_width::UnicodeWidthStr as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::tui::terminal::sgr::{SgrWriter, go_to, to_column};
use crate::tui::terminal::{runs, scroll};

/// Enough for a full frame of 200x60 with styles, so that the buffer never grows and leaves a copy behind.
const CAPACITY: usize = 96 * 1024;

/// Bytes of a frame that fit into one packet of any network.
const LITTLE: usize = 512;

/// Where the cursor is, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cursor {
    Hidden,
    At(Position),
    /// Visible, but cells were written since it was placed.
    Somewhere,
}

/// The backend. A frame may show a secret, so its bytes are wiped once they are written.
pub struct DiffBackend<W> {
    out: W,
    ask_size: fn() -> Size,
    /// The size that ratatui was told last: what it draws has this size.
    size: Remembered<Size>,
    frame: Zeroizing<Vec<u8>>,
    /// What the terminal shows, and what it shall show.
    shown: Buffer,
    wanted: Buffer,
    /// The content of the terminal is unknown: it is cleared before the next frame.
    stale: bool,
    cursor: Cursor,
    wanted_cursor: Option<Position>,
    /// The row that this frame's writing left the cursor in.
    row: Option<u16>,
    /// A line can be erased in the colour behind its cells.
    erases_in_colour: bool,
}

impl<W: Write> DiffBackend<W> {
    /// Writes frames to `out`, a terminal that is empty, hides its cursor, and whose size is told by `ask_size`.
    pub fn new(out: W, ask_size: fn() -> Size) -> Self {
        Self {
            out,
            ask_size,
            size: Remembered::new(ask_size()),
            frame: Zeroizing::new(Vec::with_capacity(CAPACITY)),
            shown: Buffer::default(),
            wanted: Buffer::default(),
            stale: false,
            cursor: Cursor::Hidden,
            wanted_cursor: None,
            row: None,
            erases_in_colour: false,
        }
    }

    /// The terminal erases in the colour behind the cells, as all do but GNU screen.
    pub fn erasing_in_colour(self, erases_in_colour: bool) -> Self {
        Self { erases_in_colour, ..self }
    }

    /// The terminal was handed back and taken again: its cursor is hidden. What it shows is cleared by the repaint
    /// that must follow.
    pub fn forget(&mut self) {
        self.cursor = Cursor::Hidden;
    }

    /// Writes bytes that are no part of a frame, between two frames.
    pub fn write_aside(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// Both buffers blank, in the size that ratatui draws in.
    fn blank(&mut self) {
        let area = Rect::from((Position::ORIGIN, self.size.get()));
        for buffer in [&mut self.shown, &mut self.wanted] {
            // Not `Buffer::resize` alone: that keeps old cells, in the wrong places.
            buffer.resize(area);
            buffer.reset();
        }
    }

    /// The terminal shows what was wanted. Most rows of a frame are as they were, and to copy a cell costs more than to
    /// compare it.
    fn show_wanted(&mut self) {
        let width = usize::from(self.wanted.area.width).max(1);
        let rows = self.shown.content.chunks_mut(width).zip(self.wanted.content.chunks(width));
        rows.filter(|(shown, wanted)| shown != wanted).for_each(|(shown, wanted)| shown.clone_from_slice(wanted));
    }

    fn paint(&mut self) -> io::Result<()> {
        let begun = self.frame.len();
        self.row = None;
        if std::mem::take(&mut self.stale) {
            queue!(self.frame, Clear(AnsiClear::All))?;
        } else if let Some(scroll) = scroll::find(&self.shown, &self.wanted) {
            self.frame.extend_from_slice(&scroll.bytes());
            scroll.apply(&mut self.shown);
        }
        let runs = runs::find(&self.shown, &self.wanted, self.erases_in_colour);
        self.row = SgrWriter::new(&mut self.frame, &self.wanted).draw(runs);
        self.show_wanted();
        if self.frame.len() > begun && self.cursor != Cursor::Hidden {
            self.cursor = Cursor::Somewhere;
        }
        Ok(())
    }

    fn place_cursor(&mut self) -> io::Result<()> {
        let wanted = self.wanted_cursor.map_or(Cursor::Hidden, Cursor::At);
        if wanted == self.cursor {
            return Ok(());
        }
        if let Cursor::At(Position { x, y }) = wanted {
            match self.row {
                Some(row) if row == y => to_column(&mut self.frame, x),
                _ => go_to(&mut self.frame, x, y),
            }
        }
        match (self.cursor == Cursor::Hidden, wanted == Cursor::Hidden) {
            (true, false) => queue!(self.frame, Show)?,
            (false, true) => queue!(self.frame, Hide)?,
            _ => {}
        }
        self.cursor = wanted;
        Ok(())
    }
}

impl<W: Write> Backend for DiffBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        if self.wanted.area.as_size() != self.size.get() {
            self.blank();
        }
        for (x, y, cell) in content {
            self.wanted[(x, y)] = cell.clone();
            if cell.symbol().width() > 1
                && let Some(covered) = self.wanted.cell_mut((x + 1, y))
            {
                covered.reset();
            }
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.wanted_cursor = None;
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        // The place follows by `set_cursor_position`.
        self.wanted_cursor = self.wanted_cursor.or(Some(Position::ORIGIN));
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.wanted_cursor.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.wanted_cursor = Some(position.into());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.stale = true;
        self.blank();
        Ok(())
    }

    /// ratatui clears a part only for views that do not fill the screen; this one always does.
    fn clear_region(&mut self, _: ClearType) -> io::Result<()> {
        self.clear()
    }

    fn size(&self) -> io::Result<Size> {
        self.size.set((self.ask_size)());
        Ok(self.size.get())
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        // Shown at once by terminals that know synchronized updates (mode 2026); the others ignore them.
        queue!(self.frame, BeginSynchronizedUpdate)?;
        let begun = self.frame.len();
        self.paint()?;
        self.place_cursor()?;
        let from = match self.frame.len() - begun {
            0 => {
                self.frame.zeroize();
                return Ok(());
            }
            // So little arrives at once in any case.
            1..=LITTLE => begun,
            _ => {
                queue!(self.frame, EndSynchronizedUpdate)?;
                0
            }
        };
        let written = self.out.write_all(&self.frame[from..]);
        self.frame.zeroize();
        written
    }
}

#[cfg(test)]
mod tests;
