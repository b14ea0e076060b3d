//! The terminal interface of line-by-line mode.

pub(super) mod secret_slot;
mod signals;
pub(super) mod tty;

use std::io;
use std::time::Duration;

use crate::clipboard::CopyOutcome;
use crate::secret::Secret;

use secret_slot::SecretSlot;

/// Whether what is typed shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echo {
    /// Typed text is shown.
    Shown,
    /// Typed text is hidden, as for a password.
    Hidden,
}

/// The result of waiting for a line.
#[derive(Debug)]
pub enum LineEvent {
    /// A line, without its break. It may be a password, so it is wiped when it is dropped.
    Line(Secret),
    /// No line within the time.
    Nothing,
    /// The process was stopped and goes on: the question may have scrolled away.
    Continued,
    /// ctrl-c.
    Interrupted,
    /// ctrl-d: the end of the input.
    End,
    /// The terminal is gone.
    Gone,
}

/// A terminal, or a script that plays one.
pub trait Io {
    /// Writes text as it is, with line breaks where it has them.
    fn write(&mut self, text: &str) -> io::Result<()>;

    /// Writes a secret and a line break, without a copy of it anywhere.
    fn reveal(&mut self, secret: &Secret) -> io::Result<()>;

    /// Sets the echo before the question, which invites typing.
    fn prepare(&mut self, _echo: Echo) -> io::Result<()> {
        Ok(())
    }

    /// Waits for a line, no longer than `longest`.
    fn read(&mut self, echo: Echo, longest: Duration) -> LineEvent;

    /// Discards lines that were typed and not read yet; whether there were any.
    fn forget_typed_ahead(&mut self) -> bool;

    /// Puts text on the user's clipboard.
    fn copy(&mut self, text: &Secret) -> CopyOutcome;

    /// Saves the full screen as the frontend from now on, or says why that is impossible.
    fn choose_screen(&mut self) -> Result<(), String>;

    /// Width of the terminal in columns.
    fn columns(&self) -> usize {
        79
    }

    /// Where a secret is kept while it can be copied, so that the thread that ends the process can wipe it.
    fn slot(&self) -> SecretSlot {
        SecretSlot::default()
    }
}
