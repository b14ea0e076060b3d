//! Terminal modes (termios): saved before the first change, restored once.

use std::io;
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// The modes that a terminal had before we changed them. Shared with the threads that may end the process.
#[derive(Default)]
pub struct SavedModes(Mutex<Option<Termios>>);

impl SavedModes {
    /// Nothing saved yet.
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Saves the modes, unless they are saved already.
    pub fn save(&self, terminal: impl AsFd) -> io::Result<()> {
        let mut saved = self.lock();
        if saved.is_none() {
            *saved = Some(tcgetattr(terminal)?);
        }
        Ok(())
    }

    /// Sets the saved modes with `change` made to them. An error after [`Self::restore`]: the terminal is not ours any more.
    pub fn change(
        &self,
        terminal: impl AsFd,
        when: OptionalActions,
        change: impl FnOnce(&mut Termios),
    ) -> io::Result<()> {
        let saved = self.lock();
        let Some(saved) = saved.as_ref() else { return Err(io::ErrorKind::NotConnected.into()) };
        let mut modes = saved.clone();
        change(&mut modes);
        // Under the lock: a restore by another thread must come after this.
        Ok(tcsetattr(terminal, when, &modes)?)
    }

    /// Restores the saved modes and forgets them; does nothing if none are saved.
    pub fn restore(&self, terminal: impl AsFd, when: OptionalActions) {
        if let Some(saved) = self.lock().take() {
            let _ = tcsetattr(terminal, when, &saved);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Termios>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
