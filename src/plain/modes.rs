//! Terminal modes (termios): as they were found, and as questions need them.

use std::{
    io,
    sync::{Mutex, PoisonError},
};

use rustix::{
    stdio::stdin,
    termios::{InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr},
};

use super::io::Echo;

/// A special character that is switched off: `_POSIX_VDISABLE`.
const DISABLED: u8 = if cfg!(any(target_os = "linux", target_os = "android")) { 0 } else { 0xff };

/// How the terminal was found; `None` once it was handed back.
pub struct Modes(Mutex<Option<Termios>>);

impl Modes {
    /// Notes how the terminal is now.
    pub fn find() -> io::Result<Self> {
        Ok(Self(Mutex::new(Some(tcgetattr(stdin())?))))
    }

    /// Lines that the kernel edits. Whether it echoes and how it ends a line stays as it was found: an editor that
    /// runs programs in a buffer does both itself.
    pub fn set(&self, echo: Echo, stops: bool) -> io::Result<()> {
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(found) = found.as_ref() else { return Err(io::ErrorKind::NotConnected.into()) };
        let mut modes = found.clone();
        modes.local_modes |= LocalModes::ICANON | LocalModes::ISIG;
        modes.input_modes |= InputModes::ICRNL;
        if echo == Echo::Hidden {
            // The line break shows all the same: the next sentence must not stand behind the question.
            modes.local_modes.set(LocalModes::ECHONL, modes.local_modes.contains(LocalModes::ECHO));
            modes.local_modes.remove(LocalModes::ECHO);
        }
        if !stops {
            modes.special_codes[SpecialCodeIndex::VSUSP] = DISABLED;
        }
        // Not `Flush`: what was typed ahead stays.
        Ok(tcsetattr(stdin(), OptionalActions::Now, &modes)?)
    }

    /// Hands the terminal back as it was found; once, and from then on it is not touched.
    pub fn restore(&self) {
        if let Some(found) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = tcsetattr(stdin(), OptionalActions::Now, &found);
        }
    }
}
