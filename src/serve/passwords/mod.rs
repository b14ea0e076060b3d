//! Passwords that need a slow hash: a cache of right passwords, and a short fair queue for the one hashing thread.
//!
//! The order matters. The cache comes first, so that a known client never waits for those who guess; then the throttle,
//! so that guessing costs no hash; then the queue ([`FairQueue`]), in which a client at the address of its last right
//! password has a place, however many guess from elsewhere. States, times and networks are judged after every outcome,
//! cached or not ([`PasswordCheck::resolve`]).

mod hash_queue;
mod throttle;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use quick_cache::sync::Cache;
use tokio::sync::watch;

use crate::credential::Kind;
use crate::secret::Secret;
use crate::vault::{self, Hash, VaultError};
use crate::verify::{CheckOutcome, PasswordCheck};

use crate::serve::passwords::hash_queue::FairQueue;
use crate::serve::passwords::throttle::{Attempt, Network, Throttle};
use crate::serve::telemetry::metrics::Metrics;

/// Entries of the cache of right passwords.
const CACHE_CAPACITY: usize = 65_536;
/// Lifetime of an entry in milliseconds: an hour.
const CACHED_FOR: u64 = 3_600_000;
/// Entries of the table of keys and the networks that their right passwords came from.
const KNOWN_CAPACITY: usize = 65_536;
/// Timeout of a request in the queue: gateways wait for less.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(30);
/// Limit in bytes: a longer password or key than any that is stored is wrong without a hash.
const MAX_LENGTH: usize = 1_024;

/// Cache key: a MAC of the password with a key of this process.
type Mac = [u8; 32];

/// The password checker: cache, throttle, queue and hashing thread.
pub(super) struct Passwords {
    /// Random for each process and stored nowhere: the cache means nothing to anybody else.
    key: Secret,
    began: Instant,
    right: Cache<Mac, u64>,
    /// Networks from which a key's password was right before.
    known: Cache<Source, ()>,
    throttle: Throttle,
    waiting: Mutex<Waiting>,
    /// Signalled when the queue has a new entry.
    not_empty: Condvar,
    metrics: Arc<Metrics>,
}

/// The queue, and what is being hashed for whom.
#[derive(Default)]
struct Waiting {
    /// Equal requests share one hash.
    in_flight: HashMap<Mac, watch::Receiver<Option<CheckOutcome>>>,
    queue: FairQueue<HashJob>,
}

/// A request for a hash.
struct HashJob {
    check: Arc<PasswordCheck>,
    mac: Mac,
    source: Source,
    attempt: Attempt,
    reply: watch::Sender<Option<CheckOutcome>>,
}

/// Where a password comes from: a number for its kind and key, whether they exist or not, and the client's network.
type Source = (u64, Network);

/// The outcome, or where to wait for it.
enum CacheLookup {
    Done(CheckOutcome),
    Queued(watch::Receiver<Option<CheckOutcome>>),
}

impl Passwords {
    /// Starts with an empty cache.
    pub(super) fn new(metrics: Arc<Metrics>) -> Result<Self, VaultError> {
        let mut key = zeroize::Zeroizing::new([0; 32]);
        vault::fill(&mut *key)?;
        Ok(Self {
            key: Secret::new(key.to_vec()),
            began: Instant::now(),
            right: Cache::new(CACHE_CAPACITY),
            known: Cache::new(KNOWN_CAPACITY),
            throttle: Throttle::new(),
            waiting: Mutex::default(),
            not_empty: Condvar::new(),
            metrics,
        })
    }

    /// Finds the outcome in the cache, by the throttle, or by a hash.
    pub(super) async fn check(&self, check: &Arc<PasswordCheck>) -> CheckOutcome {
        let mut reply = match self.look_up(check) {
            CacheLookup::Done(outcome) => return outcome,
            CacheLookup::Queued(reply) => reply,
        };
        // A request that times out is refused. Its hash is still computed, so that the client is known when it tries again.
        let outcome = tokio::time::timeout(QUEUE_TIMEOUT, reply.wait_for(Option::is_some)).await;
        outcome.ok().and_then(Result::ok).and_then(|outcome| *outcome).unwrap_or(CheckOutcome::Unavailable)
    }

