//! Rate limit for password hashes: checked before the hash, so that guessing costs the guesser and nobody else.
//!
//! Tries are counted by key and network, so that an address that guesses locks out only itself; and by key and
//! neighbourhood, because whoever has one address often has many beside it.

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
/// Wrong passwords for one key from one neighbourhood before it has to wait.
const BURST_OF_ALL: u64 = 25;
/// Milliseconds for each further one of a neighbourhood.
const PACE_OF_ALL: u64 = 2_000;
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

/// The networks around one that the same subscriber may have: the /24 of an IPv4 address, the /48 of an IPv6 one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Neighbourhood(u64);

impl Neighbourhood {
    pub(super) fn of(Network(network): Network) -> Self {
        match u32::try_from(network) {
            Ok(address) => Self(u64::from(address >> 8)),
            Err(_) => Self(network >> 16),
        }
    }
}

/// Leaky buckets, one by key and network and one by key and neighbourhood, each a single number.
#[derive(Debug)]
pub(super) struct Throttle {
    tries: Cache<(u64, Network), Bucket>,
    of_all: Cache<(u64, Neighbourhood), Bucket>,
}

/// The millisecond at which the bucket is empty again.
type Bucket = Arc<AtomicU64>;

/// A try that was admitted; refunded when the password was right.
#[derive(Debug)]
pub(super) struct Try {
    own: Filled,
    near: Option<Filled>,
}

/// A bucket and the amount that was put into it.
type Filled = (Bucket, u64);

impl Try {
    /// The password was right: refunds the try.
    pub(super) fn take_back(self) {
        std::iter::once(self.own).chain(self.near).for_each(empty);
    }
}

impl Throttle {
    pub(super) fn new() -> Self {
        Self { tries: Cache::new(REMEMBERED), of_all: Cache::new(REMEMBERED) }
    }

    /// Takes one try at the millisecond `now`, if there is one left. The neighbourhood does not count where the same
    /// key was right before.
    pub(super) fn take(&self, key: u64, network: Network, known: bool, now: u64) -> Option<Try> {
        let near = match known {
            true => None,
            // First, so that a neighbourhood that has no more takes no room from others.
            false => {
                Some(fill(bucket(&self.of_all, (key, Neighbourhood::of(network)))?, (BURST_OF_ALL, PACE_OF_ALL), now)?)
            }
        };
        let Some(own) = bucket(&self.tries, (key, network)).and_then(|own| fill(own, (BURST, PACE), now)) else {
            // Nothing is hashed, so nothing counts.
            near.into_iter().for_each(empty);
            return None;
        };
        Some(Try { own, near })
    }
}

fn bucket<K: Eq + std::hash::Hash + Clone>(buckets: &Cache<K, Bucket>, place: K) -> Option<Bucket> {
    buckets.get_or_insert_with(&place, || Ok::<_, ()>(Arc::default())).ok()
}

/// Fills the bucket by one try; returns the bucket and the amount.
fn fill(bucket: Bucket, (burst, pace): (u64, u64), now: u64) -> Option<Filled> {
    let fuller = |until: u64| {
        let next = until.max(now) + pace;
        (next <= now + burst * pace).then_some(next)
    };
    bucket.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fuller).ok()?;
    Some((bucket, pace))
}

fn empty((bucket, pace): Filled) {
    bucket.fetch_sub(pace, Ordering::Relaxed);
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
            assert!(throttle.take(7, here, false, now).is_some());
        }
        assert!(throttle.take(7, here, false, now).is_none());
        now += PACE;
        assert!(throttle.take(7, here, false, now).is_some());
        assert!(throttle.take(7, here, false, now).is_none());
        assert!(throttle.take(8, here, false, now).is_some(), "another key");
        assert!(throttle.take(7, network("203.0.113.10"), false, now).is_some(), "another address");
        now += 100 * PACE;
        for _ in 0..BURST {
            assert!(throttle.take(7, here, false, now).is_some());
        }
        assert!(throttle.take(7, here, false, now).is_none(), "a long rest saves up no more than the burst");
    }

    #[test]
    fn a_right_password_counts_for_nothing() {
        let (throttle, here) = (Throttle::new(), network("203.0.113.9"));
        for _ in 0..100 {
            throttle.take(7, here, false, 5).unwrap().take_back();
        }
    }

    #[test]
    fn neighbours_together_have_not_many_more() {
        for (from, other) in [("2001:db8:1:", "2001:db8:2::1"), ("198.51.100.", "198.51.101.1")] {
            let throttle = Throttle::new();
            let end = if from.contains(':') { "::1" } else { "" };
            let take = |n: u64, now: u64| throttle.take(7, network(&format!("{from}{n}{end}")), false, now).is_some();
            assert_eq!((0..200).filter(|n| take(*n, 1_000)).count() as u64, BURST_OF_ALL, "{from}");
            assert_eq!((0..200).filter(|n| take(*n, 1_000 + PACE_OF_ALL)).count(), 1);
            assert!(throttle.take(7, network(other), false, 1_000).is_some(), "{other} is another");
            let here = network(&format!("{from}9{end}"));
            assert!(throttle.take(7, here, true, 1_000).is_some(), "the neighbours of who is known count for nothing");
            assert!(throttle.take(8, network(&format!("{from}9{end}")), false, 1_000).is_some(), "another key");
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
