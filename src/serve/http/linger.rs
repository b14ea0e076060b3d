//! Lingering close: what a client still sends to a connection that is being closed is read and dropped for a moment.
//!
//! A socket that is closed with unread bytes is reset, and a client that is still writing fails before it reads the
//! response: a gateway that sends a head that is too long would answer 502 instead of passing on the 431.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use std::{fmt, io};

use hyper::rt::{Read, ReadBuf};
use tokio::time::Sleep;

/// Limits on the time and the bytes of a lingering close.
const MAX_TIME: Duration = Duration::from_secs(1);
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Bytes that are read at a time.
const READ_SIZE: usize = 16 * 1024;

/// The end of a connection to which nothing more is written.
pub(super) struct LingeringClose {
    until: Pin<Box<Sleep>>,
    left: usize,
}

impl Default for LingeringClose {
    fn default() -> Self {
        Self { until: Box::pin(tokio::time::sleep(MAX_TIME)), left: MAX_BYTES }
    }
}

impl fmt::Debug for LingeringClose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LingeringClose").field("left", &self.left).finish_non_exhaustive()
    }
}

impl LingeringClose {
    /// Reads until the other side has ended too, or enough was read, or the time is over.
    pub(super) fn poll<S: Read + Unpin>(&mut self, stream: &mut S, cx: &mut Context<'_>) -> Poll<()> {
        let mut buffer = [std::mem::MaybeUninit::uninit(); READ_SIZE];
        while self.until.as_mut().poll(cx).is_pending() {
            let mut own = ReadBuf::uninit(&mut buffer);
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
