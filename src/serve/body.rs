//! Request bodies that gateways hand over: limits on the size and time of each, and one memory budget for all.

use std::{future::poll_fn, mem, ops::Deref, pin::Pin, time::Duration};

use hyper::body::{Body as _, Incoming};
use tokio::sync::{Semaphore, SemaphorePermit};
use zeroize::Zeroizing;

/// Limit on a body, in bytes; on a JSON document with a base64 body a third more, and its fields.
pub(super) const MOST: usize = 1024 * 1024;
/// Timeout for reading a body.
const TIME: Duration = Duration::from_secs(10);
/// Bytes that each body reserves at first: a client that sends nothing holds no more, whatever length it claims.
const ROOM: usize = 4096;

/// Memory budget of all bodies at a time, in bytes; further ones wait. A body is dropped as soon as it was judged.
const ALL: usize = 64 * MOST;
/// Up to this many bytes a body is short. Nearly all are, and they have a budget of their own, so that they do not wait
/// for long ones.
const SHORT: usize = 16 * 1024;
/// Memory budget of the short bodies, in bytes.
const ALL_SHORT: usize = 8 * MOST;
/// Unit of the budget, in bytes.
const PIECE: usize = 1024;

/// The memory budget of all bodies.
#[derive(Debug)]
pub(super) struct Bodies {
    short: Semaphore,
    long: Semaphore,
}

/// A body with the part of the budget that it holds.
#[derive(Debug)]
pub(super) struct Handed<'a> {
    bytes: Zeroizing<Vec<u8>>,
    _room: SemaphorePermit<'a>,
}

impl Deref for Handed<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Bodies {
    pub(super) fn new() -> Self {
        Self { short: Semaphore::new(ALL_SHORT / PIECE), long: Semaphore::new(ALL / PIECE) }
    }

    /// Reads a body to its end. `None` if it is too long, too slow or breaks off, or if the budget has no room for it
    /// in time. Legacy passwords are in it: wiped.
    pub(super) async fn read(&self, mut body: Incoming, most: usize) -> Option<Handed<'_>> {
        let hint = body.size_hint();
        if hint.lower() > most as u64 {
            return None;
        }
        // Reserve the whole size before reading, so that waiting bodies cannot deadlock one another.
        let length = hint.exact().and_then(|exact| usize::try_from(exact).ok()).unwrap_or(most);
        let pieces = u32::try_from(length.div_ceil(PIECE)).ok()?;
        let all = async {
            let room = if length <= SHORT { &self.short } else { &self.long };
            let room = room.acquire_many(pieces).await.ok()?;
            let mut read = Gathered::new(length);
            while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
                // Trailers are no part of a body.
                let Ok(data) = frame.ok()?.into_data() else { continue };
                read.add(&data)?;
            }
            Some(Handed { bytes: read.bytes, _room: room })
        };
        tokio::time::timeout(TIME, all).await.ok().flatten()
    }
}

/// The bytes read so far. It grows by moving to a larger buffer, and each old one is wiped.
struct Gathered {
    bytes: Zeroizing<Vec<u8>>,
    most: usize,
}

impl Gathered {
    fn new(most: usize) -> Self {
        Self { bytes: Zeroizing::new(Vec::with_capacity(ROOM.min(most))), most }
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
    fn bytes_are_right_over_many_growths() {
        for step in [1, 7, 4_095, 4_096, 4_097, 60_000, MOST] {
            let all: Vec<u8> = (0..MOST).map(|n| (n * 31 + n / 251) as u8).collect();
            let (mut read, mut rooms) = (Gathered::new(MOST), 0);
            for data in all.chunks(step) {
                let before = (read.bytes.as_ptr(), read.bytes.capacity());
                read.add(data).unwrap();
                let moved = before != (read.bytes.as_ptr(), read.bytes.capacity());
                rooms += usize::from(moved);
                // What is held is never more than twice what came, but for the first room.
                assert!(read.bytes.capacity() <= (2 * read.bytes.len()).max(ROOM), "{step}");
            }
            assert!(*read.bytes == all, "{step}");
            assert!(rooms <= 8, "{step}: it doubles; {rooms}");
            assert_eq!(read.add(&[0]), None, "not a byte more than the most");
        }
    }

    #[test]
    fn it_begins_small_and_takes_no_more_than_the_most() {
        assert!(Gathered::new(MOST).bytes.capacity() < 2 * ROOM);
        let mut read = Gathered::new(10);
        assert_eq!(
            (read.add(&[1; 6]), read.add(&[2; 5]), read.add(&[3; 4]), read.add(&[])),
            (Some(()), None, Some(()), Some(()))
        );
        assert_eq!(**read.bytes, [1, 1, 1, 1, 1, 1, 3, 3, 3, 3]);
    }
}
