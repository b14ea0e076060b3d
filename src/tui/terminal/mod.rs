//! The terminal of the screen: taken over and restored here, and nowhere else.
//!
//! [`leave`] may be called by the event loop, by the panic hook and by the signal thread, in any order and more than once:
//! only the first call does anything. It never prints an error, because the terminal may be gone, and never waits for
//! a terminal that takes no bytes (ctrl-s, a dead link).

pub mod backend;
pub mod job_control;
pub mod output;
mod runs;
mod scroll;
mod sgr;

use std::io::{self, Write as _};
use std::time::Duration;

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::style::ResetColor;
use crossterm::terminal::{
    Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use rustix::stdio::stdin;
use rustix::termios::{InputModes, LocalModes, OptionalActions};

use crate::terminal::{SavedModes, write_within};

/// Switches off what an earlier program may have left on: reports of the mouse and of focus, keys as kitty and xterm
/// write them, the application modes of cursor keys and keypad. crossterm switches off only what it has switched on.
const RESET_INPUT: &[u8] =
    b"\x1b[?9l\x1b[?1000l\x1b[?1001l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1005l\x1b[?1006l\x1b[?1015l\
    \x1b[?1016l\x1b[=0u\x1b[>4;0m\x1b[?1l\x1b>";

/// Asks for the colour of the background. The answer comes among the keys, or never.
pub const ASK_BACKGROUND: &[u8] = b"\x1b]11;?\x1b\\";

/// Bracketed paste. crossterm has it only together with its event reader, which is not used (`tui::input`).
const PASTE_ON: &[u8] = b"\x1b[?2004h";
const PASTE_OFF: &[u8] = b"\x1b[?2004l";

/// Longest wait for a terminal that takes no bytes.
const PATIENCE: Duration = Duration::from_millis(200);

/// How the terminal was before us. crossterm remembers that as well, but only from raw mode on, which [`quiet`] precedes.
static MODES: SavedModes = SavedModes::new();

/// Whether a terminal erases in the colour behind the cells, by its name: GNU screen does not.
pub fn erases_in_colour(term: Option<&str>) -> bool {
    term.is_some_and(|term| !term.starts_with("screen"))
}

/// Turns echo and line editing off and draws nothing. Early, so that a password typed ahead is not echoed while the
/// store is opened. ctrl-c is still a signal, since nobody reads keys yet.
pub fn quiet() -> io::Result<()> {
    MODES.save(stdin())?;
    // Not `Flush`: what was typed ahead stays.
    MODES.change(stdin(), OptionalActions::Now, |modes| {
        modes.local_modes -= LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON;
        modes.input_modes -= InputModes::ICRNL;
    })
}

/// Takes the whole terminal. Also after a stop, when a shell has put its own modes back.
pub fn enter() -> io::Result<()> {
    MODES.save(stdin())?;
    // crossterm does nothing where it believes that raw mode is on, whatever a shell did since.
    disable_raw_mode()?;
    enable_raw_mode()?;
    output::open();
    output::write(&entering()?)
}

/// The alternate screen, emptied, also of what a terminal shows of sequences that it does not know; no cursor until a
/// frame wants one.
fn entering() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    queue!(bytes, EnterAlternateScreen)?;
    bytes.write_all(RESET_INPUT)?;
    queue!(bytes, ResetColor, MoveTo(0, 0), Clear(ClearType::All))?;
    bytes.write_all(PASTE_ON)?;
    queue!(bytes, Hide)?;
    Ok(bytes)
}

/// A frame cut short is ended, colours are reset, and the alternate screen is emptied before it is left: a terminal
/// without one, or one that lets it be looked at again, would go on showing a secret.
fn leaving() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    queue!(bytes, EndSynchronizedUpdate, ResetColor, Clear(ClearType::All))?;
    bytes.write_all(PASTE_OFF)?;
    queue!(bytes, Show, LeaveAlternateScreen)?;
    Ok(bytes)
}

/// Restores the terminal.
pub fn leave() {
    if output::close() {
        // Writing to a vector cannot fail.
        write_within(&leaving().unwrap_or_default(), PATIENCE);
    }
    let _ = disable_raw_mode();
    MODES.restore(stdin(), OptionalActions::Now);
}

/// Restores the terminal when it is dropped, so that an early return or an unwinding panic does too.
#[must_use = "the terminal is restored when this is dropped"]
pub struct Guard(());

impl Guard {
    /// As [`quiet`].
    pub fn quiet() -> io::Result<Self> {
        quiet().map(|()| Self(()))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).replace('\x1b', "^")
    }

    #[test]
    fn the_screen_is_cleared_on_entry_and_exit() {
        let inputs = shown(RESET_INPUT);
        assert_eq!(shown(&entering().unwrap()), format!("^[?1049h{inputs}^[0m^[1;1H^[2J^[?2004h^[?25l"));
        assert_eq!(shown(&leaving().unwrap()), "^[?2026l^[0m^[2J^[?2004l^[?25h^[?1049l");
    }
}
