//! Password input: from standard input or from a prompt on the terminal, never from an argument or the environment.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::thread;

use rustix::termios::{LocalModes, OptionalActions};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};
use zeroize::Zeroizing;

use crate::account::PasswordError;
use crate::escape_sequence::without_reports;
use crate::secret::{self, Secret, TypedPassword, What};
use crate::terminal::SavedModes;
use crate::text;

use super::error::CliError;

/// Most bytes that are read: a byte order mark, a password, a line break, and one byte that shows that there is more.
const LONGEST: usize = TypedPassword::MAX + 6;

/// A new password: the first line of standard input, or typed twice on the terminal.
pub fn new_password(of: &str, from_stdin: bool) -> Result<Secret, CliError> {
    if from_stdin {
        return read_stdin(What::Password);
    }
    if !io::stdin().is_terminal() {
        return Err(CliError::usage("A password is needed and there is no terminal to ask on. Use --password-stdin."));
    }
    let mut terminal = HiddenPrompt::open()?;
    let password = terminal.ask(&format!("Password of {of}: "), What::Password)?;
    match password == terminal.ask("The same again: ", What::Password)? {
        true => Ok(password),
        false => Err(CliError::usage(PasswordError::Different)),
    }
}

/// The first line of standard input, which is a password or a secret.
pub fn read_stdin(what: What) -> Result<Secret, CliError> {
    // `io::stdin` reads ahead into a buffer that nobody wipes: read the descriptor itself.
    let stdin = io::stdin().as_fd().try_clone_to_owned().map(File::from).map_err(|e| unreadable(what, &e))?;
    first_line(stdin, what)
}

/// The first line of standard input, which is the caller's own password. Nothing behind it is read: there may be more to come for
/// the command.
pub fn own_password_stdin() -> Result<Secret, CliError> {
    let what = What::Password;
    let mut stdin = io::stdin().as_fd().try_clone_to_owned().map(File::from).map_err(|e| unreadable(what, &e))?;
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut byte = Zeroizing::new([0]);
    while line.len() < LONGEST && line.last() != Some(&b'\n') {
        match stdin.read(&mut *byte) {
            Ok(0) => break,
            Ok(_) => line.extend_from_slice(&*byte),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(unreadable(what, &e)),
        }
    }
    secret::first_line(&line, what).map(Secret::from_text).map_err(CliError::usage)
}

/// The first line of a stream; does not wait for more.
pub fn first_line(mut from: impl Read, what: What) -> Result<Secret, CliError> {
    let mut line = Zeroizing::new(vec![0; LONGEST]);
    let mut len = 0;
    while len < LONGEST && !line[..len].iter().any(|b| matches!(b, b'\n' | b'\r')) {
        match from.read(&mut line[len..]) {
            Ok(0) => break,
            Ok(n) => len += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(unreadable(what, &e)),
        }
    }
    secret::first_line(&line[..len], what).map(Secret::from_text).map_err(CliError::usage)
}

fn unreadable(what: What, why: &io::Error) -> CliError {
    let what = what.word();
    CliError::failed(format!("The {what} cannot be read: {why}. Write it as one line on standard input."))
}

/// The terminal of this process with echo off, from before the first prompt to after the last answer: a prompt that
/// comes before that invites typing that shows.
pub struct HiddenPrompt {
    tty: Arc<File>,
    modes: Arc<SavedModes>,
    signals: Handle,
}

impl HiddenPrompt {
    /// Turns echo off.
    pub fn open() -> Result<Self, CliError> {
        let tty = Arc::new(OpenOptions::new().read(true).write(true).open("/dev/tty").map_err(no_terminal)?);
        let modes = Arc::new(SavedModes::new());
        modes.save(&*tty).map_err(no_terminal)?;
        let signals = restore_on_signal(&tty, &modes).map_err(no_terminal)?;
        let echo_off = modes.change(&*tty, OptionalActions::Drain, |modes| {
            modes.local_modes.remove(LocalModes::ECHO);
            // The line break still shows: the cursor must not stay behind the prompt.
            modes.local_modes.insert(LocalModes::ECHONL);
        });
        echo_off.map_err(no_terminal)?;
        Ok(Self { tty, modes, signals })
    }

    /// Asks for one line.
    pub fn ask(&mut self, words: &str, what: What) -> Result<Secret, CliError> {
        let mut tty = &*self.tty;
        tty.write_all(text::safe(words).as_bytes()).map_err(no_terminal)?;
        // A mouse wheel that turns while a password is typed is no part of it.
        first_line(tty, what).map(|line| Secret::new(without_reports(line.expose()).to_vec()))
    }
}

impl Drop for HiddenPrompt {
    fn drop(&mut self) {
        self.signals.close();
        restore(&self.tty, &self.modes);
    }
}

/// Restores the terminal, once. Typed text that was not read is discarded: it may be the rest of a password.
fn restore(tty: &File, modes: &SavedModes) {
    modes.restore(tty, OptionalActions::Flush);
}

/// A signal must not leave a terminal without echo.
fn restore_on_signal(tty: &Arc<File>, modes: &Arc<SavedModes>) -> io::Result<Handle> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT])?;
    let handle = signals.handle();
    let (tty, modes) = (Arc::clone(tty), Arc::clone(modes));
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            restore(&tty, &modes);
            // Nothing was changed yet: a password is asked for before anything is done.
            std::process::exit(128 + signal);
        }
    })?;
    Ok(handle)
}

fn no_terminal(why: io::Error) -> CliError {
    CliError::usage(format!("The terminal cannot ask for a password ({why}). Use --password-stdin."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<String, u8> {
        match first_line(bytes, What::Password) {
            Ok(secret) => Ok(secret.expose_text().unwrap().to_owned()),
            Err(CliError::Message { code, .. }) => Err(code),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_first_line_without_its_break() {
        assert_eq!(read(b"correct horse").as_deref(), Ok("correct horse"));
        assert_eq!(read(b"correct horse\n").as_deref(), Ok("correct horse"));
        assert_eq!(read(b"correct horse\r\nmore\n").as_deref(), Ok("correct horse"));
        assert_eq!(read(b" blanks stay \n").as_deref(), Ok(" blanks stay "));
        let longest = "x".repeat(TypedPassword::MAX);
        assert_eq!(read(format!("{longest}\r\n").as_bytes()), Ok(longest.clone()));
        for wrong in [&b""[..], b"\n", b"\r\n", b"\nsecond", b"\xff\xfe\n", format!("{longest}x\n").as_bytes()] {
            assert_eq!(read(wrong), Err(2), "{wrong:?}");
        }
        assert_eq!(read(&[b'x'; 100_000]), Err(2));
    }

    /// A pipe gives a line in pieces.
    #[test]
    fn a_line_in_pieces() {
        struct Pieces(&'static [u8]);
        impl Read for Pieces {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let n = self.0.len().min(2);
                buffer[..n].copy_from_slice(&self.0[..n]);
                self.0 = &self.0[n..];
                Ok(n)
            }
        }
        let secret = first_line(Pieces(b"pieces of eight\nrest"), What::Password).unwrap();
        assert_eq!(secret.expose_text(), Some("pieces of eight"));
    }
}
