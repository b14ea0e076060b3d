//! A terminal with echo off, for passwords.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM},
    iterator::{Handle, Signals},
};

use crate::{
    secret::{Secret, What},
    sequence::without_reports,
    text,
};

use super::{failure::Failure, password::first_line};

/// The terminal of this process with its echo off, from before the first prompt to after the last answer: a prompt
/// that comes first invites typing that shows.
pub struct Silent {
    tty: Arc<File>,
    before: Arc<Mutex<Option<Termios>>>,
    signals: Handle,
}

impl Silent {
    /// Turns the echo off.
    pub fn open() -> Result<Self, Failure> {
        let tty = Arc::new(OpenOptions::new().read(true).write(true).open("/dev/tty").map_err(no_terminal)?);
        let found = tcgetattr(&tty).map_err(|e| no_terminal(e.into()))?;
        let mut silent = found.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        // The line break is shown all the same: the cursor must not stay behind the prompt.
        silent.local_modes.insert(LocalModes::ECHONL);
        let before = Arc::new(Mutex::new(Some(found)));
        let signals = end_cleanly(&tty, &before).map_err(no_terminal)?;
        tcsetattr(&tty, OptionalActions::Drain, &silent).map_err(|e| no_terminal(e.into()))?;
        Ok(Self { tty, before, signals })
    }

    /// Asks for one line.
    pub fn ask(&mut self, words: &str, what: What) -> Result<Secret, Failure> {
        let mut tty = &*self.tty;
        tty.write_all(text::safe(words).as_bytes()).map_err(no_terminal)?;
        // A wheel that turns while a password is typed is no part of it.
        first_line(tty, what).map(|line| Secret::new(without_reports(line.expose()).to_vec()))
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        self.signals.close();
        restore(&self.tty, &self.before);
    }
}

/// Puts the terminal back, once. What was typed and not read goes: it may be the rest of a password.
fn restore(tty: &File, before: &Mutex<Option<Termios>>) {
    if let Some(before) = before.lock().unwrap_or_else(PoisonError::into_inner).take() {
        let _ = tcsetattr(tty, OptionalActions::Flush, &before);
    }
}

/// A signal must not leave a terminal that shows nothing.
fn end_cleanly(tty: &Arc<File>, before: &Arc<Mutex<Option<Termios>>>) -> io::Result<Handle> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT])?;
    let handle = signals.handle();
    let (tty, before) = (Arc::clone(tty), Arc::clone(before));
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            restore(&tty, &before);
            // Nothing was changed yet: a password is asked for before anything is done.
            std::process::exit(128 + signal);
        }
    })?;
    Ok(handle)
}

fn no_terminal(why: io::Error) -> Failure {
    Failure::usage(format!("The terminal cannot ask for a password ({why}). Use --password-stdin."))
}
