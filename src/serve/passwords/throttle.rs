//! Rate limit for password hashes: checked before the hash, so that guesses cost the guesser only.
//!
//! Attempts are counted by key and network, so that an address that guesses locks out only itself; and by key and
//! neighbourhood, because a client with one address often has many nearby.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::sync::Cache;

/// Wrong passwords for one key from one network.
const PER_NETWORK: Rate = Rate { burst: 5, interval: 10_000 };
/// Wrong passwords for one key from one neighbourhood.
const PER_NEIGHBOURHOOD: Rate = Rate { burst: 25, interval: 2_000 };
/// Pairs of key and network that are remembered.
const CAPACITY: usize = 65_536;

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
    by_network: Cache<(u64, Network), Bucket>,
    by_neighbourhood: Cache<(u64, Neighbourhood), Bucket>,
}

/// The millisecond at which the bucket is empty again.
type Bucket = Arc<AtomicU64>;

/// An attempt that was admitted; refunded when the password was right.
#[derive(Debug)]
pub(super) struct Attempt {
    own: Charge,
    near: Option<Charge>,
}

/// A limit: so many at once, and one more after each interval in milliseconds.
struct Rate {
    burst: u64,
    interval: u64,
}

/// What an attempt put into a bucket.
#[derive(Debug)]
struct Charge {
    bucket: Bucket,
    amount: u64,
}

impl Attempt {
    /// The password was right: it does not count.
    pub(super) fn refund(self) {
        std::iter::once(self.own).chain(self.near).for_each(Charge::refund);
    }
}

impl Throttle {
    pub(super) fn new() -> Self {
        Self { by_network: Cache::new(CAPACITY), by_neighbourhood: Cache::new(CAPACITY) }
    }

    /// Admits one attempt at the millisecond `now`, if the limits allow. The neighbourhood's does not count where the same
    /// key was right before.
    pub(super) fn admit(&self, key: u64, network: Network, known: bool, now: u64) -> Option<Attempt> {
        let near = match known {
            true => None,
            // First, so that an exhausted neighbourhood takes no entries from others.
            false => {
                let bucket = bucket(&self.by_neighbourhood, (key, Neighbourhood::of(network)))?;
                Some(PER_NEIGHBOURHOOD.charge(bucket, now)?)
            }
        };
        let own = bucket(&self.by_network, (key, network)).and_then(|bucket| PER_NETWORK.charge(bucket, now));
        let Some(own) = own else {
            // Nothing is hashed, so nothing counts.
            near.into_iter().for_each(Charge::refund);
            return None;
        };
        Some(Attempt { own, near })
    }
}

fn bucket<K: Eq + std::hash::Hash + Clone>(buckets: &Cache<K, Bucket>, place: K) -> Option<Bucket> {
    buckets.get_or_insert_with(&place, || Ok::<_, ()>(Arc::default())).ok()
}

impl Rate {
    /// Puts one attempt into the bucket, unless it would overflow.
    fn charge(&self, bucket: Bucket, now: u64) -> Option<Charge> {
        let fuller = |until: u64| {
            let next = until.max(now) + self.interval;
            (next <= now + self.burst * self.interval).then_some(next)
        };
        bucket.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fuller).ok()?;
        Some(Charge { bucket, amount: self.interval })
    }
}

impl Charge {
    fn refund(self) {
        self.bucket.fetch_sub(self.amount, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        Network::of(text.parse().ok())
    }

    #[test]
    fn five_wrong_passwords_then_one_every_ten_seconds() {
        let (throttle, here) = (Throttle::new(), network("203.0.113.9"));
        let mut now = 1_000;
        for _ in 0..PER_NETWORK.burst {
            assert!(throttle.admit(7, here, false, now).is_some());
        }
        assert!(throttle.admit(7, here, false, now).is_none());
        now += PER_NETWORK.interval;
        assert!(throttle.admit(7, here, false, now).is_some());
        assert!(throttle.admit(7, here, false, now).is_none());
        assert!(throttle.admit(8, here, false, now).is_some(), "another key");
        assert!(throttle.admit(7, network("203.0.113.10"), false, now).is_some(), "another address");
        now += 100 * PER_NETWORK.interval;
        for _ in 0..PER_NETWORK.burst {
            assert!(throttle.admit(7, here, false, now).is_some());
        }
        assert!(throttle.admit(7, here, false, now).is_none(), "a long rest saves up no more than the burst");
    }

    #[test]
    fn a_right_password_is_refunded() {
        let (throttle, here) = (Throttle::new(), network("203.0.113.9"));
        for _ in 0..100 {
            throttle.admit(7, here, false, 5).unwrap().refund();
        }
    }

    #[test]
    fn neighbours_share_a_limit_of_their_own() {
        for (from, other) in [("2001:db8:1:", "2001:db8:2::1"), ("198.51.100.", "198.51.101.1")] {
            let throttle = Throttle::new();
            let end = if from.contains(':') { "::1" } else { "" };
            let take = |n: u64, now: u64| throttle.admit(7, network(&format!("{from}{n}{end}")), false, now).is_some();
            assert_eq!((0..200).filter(|n| take(*n, 1_000)).count() as u64, PER_NEIGHBOURHOOD.burst, "{from}");
            assert_eq!((0..200).filter(|n| take(*n, 1_000 + PER_NEIGHBOURHOOD.interval)).count(), 1);
            assert!(throttle.admit(7, network(other), false, 1_000).is_some(), "{other} is another");
            let here = network(&format!("{from}9{end}"));
            assert!(
                throttle.admit(7, here, true, 1_000).is_some(),
                "the neighbourhood of a known client does not count"
            );
            assert!(throttle.admit(8, network(&format!("{from}9{end}")), false, 1_000).is_some(), "another key");
        }
    }

    #[test]
    fn an_address_belongs_to_its_network() {
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("203.0.113.9"), network("203.0.113.8"));
        assert_eq!(network("::ffff:203.0.113.9"), network("203.0.113.9"));
    }
}
