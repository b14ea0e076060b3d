//! Password input: from standard input or from a prompt on the terminal, never from an argument or the environment.

use std::{
    fs::File,
    io::{self, IsTerminal as _, Read},
    os::fd::AsFd as _,
};

use zeroize::Zeroizing;

use crate::{
    account::PasswordError,
    secret::{self, Secret, TypedPassword, What},
};

use super::{failure::Failure, silent::Silent};

/// Most bytes that are read: a byte order mark, a password, a line break, and one byte that shows that there is more.
const LONGEST: usize = TypedPassword::MAX + 6;

/// A new password: the first line of standard input, or typed twice on the terminal.
pub fn new_password(of: &str, from_stdin: bool) -> Result<Secret, Failure> {
    if from_stdin {
        return read_stdin(What::Password);
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::usage("A password is needed and there is no terminal to ask on. Use --password-stdin."));
    }
    let mut terminal = Silent::open()?;
    let password = terminal.ask(&format!("Password of {of}: "), What::Password)?;
    match password == terminal.ask("The same again: ", What::Password)? {
        true => Ok(password),
        false => Err(Failure::usage(PasswordError::Different)),
    }
}

/// The first line of standard input, which is a password or a secret.
pub fn read_stdin(what: What) -> Result<Secret, Failure> {
    // `io::stdin` reads ahead into a buffer that nobody wipes: read the descriptor itself.
    let stdin = io::stdin().as_fd().try_clone_to_owned().map(File::from).map_err(|e| unreadable(what, &e))?;
    first_line(stdin, what)
}

/// The first line of a stream. No more of it is waited for.
pub fn first_line(mut from: impl Read, what: What) -> Result<Secret, Failure> {
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
    secret::first_line(&line[..len], what).map(Secret::from_text).map_err(Failure::usage)
}

fn unreadable(what: What, why: &io::Error) -> Failure {
    let what = what.word();
    Failure::failed(format!("The {what} cannot be read: {why}. Write it as one line on standard input."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<String, u8> {
        match first_line(bytes, What::Password) {
            Ok(secret) => Ok(secret.expose_text().unwrap().to_owned()),
            Err(Failure::Said { code, .. }) => Err(code),
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
