//! One connection to a verifier, over which one request after the other is asked and timed.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use super::Done;

/// Longer than any answer may take: a verifier lets a password wait for thirty seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection.
#[derive(Debug)]
pub struct Asker(UnixStream);

impl Asker {
    pub fn new(socket: &Path) -> Done<Self> {
        let stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self(stream))
    }

    /// Asks without waiting for the answer.
    pub fn send(&mut self, request: &[u8]) -> Done {
        Ok(self.0.write_all(request)?)
    }

    /// The status of the next answer. Answers have no body.
    pub fn status(&mut self) -> Done<u16> {
        let mut answer = [0; 2048];
        let mut have = 0;
        while !answer[..have].ends_with(b"\r\n\r\n") {
            match self.0.read(&mut answer[have..])? {
                0 => return Err("the verifier closed the connection".into()),
                n => have += n,
            }
        }
        Ok(std::str::from_utf8(&answer[9..12])?.parse()?)
    }

    /// The status of the answer, and how long it took.
    pub fn ask(&mut self, request: &[u8]) -> Done<(u16, Duration)> {
        let began = Instant::now();
        self.send(request)?;
        let status = self.status()?;
        Ok((status, began.elapsed()))
    }
}

/// The head that a gateway of the `forward` family makes, up to the client's own fields.
pub fn forward_head(path: &str, method: &str, client: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: keydesk\r\nX-Forwarded-Method: {method}\r\nX-Forwarded-Uri: /soap\r\n\
         X-Original-Proto: HTTP/1.1\r\nX-Forwarded-Host: api.example.com\r\nX-Forwarded-Proto: https\r\n\
         X-Original-Client: {client}\r\n"
    )
}
