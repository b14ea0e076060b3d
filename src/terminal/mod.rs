//! The terminal of this process: its modes, its size, writes past the lock of `std::io::stdout`, and when it is gone.
//!
//! A leaf, shared by the screen, by line-by-line mode and by the password prompt of the command line.

mod hangup;
mod modes;
mod writer;

use std::io::{self, IsTerminal as _};

use crossterm::terminal;

pub use hangup::wait_for_hangup;
pub use modes::SavedModes;
pub use writer::{write_all, write_while, write_within};

/// Whether standard input and standard output are both a terminal.
pub fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Columns and rows; `None` where the terminal reports none, as some on serial lines do.
pub fn size() -> Option<(u16, u16)> {
    // Not `terminal::size`: where the ioctl fails, as on a line that was cut, that one starts `tput`.
    let size = terminal::window_size().ok()?;
    (size.columns > 0 && size.rows > 0).then_some((size.columns, size.rows))
}
