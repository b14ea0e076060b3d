//! Terminal modes: the terminal is taken over and restored here, and nowhere else.
//!
//! [`leave`] may be called by the loop, by the panic hook and by the signal thread, in any order and more than once:
//! only the first call does anything. It never prints an error, because the terminal may be gone, and never waits for
//! a terminal that takes no bytes (ctrl-s, a dead link).

mod pen;
mod scroll;
pub mod stop;
pub mod tty;
pub mod wire;

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::stdio::stdin;
use rustix::termios::{InputModes, LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// The alternate screen, with what an earlier program may have left on switched off: reports of the mouse and of focus,
/// keys as kitty and xterm write them, the application modes of cursor keys and keypad, colours. Then it is emptied, also
/// of what a terminal shows of sequences that it does not know; bracketed paste; no cursor until a frame wants one.
const ENTER: &[u8] = b"\x1b[?1049h\
    \x1b[?9l\x1b[?1000l\x1b[?1001l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1016l\
    \x1b[=0u\x1b[>4;0m\x1b[?1l\x1b>\x1b[0m\
    \x1b[H\x1b[2J\x1b[?2004h\x1b[?25l";

/// A frame cut short is ended, colours are reset, and the alternate screen is emptied before it is left: a terminal
/// without one, or one that lets it be looked at again, would go on showing a secret.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[0m\x1b[2J\x1b[?2004l\x1b[?25h\x1b[?1049l";

/// Longest wait for a terminal that takes no bytes.
const PATIENCE: Duration = Duration::from_millis(200);

/// How the terminal was before us; `None` while we do not have it.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// Turns echo and line editing off and draws nothing. Early, so that a password typed ahead is not echoed while the
/// store is opened. ctrl-c is still a signal, since nobody reads keys yet.
pub fn quiet() -> io::Result<()> {
    change(|modes| {
        modes.local_modes -= LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON;
        modes.input_modes -= InputModes::ICRNL;
    })
}

/// Takes the whole terminal. Also after a stop, when a shell has put its own modes back.
pub fn enter() -> io::Result<()> {
    change(Termios::make_raw)?;
    tty::open();
    tty::write(ENTER)
}

/// Changes the modes, and remembers how they were before us.
fn change(how: impl FnOnce(&mut Termios)) -> io::Result<()> {
    let mut before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut modes = tcgetattr(stdin())?;
    before.get_or_insert_with(|| modes.clone());
    how(&mut modes);
    // Not `Flush`: what was typed ahead stays.
    Ok(tcsetattr(stdin(), OptionalActions::Now, &modes)?)
}

/// Hands the terminal back as it was found.
pub fn leave() {
    if tty::close() {
        tty::write_last(LEAVE, PATIENCE);
    }
    if let Some(before) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
        let _ = tcsetattr(stdin(), OptionalActions::Now, &before);
    }
}

/// Hands the terminal back when it is dropped, so that an early return or an unwinding panic does too.
#[must_use = "the terminal is handed back when this is dropped"]
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
