//! A wrapper around a connection's stream that watches for a `#` in a request line and for responses that the client
//! does not read.
//!
//! The HTTP library cuts a target at `#` and does not say so. Where the target is covered by a signature that would let
//! `/a#b` pass as `/a` (docs/verification.md C1), so endpoints that read the target from the request line ask here
//! first.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};

use crate::serve::http::deadline::Deadline;
use crate::serve::http::fragment_scanner::FragmentScanner;
use crate::serve::http::linger::LingeringClose;

/// What the stream has seen, for the handlers of its requests. Which request had a `#` cannot be known, so the one that
/// asks is refused and the connection is closed after the response.
#[derive(Clone, Debug, Default)]
pub(in crate::serve) struct StreamMonitor(Arc<Flags>);

#[derive(Debug, Default)]
struct Flags {
    /// A request line had a `#`.
    fragment: AtomicBool,
    /// And a request was refused for it.
    refused: AtomicBool,
    /// More may come that belongs to no request that has its response: the rest of a head, or a body.
    unread: AtomicBool,
}

impl StreamMonitor {
    /// Whether a request line with a `#` was seen.
    pub(in crate::serve) fn fragment_seen(&self) -> bool {
        let seen = self.0.fragment.load(Ordering::Relaxed);
        self.0.refused.fetch_or(seen, Ordering::Relaxed);
        seen
    }

    /// A request has its response; it may have a body of which not all was read.
    pub(in crate::serve) fn response_sent(&self, has_body: bool) {
        self.0.unread.store(has_body, Ordering::Relaxed);
    }
}

/// A connection's stream, with the bytes that pass through it watched.
#[derive(Debug)]
pub(in crate::serve) struct WatchedStream<S> {
    inner: S,
    scanner: FragmentScanner,
    monitor: StreamMonitor,
    deadline: Deadline,
    /// Whether the client has not read everything that was written.
    blocked: bool,
    lingering: Option<LingeringClose>,
}

impl<S> WatchedStream<S> {
    pub(in crate::serve) fn new(inner: S, deadline: Deadline, path: &'static str) -> (Self, StreamMonitor) {
        let monitor = StreamMonitor::default();
        (
            Self {
                inner,
                scanner: FragmentScanner::new(path),
                monitor: monitor.clone(),
                deadline,
                blocked: false,
                lingering: None,
            },
            monitor,
        )
    }

    /// Tracks the result of a write.
    fn wrote(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_pending() {
            self.blocked = true;
            self.deadline.write_blocked(WRITE_TIMEOUT);
        }
        written
    }
}

/// Timeout for writing a whole response: gateways read at once.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// Read size in bytes: a request fits into one read.
const READ_SIZE: usize = 16 * 1024;

impl<S: Read + Unpin> Read for WatchedStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, mut buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        if self.monitor.0.refused.load(Ordering::Relaxed) {
            // A read that fills in nothing is the end of the stream.
            return Poll::Ready(Ok(()));
        }
        // The cursor does not show what was filled in, so the bytes pass through a buffer of our own.
        let mut buffer = [std::mem::MaybeUninit::uninit(); READ_SIZE];
        let size = buf.remaining().min(READ_SIZE);
        let mut own = ReadBuf::uninit(&mut buffer[..size]);
        let this = &mut *self;
        match Pin::new(&mut this.inner).poll_read(cx, own.unfilled()) {
            Poll::Ready(Ok(())) => {
                this.monitor.0.unread.store(!own.filled().is_empty(), Ordering::Relaxed);
                if this.scanner.scan(own.filled()) {
                    this.monitor.0.fragment.store(true, Ordering::Relaxed);
                }
                buf.put_slice(own.filled());
                Poll::Ready(Ok(()))
            }
            other => other,
        }
    }
}

impl<S: Read + Write + Unpin> Write for WatchedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.wrote(written)
    }

    /// Called when nothing is left to be written.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.blocked {
            self.blocked = false;
            self.deadline.write_finished();
        }
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.lingering.is_none() {
            ready!(Pin::new(&mut this.inner).poll_shutdown(cx))?;
            if !this.monitor.0.unread.load(Ordering::Relaxed) {
                return Poll::Ready(Ok(()));
            }
        }
        this.lingering.get_or_insert_with(LingeringClose::default).poll(&mut this.inner, cx).map(Ok)
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
