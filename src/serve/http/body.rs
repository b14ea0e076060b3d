//! Request bodies that gateways hand over: limits on the size and time of each, and one memory budget for all.

use std::future::poll_fn;
use std::mem;
use std::ops::Deref;
use std::pin::Pin;
use std::time::Duration;

use hyper::body::{Body as _, Incoming};
use tokio::sync::{Semaphore, SemaphorePermit};
use zeroize::Zeroizing;

/// Limit on a body, in bytes; on a JSON document with a base64 body a third more, and its fields.
pub(in crate::serve) const MAX_BODY: usize = 1024 * 1024;
/// Timeout for reading a body.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes that each body reserves at first: a client that sends nothing holds no more, whatever length it claims.
const FIRST_ALLOCATION: usize = 4096;

/// Memory budget of all bodies at a time, in bytes; further ones wait. A body is dropped as soon as it was judged.
const LONG_BUDGET: usize = 64 * MAX_BODY;
/// Up to this many bytes a body is short. Nearly all are, and they have a budget of their own, so that they do not wait
/// for long ones.
const MAX_SHORT: usize = 16 * 1024;
/// Memory budget of the short bodies, in bytes.
const SHORT_BUDGET: usize = 8 * MAX_BODY;
/// Unit of the budget, in bytes.
const UNIT: usize = 1024;

/// The memory budget of all bodies.
#[derive(Debug)]
pub(in crate::serve) struct BodyBudget {
    short: Semaphore,
    long: Semaphore,
}

/// A body with the part of the budget that it holds.
#[derive(Debug)]
pub(in crate::serve) struct BufferedBody<'a> {
    bytes: Zeroizing<Vec<u8>>,
    _permit: SemaphorePermit<'a>,
}

impl Deref for BufferedBody<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl BodyBudget {
    pub(in crate::serve) fn new() -> Self {
        Self { short: Semaphore::new(SHORT_BUDGET / UNIT), long: Semaphore::new(LONG_BUDGET / UNIT) }
    }

    /// Reads a body to its end. `None` if it is too long, too slow or breaks off, or if the budget has no room for it
    /// in time. Legacy passwords are in it: wiped.
    pub(in crate::serve) async fn read(&self, mut body: Incoming, most: usize) -> Option<BufferedBody<'_>> {
        let hint = body.size_hint();
        if hint.lower() > most as u64 {
            return None;
        }
        // Reserve the whole size before reading, so that waiting bodies cannot deadlock one another.
        let length = hint.exact().and_then(|exact| usize::try_from(exact).ok()).unwrap_or(most);
        let units = u32::try_from(length.div_ceil(UNIT)).ok()?;
        let all = async {
            let room = if length <= MAX_SHORT { &self.short } else { &self.long };
            let room = room.acquire_many(units).await.ok()?;
            let mut read = BodyBuffer::new(length);
            while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
                // Trailers are no part of a body.
                let Ok(data) = frame.ok()?.into_data() else { continue };
                read.add(&data)?;
            }
            Some(BufferedBody { bytes: read.bytes, _permit: room })
        };
        tokio::time::timeout(TIMEOUT, all).await.ok().flatten()
    }
}

/// The bytes read so far. It grows by moving to a larger buffer, and each old one is wiped.
struct BodyBuffer {
    bytes: Zeroizing<Vec<u8>>,
    most: usize,
}

impl BodyBuffer {
    fn new(most: usize) -> Self {
        Self { bytes: Zeroizing::new(Vec::with_capacity(FIRST_ALLOCATION.min(most))), most }
    }

    /// Adds some; `None` if that is too much.
    fn add(&mut self, data: &[u8]) -> Option<()> {
        let length = self.bytes.len() + data.len();
        if length > self.most {
            return None;
        }
        if length > self.bytes.capacity() {
            let room = (2 * self.bytes.capacity()).clamp(length, self.most);
            // A vector that grows by itself leaves a copy behind.
            let before = mem::replace(&mut self.bytes, Zeroizing::new(Vec::with_capacity(room)));
            self.bytes.extend_from_slice(&before);
        }
        self.bytes.extend_from_slice(data);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_many_reallocations() {
        for step in [1, 7, 4_095, 4_096, 4_097, 60_000, MAX_BODY] {
            let all: Vec<u8> = (0..MAX_BODY).map(|n| (n * 31 + n / 251) as u8).collect();
            let (mut read, mut rooms) = (BodyBuffer::new(MAX_BODY), 0);
            for data in all.chunks(step) {
                let before = (read.bytes.as_ptr(), read.bytes.capacity());
                read.add(data).unwrap();
                let moved = before != (read.bytes.as_ptr(), read.bytes.capacity());
                rooms += usize::from(moved);
                // What is held is never more than twice what came, but for the first room.
                assert!(read.bytes.capacity() <= (2 * read.bytes.len()).max(FIRST_ALLOCATION), "{step}");
            }
            assert!(*read.bytes == all, "{step}");
            assert!(rooms <= 8, "{step}: it doubles; {rooms}");
            assert_eq!(read.add(&[0]), None, "not a byte more than the most");
        }
    }

    #[test]
    fn a_buffer_starts_small_and_stops_at_the_limit() {
        assert!(BodyBuffer::new(MAX_BODY).bytes.capacity() < 2 * FIRST_ALLOCATION);
        let mut read = BodyBuffer::new(10);
        assert_eq!(
            (read.add(&[1; 6]), read.add(&[2; 5]), read.add(&[3; 4]), read.add(&[])),
            (Some(()), None, Some(()), Some(()))
        );
        assert_eq!(**read.bytes, [1, 1, 1, 1, 1, 1, 3, 3, 3, 3]);
    }
}
