//! A wrapper around a connection's stream that watches for a `#` in a request line and for responses that the client
//! does not read.
//!
//! The HTTP library cuts a target at `#` and does not say so. Where the target is covered by a signature that would let
//! `/a#b` pass as `/a` (docs/verification.md C1), so endpoints that read the target from the request line ask here
//! first.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};

use super::{deadline::Deadline, linger::Lingering, scanner::Scanner};

/// Whether a request line with a `#` was seen on a connection. Which of its requests that was cannot be known, so the
/// one that asks is refused and the connection is closed after the answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Fragment(Arc<Marks>);

#[derive(Debug, Default)]
struct Marks {
    seen: AtomicBool,
    told: AtomicBool,
    /// More may come that belongs to no answered question: bytes of a head that was not read to its end, or a body.
    open: AtomicBool,
}

impl Fragment {
    /// Whether one was seen.
    pub(super) fn seen(&self) -> bool {
        let seen = self.0.seen.load(Ordering::Relaxed);
        self.0.told.fetch_or(seen, Ordering::Relaxed);
        seen
    }

    /// A question was answered; it may have a body of which not all was read.
    pub(super) fn answered(&self, has_body: bool) {
        self.0.open.store(has_body, Ordering::Relaxed);
    }
}

/// A connection's stream, with the bytes that pass through it watched.
#[derive(Debug)]
pub(super) struct Watched<S> {
    inner: S,
    scanner: Scanner,
    fragment: Fragment,
    deadline: Deadline,
    /// Whether the client has not read everything that was written.
    waits: bool,
    lingering: Option<Lingering>,
}

impl<S> Watched<S> {
    pub(super) fn new(inner: S, deadline: Deadline) -> (Self, Fragment) {
        let fragment = Fragment::default();
        (
            Self {
                inner,
                scanner: Scanner::default(),
                fragment: fragment.clone(),
                deadline,
                waits: false,
                lingering: None,
            },
            fragment,
        )
    }

    /// Tracks the result of a write.
    fn wrote(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_pending() {
            self.waits = true;
            self.deadline.not_taken(TAKEN);
        }
        written
    }
}

/// Timeout for writing a whole response: gateways read at once.
const TAKEN: Duration = Duration::from_secs(10);

/// Read size in bytes: a request fits into one read.
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
                this.fragment.0.open.store(!own.filled().is_empty(), Ordering::Relaxed);
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

impl<S: Read + Write + Unpin> Write for Watched<S> {
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
        let this = &mut *self;
        if this.lingering.is_none() {
            ready!(Pin::new(&mut this.inner).poll_shutdown(cx))?;
            if !this.fragment.0.open.load(Ordering::Relaxed) {
                return Poll::Ready(Ok(()));
            }
        }
        this.lingering.get_or_insert_with(Lingering::default).poll(&mut this.inner, cx).map(Ok)
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
