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

use super::sgr::{SgrWriter, go_to, to_column};
use super::{runs, scroll};

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
        self.shown.content.clone_from_slice(&self.wanted.content);
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
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use proptest::prelude::*;
    use ratatui::style::{Color, Modifier, Style};
    use ratatui::text::Line;
    use ratatui::{Frame, Terminal};

    use super::*;

    /// Keeps each write.
    #[derive(Clone, Default)]
    struct Paper(Rc<RefCell<Vec<Vec<u8>>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Paper {
        fn writes(&self) -> usize {
            self.0.borrow().len()
        }

        fn write(&self, n: usize) -> String {
            String::from_utf8(self.0.borrow()[n].clone()).unwrap()
        }
    }

    const COLUMNS: u16 = 20;
    const ROWS: u16 = 8;

    fn desk() -> (Paper, Terminal<DiffBackend<Paper>>) {
        let paper = Paper::default();
        (paper.clone(), Terminal::new(DiffBackend::new(paper, || Size::new(COLUMNS, ROWS))).unwrap())
    }

    fn draw(terminal: &mut Terminal<DiffBackend<Paper>>, text: &'static str, cursor: Option<(u16, u16)>) {
        let frame = |frame: &mut Frame<'_>| {
            frame.render_widget(Line::raw(text), frame.area());
            if let Some(place) = cursor {
                frame.set_cursor_position(place);
            }
        };
        terminal.draw(frame).unwrap();
    }

    #[test]
    fn a_frame_is_one_write() {
        let (paper, mut terminal) = desk();
        draw(&mut terminal, "hello", Some((2, 1)));
        assert_eq!(paper.writes(), 1);
        assert_eq!(paper.write(0), "\x1b[1Hhello\x1b[2;3H\x1b[?25h");
    }

    #[test]
    fn an_unchanged_frame_writes_nothing() {
        let (paper, mut terminal) = desk();
        for _ in 0..3 {
            draw(&mut terminal, "hello", Some((2, 1)));
        }
        assert_eq!(paper.writes(), 1);
        draw(&mut terminal, "hello", None);
        assert_eq!(paper.write(1), "\x1b[?25l");
    }

    #[test]
    fn moving_only_the_cursor_takes_a_few_bytes() {
        let (paper, mut terminal) = desk();
        draw(&mut terminal, "hello", Some((2, 1)));
        draw(&mut terminal, "hello", Some((3, 1)));
        assert_eq!(paper.write(1), "\x1b[2;4H");
    }

    #[test]
    fn a_resize_to_the_same_size_repaints_everything() {
        let (paper, mut terminal) = desk();
        draw(&mut terminal, "hello", None);
        terminal.resize(Rect::new(0, 0, COLUMNS, ROWS)).unwrap();
        draw(&mut terminal, "hello", None);
        assert_eq!(paper.write(1), "\x1b[2J\x1b[1Hhello");
    }

    #[test]
    fn a_written_frame_is_wiped() {
        let (_, mut terminal) = desk();
        draw(&mut terminal, "secret", None);
        let frame = &terminal.backend().frame;
        assert!(frame.is_empty() && frame.capacity() == CAPACITY);
    }

    /// One line of a random screen: what it says, in which look, from which column.
    type Row = (String, u8, u16);

    fn row() -> impl Strategy<Value = Row> {
        let text = prop_oneof![
            Just(String::new()),
            "[a-c ]{1,20}",
            Just("支払い-batch 支".to_owned()),
            Just("● active ☐ é".to_owned()),
            Just("aaaaaaaaaaaaaaaaaaaa".to_owned()),
            Just("bbbbbbbbbbbbbbbbbbbb".to_owned()),
        ];
        (text, 0..6_u8, 0..4_u16)
    }

    #[derive(Clone, Debug)]
    enum Step {
        Show(Vec<Row>),
        ScrollUp,
        ScrollDown,
        Repaint,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => proptest::collection::vec(row(), usize::from(ROWS)).prop_map(Step::Show),
            3 => Just(Step::ScrollUp),
            3 => Just(Step::ScrollDown),
            1 => Just(Step::Repaint),
        ]
    }

    fn look(n: u8) -> Style {
        match n {
            0 => Style::new(),
            1 => Style::new().fg(Color::Green),
            2 => Style::new().add_modifier(Modifier::REVERSED),
            3 => Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED).fg(Color::Indexed(200)),
            4 => Style::new().bg(Color::Rgb(1, 2, 3)).add_modifier(Modifier::ITALIC),
            _ => Style::new().add_modifier(Modifier::DIM).fg(Color::LightRed),
        }
    }

    fn show(terminal: &mut Terminal<DiffBackend<Paper>>, rows: &[Row]) {
        let frame = |frame: &mut Frame<'_>| {
            for (y, (text, style, x)) in (0..ROWS).zip(rows) {
                frame.render_widget(Line::styled(text.clone(), look(*style)), Rect::new(*x, y, COLUMNS - x, 1));
            }
        };
        terminal.draw(frame).unwrap();
    }

    /// What a terminal shows that got these bytes: text and looks, cell by cell.
    fn picture(bytes: &[Vec<u8>]) -> Vec<String> {
        let mut emulator = vt100::Parser::new(ROWS.try_into().unwrap(), COLUMNS.try_into().unwrap(), 0);
        bytes.iter().for_each(|write| emulator.process(write));
        let places = (0..ROWS).flat_map(|y| (0..COLUMNS).map(move |x| (y, x)));
        let cell = |(y, x)| {
            let cell = emulator.screen().cell(y, x).unwrap();
            // A cell that was never written and one with a blank look the same.
            let text = if cell.contents().is_empty() { " " } else { cell.contents() };
            // Of a blank only what is behind it shows.
            let ink = (cell.fgcolor(), cell.bold(), cell.dim(), cell.italic());
            let look = (cell.bgcolor(), Some(ink).filter(|_| text != " " || cell.underline() || cell.inverse()));
            format!("{text:?} {} {look:?} {} {}", cell.is_wide_continuation(), cell.underline(), cell.inverse())
        };
        places.map(cell).collect()
    }

    proptest! {
        /// However the screen came to be, it is what a terminal shows that was cleared and drawn once.
        #[test]
        fn the_terminal_shows_what_was_drawn(steps in proptest::collection::vec(step(), 1..8)) {
            let (paper, mut terminal) = desk();
            let mut rows: Vec<Row> = vec![(String::new(), 0, 0); usize::from(ROWS)];
            for step in steps {
                match step {
                    Step::Show(new) => rows = new,
                    // A head and a foot stay.
                    Step::ScrollUp => rows[1..usize::from(ROWS) - 1].rotate_left(1),
                    Step::ScrollDown => rows[1..usize::from(ROWS) - 1].rotate_right(1),
                    Step::Repaint => terminal.resize(Rect::new(0, 0, COLUMNS, ROWS)).unwrap(),
                }
                show(&mut terminal, &rows);
            }
            let (fresh, mut once) = desk();
            show(&mut once, &rows);
            prop_assert_eq!(picture(&paper.0.borrow()), picture(&fresh.0.borrow()));
        }
    }
}