    fn look_up(&self, check: &Arc<PasswordCheck>) -> CacheLookup {
        if let Some((version, _)) = check.secrets().find(|secret| self.is_cached(check, *secret)) {
            self.metrics.remembered.fetch_add(1, Ordering::Relaxed);
            return CacheLookup::Done(CheckOutcome::Right { version });
        }
        if check.password().len().max(check.key().len()) > MAX_LENGTH {
            return CacheLookup::Done(CheckOutcome::Wrong);
        }
        let mac = self.request_mac(check);
        let source = self.source(check);
        let mut waiting = self.waiting();
        if let Some(reply) = waiting.in_flight.get(&mac) {
            return CacheLookup::Queued(reply.clone());
        }
        let known = self.known.get(&source).is_some();
        if !waiting.queue.has_room(source.1, known) {
            return CacheLookup::Done(CheckOutcome::Throttled);
        }
        let Some(attempt) = self.throttle.admit(source.0, source.1, known, self.now()) else {
            return CacheLookup::Done(CheckOutcome::Throttled);
        };
        let (reply, receiver) = watch::channel(None);
        waiting.queue.push(source.1, known, HashJob { check: check.clone(), mac, source, attempt, reply });
        waiting.in_flight.insert(mac, receiver.clone());
        self.not_empty.notify_one();
        self.metrics.hash_queue.store(waiting.in_flight.len() as u64, Ordering::Relaxed);
        CacheLookup::Queued(receiver)
    }

    /// Hashes for ever; on a thread of its own.
    pub(super) fn work(&self) {
        loop {
            let job = self.next();
            let outcome = job.check.run().unwrap_or_else(|why| {
                tracing::error!(error = %why, "a password could not be hashed");
                CheckOutcome::Unavailable
            });
            self.metrics.hashes.fetch_add(1, Ordering::Relaxed);
            if let CheckOutcome::Right { version } = outcome {
                let right = job.check.secrets().find(|(of, _)| *of == version);
                right.into_iter().for_each(|secret| self.cache(self.right_mac(&job.check, secret)));
                self.known.insert(job.source, ());
                job.attempt.refund();
            }
            self.done(&job.mac);
            // The client may have left.
            let _ = job.reply.send(Some(outcome));
        }
    }

