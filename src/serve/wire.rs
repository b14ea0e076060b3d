//! The bytes of one connection, watched for a `#` in a request line and for answers that nobody takes.
//!
//! The HTTP library cuts a target at `#` and does not say so. Where the target is what a signature covers that would let
//! `/a#b` pass as `/a` (VERIFY.md C1), so whoever reads the target off the request line asks here first.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};

use super::deadline::Deadline;

/// Whether a request line with a `#` was seen on a connection. Which of its questions that was nobody can say, so the
/// one that asks is refused and the connection is closed after the answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Fragment(Arc<Marks>);

#[derive(Debug, Default)]
struct Marks {
    seen: AtomicBool,
    told: AtomicBool,
}

impl Fragment {
    /// Whether one was seen.
    pub(super) fn seen(&self) -> bool {
        let seen = self.0.seen.load(Ordering::Relaxed);
        self.0.told.fetch_or(seen, Ordering::Relaxed);
        seen
    }
}

/// What a request line ends with, up to the digit of the version.
const VERSION: &[u8] = b" HTTP/1.";

/// Finds lines that hold a `#` and end as a request line does.
#[derive(Debug, Default)]
struct Scanner {
    /// The unfinished line holds a `#`.
    hash: bool,
    /// Its last bytes.
    tail: Vec<u8>,
}

/// Bytes that the end of a request line has at most: ` HTTP/1.1` and CR.
const TAIL: usize = 10;

impl Scanner {
    /// Whether such a line ends in these bytes.
    fn scan(&mut self, bytes: &[u8]) -> bool {
        // Nearly always nothing holds a `#`: one look at all bytes, and the tail for a line that is cut. Without a way out
        // the look is at many bytes at once.
        if !self.hash && !bytes.iter().fold(false, |any, b| any | (*b == b'#')) {
            self.keep(bytes);
            return false;
        }
        let mut found = false;
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            self.hash |= line.contains(&b'#');
            self.keep(line);
            if line.ends_with(b"\n") {
                found |= self.hash && self.is_request_line();
                self.hash = false;
                self.tail.clear();
            }
        }
        found
    }

    fn keep(&mut self, bytes: &[u8]) {
        let last = &bytes[bytes.len().saturating_sub(TAIL + 1)..];
        self.tail.extend_from_slice(last);
        let extra = self.tail.len().saturating_sub(TAIL + 1);
        self.tail.drain(..extra);
    }

    fn is_request_line(&self) -> bool {
        let line = self.tail.trim_ascii_end();
        line.split_last().is_some_and(|(digit, rest)| digit.is_ascii_digit() && rest.ends_with(VERSION))
    }
}

/// A connection whose bytes are looked at.
#[derive(Debug)]
pub(super) struct Watched<S> {
    inner: S,
    scanner: Scanner,
    fragment: Fragment,
    deadline: Deadline,
    /// Something that was written is not taken yet.
    waits: bool,
}

impl<S> Watched<S> {
    pub(super) fn new(inner: S, deadline: Deadline) -> (Self, Fragment) {
        let fragment = Fragment::default();
        (Self { inner, scanner: Scanner::default(), fragment: fragment.clone(), deadline, waits: false }, fragment)
    }

    /// What came of writing.
    fn wrote(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_pending() {
            self.waits = true;
            self.deadline.not_taken(TAKEN);
        }
        written
    }
}

/// How long an answer may take to be taken whole: gateways read at once.
const TAKEN: Duration = Duration::from_secs(10);

/// Bytes that are read at a time: a question fits into one.
const ROOM: usize = 16 * 1024;

impl<S: Read + Unpin> Read for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, mut buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        if self.fragment.0.told.load(Ordering::Relaxed) {
            // Nothing filled in is the end of the connection.
            return Poll::Ready(Ok(()));
        }
        // The cursor does not show what was filled in, so the bytes pass through a buffer of our own.
        let mut room = [std::mem::MaybeUninit::uninit(); ROOM];
        let most = buf.remaining().min(ROOM);
        let mut own = ReadBuf::uninit(&mut room[..most]);
        let this = &mut *self;
        match Pin::new(&mut this.inner).poll_read(cx, own.unfilled()) {
            Poll::Ready(Ok(())) => {
                if this.scanner.scan(own.filled()) {
                    this.fragment.0.seen.store(true, Ordering::Relaxed);
                }
                buf.put_slice(own.filled());
                Poll::Ready(Ok(()))
            }
            other => other,
        }
    }
}

impl<S: Write + Unpin> Write for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.wrote(written)
    }

    /// Called when nothing is left to be written.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.waits {
            self.waits = false;
            self.deadline.taken();
        }
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.wrote(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8], cut: usize) -> bool {
        let mut scanner = Scanner::default();
        bytes.chunks(cut.max(1)).filter(|chunk| scanner.scan(chunk)).count() > 0
    }

    #[test]
    fn a_fragment_in_a_request_line_is_found_wherever_the_bytes_are_cut() {
        for (text, is) in [
            ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", true),
            ("GET /a#b HTTP/1.0\nHost: a\n\n", true),
            ("GET /# HTTP/1.1\r\n\r\n", true),
            ("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /a?b#c HTTP/1.1\r\n\r\n", true),
            ("POST /a HTTP/1.1\r\nContent-Length: 4\r\n\r\na#\r\nGET /#d HTTP/1.1\r\n\r\n", true),
            ("GET /a HTTP/1.1\r\nX-Colour: #fff\r\n\r\n", false),
            ("POST /a HTTP/1.1\r\n\r\nm4u\r\nUSER=acme#\r\nPASSWORD=a#b\r\n", false),
            ("GET /a%23b HTTP/1.1\r\n\r\n", false),
        ] {
            for cut in 1..text.len() + 1 {
                assert_eq!(found(text.as_bytes(), cut), is, "{text:?} in pieces of {cut}");
            }
        }
    }
}
