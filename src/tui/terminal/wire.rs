//! What ratatui draws through: one write for each frame, none when nothing changed, and no question to the terminal.
//!
//! ratatui's own backend asks the terminal where its cursor is and waits up to two seconds for an answer, and moves
//! the cursor with every frame. This one remembers.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use zeroize::{Zeroize as _, Zeroizing};

/// Begins and ends a frame that is shown at once (mode 2026); terminals that do not know it ignore it.
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// Enough for a full frame of 200x60 with styles, so that the buffer never grows and leaves a copy behind.
const CAPACITY: usize = 96 * 1024;

/// The backend. A frame may show a secret, so its bytes are wiped once they are written.
pub struct Wire<W> {
    out: W,
    size: fn() -> Size,
    frame: Zeroizing<Vec<u8>>,
    /// Where the frame wants the cursor; `None` for hidden.
    wanted: Option<Position>,
    /// Where the terminal has it; unknown after cells were written.
    place: Option<Position>,
    visible: bool,
}

impl<W: Write> Wire<W> {
    /// Writes frames to `out`, a terminal that hides its cursor and whose size is told by `size`.
    pub fn new(out: W, size: fn() -> Size) -> Self {
        let frame = Zeroizing::new(Vec::with_capacity(CAPACITY));
        Self { out, size, frame, wanted: None, place: None, visible: false }
    }

    /// The terminal was handed back and taken again: its cursor is hidden, and nobody knows where.
    pub fn forget(&mut self) {
        (self.place, self.visible) = (None, false);
    }

    /// Writes bytes that are no part of a frame, between two frames.
    pub fn write_aside(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// ratatui's backend on the frame's bytes: it has no state of its own.
    fn pen(&mut self) -> CrosstermBackend<&mut Vec<u8>> {
        if self.frame.is_empty() {
            self.frame.extend_from_slice(BEGIN);
        }
        CrosstermBackend::new(&mut self.frame)
    }

    fn place_cursor(&mut self) -> io::Result<()> {
        let visible = self.wanted.is_some();
        if let Some(position) = self.wanted.filter(|_| self.place != self.wanted) {
            self.pen().set_cursor_position(position)?;
            self.place = self.wanted;
        }
        if visible != self.visible {
            if visible { self.pen().show_cursor() } else { self.pen().hide_cursor() }?;
            self.visible = visible;
        }
        Ok(())
    }
}

impl<W: Write> Backend for Wire<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.place = None;
        self.pen().draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.wanted = None;
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        // The place follows by `set_cursor_position`; until then it is where it was.
        self.wanted = self.wanted.or(self.place).or(Some(Position::ORIGIN));
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.place.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.wanted = Some(position.into());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.pen().clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        Ok((self.size)())
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: (self.size)(), pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.place_cursor()?;
        if self.frame.is_empty() {
            return Ok(());
        }
        self.frame.extend_from_slice(END);
        let written = self.out.write_all(&self.frame);
        self.frame.zeroize();
        written
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, rc::Rc};

    use ratatui::{Terminal, layout::Rect, text::Line};

    use super::*;

    /// Counts the writes and keeps the bytes.
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

    fn desk() -> (Paper, Terminal<Wire<Paper>>) {
        let paper = Paper::default();
        (paper.clone(), Terminal::new(Wire::new(paper, || Size::new(20, 3))).unwrap())
    }

    fn draw(terminal: &mut Terminal<Wire<Paper>>, text: &'static str, cursor: Option<(u16, u16)>) {
        let frame = |frame: &mut ratatui::Frame<'_>| {
            frame.render_widget(Line::raw(text), frame.area());
            if let Some(place) = cursor {
                frame.set_cursor_position(place);
            }
        };
        terminal.draw(frame).unwrap();
    }

    #[test]
    fn a_frame_is_one_write_inside_a_synchronized_update() {
        let (paper, mut terminal) = desk();
        draw(&mut terminal, "hello", Some((2, 1)));
        let writes = paper.0.borrow();
        assert_eq!(writes.len(), 1);
        let text = String::from_utf8(writes[0].clone()).unwrap();
        assert!(text.starts_with("\x1b[?2026h") && text.ends_with("\x1b[2;3H\x1b[?25h\x1b[?2026l"), "{text:?}");
        assert!(text.contains("hello"));
    }

    #[test]
    fn the_same_frame_again_is_no_byte() {
        let (paper, mut terminal) = desk();
        for _ in 0..3 {
            draw(&mut terminal, "hello", Some((2, 1)));
        }
        assert_eq!(paper.0.borrow().len(), 1);
        draw(&mut terminal, "hello", None);
        assert_eq!(paper.0.borrow()[1], b"\x1b[?2026h\x1b[?25l\x1b[?2026l");
    }

    #[test]
    fn only_a_moved_cursor_is_a_few_bytes() {
        let (paper, mut terminal) = desk();
        draw(&mut terminal, "hello", Some((2, 1)));
        draw(&mut terminal, "hello", Some((3, 1)));
        assert_eq!(paper.0.borrow()[1], b"\x1b[?2026h\x1b[2;4H\x1b[?2026l");
    }

    #[test]
    fn a_resize_to_the_same_size_paints_everything_again_and_asks_nothing() {
        let (paper, mut terminal) = desk();
        draw(&mut terminal, "hello", None);
        terminal.resize(Rect::new(0, 0, 20, 3)).unwrap();
        draw(&mut terminal, "hello", None);
        let again = String::from_utf8(paper.0.borrow()[1].clone()).unwrap();
        assert!(again.contains("\x1b[2J") && again.contains("hello"), "{again:?}");
        assert!(!again.contains("\x1b[6n"));
    }

    #[test]
    fn what_was_written_is_wiped() {
        let (_, mut terminal) = desk();
        draw(&mut terminal, "secret", None);
        let frame = &terminal.backend().frame;
        assert!(frame.is_empty() && frame.capacity() == CAPACITY);
    }
}