    /// Waits for the next request in the queue.
    fn next(&self) -> HashJob {
        let mut waiting = self.waiting();
        loop {
            match waiting.queue.pop() {
                Some(job) => return job,
                None => waiting = self.not_empty.wait(waiting).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn done(&self, mac: &Mac) {
        let mut waiting = self.waiting();
        waiting.in_flight.remove(mac);
        self.metrics.hash_queue.store(waiting.in_flight.len() as u64, Ordering::Relaxed);
    }

    fn is_cached(&self, check: &PasswordCheck, secret: (u32, &str)) -> bool {
        let mac = self.right_mac(check, secret);
        let Some(until) = self.right.get(&mac).filter(|until| self.now() < *until) else { return false };
        if until < self.now() + CACHED_FOR / 2 {
            // A client that keeps sending requests never needs another hash.
            self.cache(mac);
        }
        true
    }

    fn cache(&self, mac: Mac) {
        self.right.insert(mac, self.now() + CACHED_FOR);
    }

    /// Records where a password was last right, as known from before this process.
    pub(super) fn add_known(&self, kind: Kind, key: &str, client: IpAddr) {
        self.known.insert((self.key_number(kind, key.as_bytes()), Network::of(Some(client))), ());
    }

    fn source(&self, check: &PasswordCheck) -> Source {
        (self.key_number(check.kind(), check.key()), Network::of(check.client()))
    }

    fn right_mac(&self, check: &PasswordCheck, (version, kept): (u32, &str)) -> Mac {
        let row = check.row().unwrap_or_default();
        self.mac(&[b"right", row.as_bytes(), &version.to_be_bytes(), kept.as_bytes()], check)
    }

    /// Identifies the requests that share one hash: the same password for the same secrets of the same row. The name is not
    /// enough, since another desk may be put in place while one waits.
    fn request_mac(&self, check: &PasswordCheck) -> Mac {
        let row = check.row().map(|row| row.into_bytes());
        let row: &[u8] = row.as_ref().map_or(&[], |row| row);
        let secrets: Vec<_> = check.secrets().map(|(version, kept)| (version.to_be_bytes(), kept)).collect();
        let mut parts = vec![b"request", check.kind().as_str().as_bytes(), check.key(), row];
        parts.extend(secrets.iter().flat_map(|(version, kept)| [&version[..], kept.as_bytes()]));
        self.mac(&parts, check)
    }

    /// MAC over some parts and the password.
    fn mac(&self, parts: &[&[u8]], check: &PasswordCheck) -> Mac {
        let password = check.password().expose();
        let length = parts.iter().map(|part| part.len() + 8).sum::<usize>() + password.len() + 8;
        // Allocated once: a vector that grows leaves copies behind.
        let mut message = zeroize::Zeroizing::new(Vec::with_capacity(length));
        for part in parts.iter().copied().chain([password]) {
            message.extend_from_slice(&(part.len() as u64).to_be_bytes());
            message.extend_from_slice(part);
        }
        self.keyed_hash(&message)
    }

    /// A number for a kind and key, whether they exist or not.
    fn key_number(&self, kind: Kind, key: &[u8]) -> u64 {
        let mac = self.keyed_hash(&[kind.as_str().as_bytes(), b" ", key].concat());
        u64::from_be_bytes(mac[..8].try_into().unwrap_or_default())
    }

    fn keyed_hash(&self, message: &[u8]) -> Mac {
        let hash = Hash::Sha256.mac(self.key.expose(), message);
        let mut mac = [0; 32];
        mac.copy_from_slice(hash.as_bytes());
        mac
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// A thread that panicked while it held the lock left the queue consistent: each change is one step.
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::time::Seconds;
    use crate::vault::Stored;
    use crate::verify::{Body, Decision, Entry, Field, Request, Scheme, Snapshot, Surface, Version, decide};

    /// A check of a name that does not exist, from an address.
    fn check(snapshot: &Snapshot, name: &str, client: &str) -> Arc<PasswordCheck> {
        let body = format!("m4u\r\nUSER={name}\r\nPASSWORD=Wrong123\r\n");
        let fields: [Field<'_>; 0] = [];
        let request = Request {
            surface: Surface::Legacy,
            method: b"POST",
            target: b"/",
            fields: &fields,
            body: Body::Visible(body.as_bytes()),
            version: Version::Http11,
            scheme: Scheme::Http,
            client: Some(client.as_bytes()),
        };
        match decide(&request, snapshot, Seconds(1)) {
            Decision::NeedsPassword(check) => Arc::new(check),
            Decision::Verdict(verdict) => panic!("{verdict:?}"),
        }
    }

    #[test]
    fn equal_requests_share_one_hash_and_others_queue() {
        let snapshot = Snapshot::of([]).unwrap();
        let passwords = Passwords::new(Arc::new(Metrics::new())).unwrap();
        let ask = |name: &str, client: &str| passwords.look_up(&check(&snapshot, name, client));
        let waits = |lookup: CacheLookup| matches!(lookup, CacheLookup::Queued(_));
        assert!((0..50).all(|_| waits(ask("real", "203.0.113.9"))));
        assert_eq!(passwords.waiting().in_flight.len(), 1);
        let taken = (0..50).filter(|n| waits(ask(&format!("guess{n}"), "198.51.100.7"))).count();
        assert!(taken > 0 && taken < 50, "{taken}");
        assert_eq!(passwords.waiting().in_flight.len(), taken + 1);
    }

    #[test]
    fn a_hash_is_not_shared_with_another_desk() {
        let passwords = Passwords::new(Arc::new(Metrics::new())).unwrap();
        let desk = |row: u128| {
            let entry = Entry {
                row: uuid::Uuid::from_u128(row),
                ..Entry::new(Kind::Legacy, "real", Stored::Argon2("kept".into()))
            };
            Snapshot::of([&entry]).unwrap()
        };
        for snapshot in [desk(1), desk(2), Snapshot::of([]).unwrap()] {
            for _ in 0..2 {
                assert!(matches!(passwords.look_up(&check(&snapshot, "real", "203.0.113.9")), CacheLookup::Queued(_)));
            }
        }
        assert_eq!(passwords.waiting().in_flight.len(), 3);
    }

    #[test]
    fn a_known_client_gets_a_place_however_many_others_guess() {
        let snapshot = Snapshot::of([]).unwrap();
        let passwords = Passwords::new(Arc::new(Metrics::new())).unwrap();
        let ask = |name: &str, client: &str| passwords.look_up(&check(&snapshot, name, client));
        let waits = |lookup: CacheLookup| matches!(lookup, CacheLookup::Queued(_));
        for n in 0..500 {
            ask(&format!("name{n}"), &format!("198.{}.{}.7", n / 250, n % 250));
        }
        assert!(!waits(ask("real", "203.0.113.9")), "the queue is full");
        passwords.add_known(Kind::Legacy, "real", "203.0.113.9".parse().unwrap());
        assert!(
            !waits(ask("real", "192.0.2.1")) && !waits(ask("other", "203.0.113.9")),
            "only for that key from that address"
        );
        assert!(waits(ask("real", "203.0.113.9")));
    }

    #[test]
    fn a_cached_password_that_is_used_stays_cached() {
        let snapshot = Snapshot::of([]).unwrap();
        let passwords = Passwords::new(Arc::new(Metrics::new())).unwrap();
        let asked = check(&snapshot, "real", "203.0.113.9");
        let mac = passwords.right_mac(&asked, (1, "kept"));
        let until = || passwords.right.get(&mac).unwrap();
        assert!(!passwords.is_cached(&asked, (1, "kept")));
        passwords.right.insert(mac, passwords.now() + CACHED_FOR / 2 - 1);
        assert!(passwords.is_cached(&asked, (1, "kept")) && until() >= CACHED_FOR);
        let whole = until();
        assert!(passwords.is_cached(&asked, (1, "kept")) && until() == whole, "once in half an hour is enough");
        passwords.right.insert(mac, 0);
        assert!(!passwords.is_cached(&asked, (1, "kept")));
    }
}
