//! Who may have a password hashed: asked before the hash, so that guessing costs the guesser and nobody else.
//!
//! Tries are counted by key and network, so that an address that guesses keeps nobody out but itself.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use quick_cache::sync::Cache;

/// Wrong passwords for one key from one network before it has to wait.
const BURST: u64 = 5;
/// Milliseconds for each further one.
const PACE: u64 = 10_000;
/// Pairs of key and network that are remembered.
const REMEMBERED: usize = 65_536;

/// The network that an address is counted by: an IPv4 address, or the /64 that one subscriber has in IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Network(u64);

impl Network {
    /// The network of an address; unknown addresses are one.
    pub(super) fn of(address: Option<IpAddr>) -> Self {
        match address.map(|address| address.to_canonical()) {
            None => Self(u64::MAX),
            Some(IpAddr::V4(address)) => Self(u64::from(u32::from(address))),
            // Global IPv6 begins with 2 or 3, so no /64 of it is an IPv4 address.
            Some(IpAddr::V6(address)) => Self((u128::from(address) >> 64) as u64),
        }
    }
}

/// Tries by key and network: a leaky bucket in one number each.
#[derive(Debug)]
pub(super) struct Throttle {
    tries: Cache<(u64, Network), Arc<AtomicU64>>,
}

/// A try that was let through; taken back when the password was right.
#[derive(Debug)]
pub(super) struct Try(Arc<AtomicU64>);

impl Try {
    /// The password was right: it counts for nothing.
    pub(super) fn take_back(self) {
        self.0.fetch_sub(PACE, Ordering::Relaxed);
    }
}

impl Throttle {
    pub(super) fn new() -> Self {
        Self { tries: Cache::new(REMEMBERED) }
    }

    /// One more try at the millisecond `now`, if there is one left.
    pub(super) fn take(&self, key: u64, network: Network, now: u64) -> Option<Try> {
        let place = (key, network);
        let bucket = self.tries.get_or_insert_with(&place, || Ok::<_, ()>(Arc::default())).ok()?;
        let full = |until: u64| {
            let next = until.max(now) + PACE;
            (next <= now + BURST * PACE).then_some(next)
        };
        bucket.fetch_update(Ordering::Relaxed, Ordering::Relaxed, full).ok()?;
        Some(Try(bucket))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        Network::of(text.parse().ok())
    }

    #[test]
    fn five_then_one_every_ten_seconds() {
        let (throttle, here) = (Throttle::new(), network("203.0.113.9"));
        let mut now = 1_000;
        for _ in 0..BURST {
            assert!(throttle.take(7, here, now).is_some());
        }
        assert!(throttle.take(7, here, now).is_none());
        now += PACE;
        assert!(throttle.take(7, here, now).is_some());
        assert!(throttle.take(7, here, now).is_none());
        assert!(throttle.take(8, here, now).is_some(), "another key");
        assert!(throttle.take(7, network("203.0.113.10"), now).is_some(), "another address");
        now += 100 * PACE;
        for _ in 0..BURST {
            assert!(throttle.take(7, here, now).is_some());
        }
        assert!(throttle.take(7, here, now).is_none(), "a long rest saves up no more than the burst");
    }

    #[test]
    fn a_right_password_counts_for_nothing() {
        let (throttle, here) = (Throttle::new(), network("203.0.113.9"));
        for _ in 0..100 {
            throttle.take(7, here, 5).unwrap().take_back();
        }
    }

    #[test]
    fn networks() {
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("203.0.113.9"), network("203.0.113.8"));
        assert_eq!(network("::ffff:203.0.113.9"), network("203.0.113.9"));
    }
}
