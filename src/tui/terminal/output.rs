//! Output of the screen: written while the screen is ours, and not after it was handed back.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::layout::Size;

use crate::terminal;

/// Whether the screen is ours. Once it is handed back nothing more may be drawn on it.
static OPEN: AtomicBool = AtomicBool::new(false);

/// Columns and rows; where the terminal reports none, the smallest size that every terminal has.
pub fn size() -> Size {
    terminal::size().map_or(Size::new(80, 24), Size::from)
}

/// The screen is ours from now on.
pub(super) fn open() {
    OPEN.store(true, Ordering::SeqCst);
}

/// The screen is not ours any more; whether it was.
pub(super) fn close() -> bool {
    OPEN.swap(false, Ordering::SeqCst)
}

/// Writes all of `bytes`, if the screen is ours.
pub fn write(bytes: &[u8]) -> io::Result<()> {
    terminal::write_while(bytes, || OPEN.load(Ordering::SeqCst))
}

/// The screen as a writer.
#[derive(Debug, Default)]
pub struct ScreenOutput;

impl Write for ScreenOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
