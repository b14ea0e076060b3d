//! What is still sent to a connection that is being closed is read and dropped for a moment.
//!
//! A socket that is closed with bytes unread is reset, and whoever is still writing to it fails before reading the answer:
//! a gateway that sends a head that is too long would answer 502 in place of the 431 that it was given.

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use hyper::rt::{Read, ReadBuf};
use tokio::time::Sleep;

/// How long, and how many bytes.
const MOST: Duration = Duration::from_secs(1);
const BYTES: usize = 4 * 1024 * 1024;
/// Bytes that are read at a time.
const ROOM: usize = 16 * 1024;

/// The last moment of a connection, which is written to no more.
pub(super) struct Lingering {
    until: Pin<Box<Sleep>>,
    left: usize,
}

impl Default for Lingering {
    fn default() -> Self {
        Self { until: Box::pin(tokio::time::sleep(MOST)), left: BYTES }
    }
}

impl fmt::Debug for Lingering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lingering").field("left", &self.left).finish_non_exhaustive()
    }
}

impl Lingering {
    /// Reads until the other side has ended too, or enough was read, or the time is over.
    pub(super) fn poll<S: Read + Unpin>(&mut self, stream: &mut S, cx: &mut Context<'_>) -> Poll<()> {
        let mut room = [std::mem::MaybeUninit::uninit(); ROOM];
        while self.until.as_mut().poll(cx).is_pending() {
            let mut own = ReadBuf::uninit(&mut room);
            let read: Poll<io::Result<()>> = Pin::new(&mut *stream).poll_read(cx, own.unfilled());
            match (read, own.filled().len()) {
                (Poll::Pending, _) => return Poll::Pending,
                (Poll::Ready(Ok(())), read @ 1..) if read < self.left => self.left -= read,
                _ => break,
            }
        }
        Poll::Ready(())
    }
}
