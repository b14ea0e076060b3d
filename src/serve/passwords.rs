//! Passwords that need a slow hash: a cache of right passwords, and a short fair queue for the one hashing worker.
//!
//! The order matters. The cache is asked first, so that a known sender never waits for one who guesses; then the
//! throttle, so that guessing costs no hash; then the queue ([`Line`]), in which a sender who comes from the address of
//! their last right password has a place, however many guess from elsewhere. States, times and networks are judged
//! after every answer, cached or not ([`PasswordQuestion::settle`]).

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use quick_cache::sync::Cache;
use tokio::sync::watch;

use crate::credential::Kind;
use crate::secret::Secret;
use crate::vault::{self, Hash, VaultError};
use crate::verify::{Answer, PasswordQuestion};

use super::{
    line::Line,
    metrics::Metrics,
    throttle::{Network, Throttle, Try},
};

/// Entries of the cache of right passwords.
const REMEMBERED: usize = 65_536;
/// Lifetime of an entry in milliseconds: an hour.
const REMEMBERED_FOR: u64 = 3_600_000;
/// Entries of the table of keys and the networks that their right passwords came from.
const KNOWN: usize = 65_536;
/// Timeout of a request in the queue: gateways wait for less.
const PATIENCE: Duration = Duration::from_secs(30);
/// Limit in bytes: a longer password or key than any that is stored is wrong without a hash.
const LONGEST: usize = 1_024;

/// Cache key: a MAC of the password with a key of this process.
type Mark = [u8; 32];

/// The password checker: cache, throttle, queue and worker.
pub(super) struct Passwords {
    /// Random for each process and stored nowhere: the cache means nothing to anybody else.
    key: Secret,
    began: Instant,
    right: Cache<Mark, u64>,
    /// Networks from which a key's password was right before.
    known: Cache<From, ()>,
    throttle: Throttle,
    waiting: Mutex<Waiting>,
    /// Signalled when the queue has a new entry.
    came: Condvar,
    metrics: Arc<Metrics>,
}

/// The queue, and what is being hashed for whom.
#[derive(Default)]
struct Waiting {
    /// Equal requests share one hash.
    asked: HashMap<Mark, watch::Receiver<Option<Answer>>>,
    line: Line<Job>,
}

/// A request for a hash.
struct Job {
    question: Arc<PasswordQuestion>,
    mark: Mark,
    from: From,
    taken: Try,
    reply: watch::Sender<Option<Answer>>,
}

/// Whose password comes from where: a number for the kind and key, whether they exist or not, and a network.
type From = (u64, Network);

/// How a request is answered.
enum Turn {
    Known(Answer),
    Wait(watch::Receiver<Option<Answer>>),
}

impl Passwords {
    /// Starts with an empty cache.
    pub(super) fn new(metrics: Arc<Metrics>) -> Result<Self, VaultError> {
        let mut key = zeroize::Zeroizing::new([0; 32]);
        vault::fill(&mut *key)?;
        Ok(Self {
            key: Secret::new(key.to_vec()),
            began: Instant::now(),
            right: Cache::new(REMEMBERED),
            known: Cache::new(KNOWN),
            throttle: Throttle::new(),
            waiting: Mutex::default(),
            came: Condvar::new(),
            metrics,
        })
    }

    /// Answers a request from the cache, from the throttle, or after a hash.
    pub(super) async fn answer(&self, question: &Arc<PasswordQuestion>) -> Answer {
        let mut reply = match self.turn(question) {
            Turn::Known(answer) => return answer,
            Turn::Wait(reply) => reply,
        };
        // A request that times out is refused; the hash is still done, so that a sender who comes again is known.
        let answer = tokio::time::timeout(PATIENCE, reply.wait_for(Option::is_some)).await;
        answer.ok().and_then(Result::ok).and_then(|answer| *answer).unwrap_or(Answer::Unavailable)
    }

    fn turn(&self, question: &Arc<PasswordQuestion>) -> Turn {
        if let Some((version, _)) = question.secrets().find(|secret| self.is_remembered(question, *secret)) {
            self.metrics.remembered.fetch_add(1, Ordering::Relaxed);
            return Turn::Known(Answer::Right { version });
        }
        if question.password().len().max(question.key().len()) > LONGEST {
            return Turn::Known(Answer::Wrong);
        }
        let mark = self.question_mark(question);
        let from = self.from(question);
        let mut waiting = self.waiting();
        if let Some(reply) = waiting.asked.get(&mark) {
            return Turn::Wait(reply.clone());
        }
        let known = self.known.get(&from).is_some();
        if !waiting.line.has_room(from.1, known) {
            return Turn::Known(Answer::Throttled);
        }
        let Some(taken) = self.throttle.take(from.0, from.1, known, self.now()) else {
            return Turn::Known(Answer::Throttled);
        };
        let (reply, receiver) = watch::channel(None);
        waiting.line.join(from.1, known, Job { question: question.clone(), mark, from, taken, reply });
        waiting.asked.insert(mark, receiver.clone());
        self.came.notify_one();
        self.metrics.hash_queue.store(waiting.asked.len() as u64, Ordering::Relaxed);
        Turn::Wait(receiver)
    }

    /// The worker loop; runs on a thread of its own and never returns.
    pub(super) fn work(&self) {
        loop {
            let job = self.next();
            let answer = job.question.answer().unwrap_or_else(|why| {
                tracing::error!(error = %why, "a password could not be hashed");
                Answer::Unavailable
            });
            self.metrics.hashes.fetch_add(1, Ordering::Relaxed);
            if let Answer::Right { version } = answer {
                let right = job.question.secrets().find(|(of, _)| *of == version);
                right.into_iter().for_each(|secret| self.remember(self.right_mark(&job.question, secret)));
                self.known.insert(job.from, ());
                job.taken.take_back();
            }
            self.done(&job.mark);
            // The client may have left.
            let _ = job.reply.send(Some(answer));
        }
    }

    /// Waits for the next request in the queue.
    fn next(&self) -> Job {
        let mut waiting = self.waiting();
        loop {
            match waiting.line.next() {
                Some(job) => return job,
                None => waiting = self.came.wait(waiting).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn done(&self, mark: &Mark) {
        let mut waiting = self.waiting();
        waiting.asked.remove(mark);
        self.metrics.hash_queue.store(waiting.asked.len() as u64, Ordering::Relaxed);
    }

    fn is_remembered(&self, question: &PasswordQuestion, secret: (u32, &str)) -> bool {
        let mark = self.right_mark(question, secret);
        let Some(until) = self.right.get(&mark).filter(|until| self.now() < *until) else { return false };
        if until < self.now() + REMEMBERED_FOR / 2 {
            // A sender who comes again and again is not hashed again and again.
            self.remember(mark);
        }
        true
    }

    fn remember(&self, mark: Mark) {
        self.right.insert(mark, self.now() + REMEMBERED_FOR);
    }

    /// Records where a password was last right, as known from before this process.
    pub(super) fn was_right(&self, kind: Kind, key: &str, client: IpAddr) {
        self.known.insert((self.account(kind, key.as_bytes()), Network::of(Some(client))), ());
    }

    fn from(&self, question: &PasswordQuestion) -> From {
        (self.account(question.kind(), question.key()), Network::of(question.client()))
    }

    fn right_mark(&self, question: &PasswordQuestion, (version, kept): (u32, &str)) -> Mark {
        let row = question.row().unwrap_or_default();
        self.mark(&[b"right", row.as_bytes(), &version.to_be_bytes(), kept.as_bytes()], question)
    }

    /// Key of the requests that one hash answers: about the same secrets of the same row. The same name is not enough,
    /// since another desk may be put in place while one waits.
    fn question_mark(&self, question: &PasswordQuestion) -> Mark {
        let row = question.row().map(|row| row.into_bytes());
        let row: &[u8] = row.as_ref().map_or(&[], |row| row);
        let secrets: Vec<_> = question.secrets().map(|(version, kept)| (version.to_be_bytes(), kept)).collect();
        let mut parts = vec![b"question", question.kind().as_str().as_bytes(), question.key(), row];
        parts.extend(secrets.iter().flat_map(|(version, kept)| [&version[..], kept.as_bytes()]));
        self.mark(&parts, question)
    }

    /// MAC over some parts and the password.
    fn mark(&self, parts: &[&[u8]], question: &PasswordQuestion) -> Mark {
        let password = question.password().expose();
        let length = parts.iter().map(|part| part.len() + 8).sum::<usize>() + password.len() + 8;
        // With all the room that it needs it leaves no copy behind.
        let mut message = zeroize::Zeroizing::new(Vec::with_capacity(length));
        for part in parts.iter().copied().chain([password]) {
            message.extend_from_slice(&(part.len() as u64).to_be_bytes());
            message.extend_from_slice(part);
        }
        self.mac(&message)
    }

    /// A number for a kind and key, whether they exist or not.
    fn account(&self, kind: Kind, key: &[u8]) -> u64 {
        let mark = self.mac(&[kind.as_str().as_bytes(), b" ", key].concat());
        u64::from_be_bytes(mark[..8].try_into().unwrap_or_default())
    }

    fn mac(&self, message: &[u8]) -> Mark {
        let mac = Hash::Sha256.mac(self.key.expose(), message);
        let mut mark = [0; 32];
        mark.copy_from_slice(mac.as_bytes());
        mark
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

    /// A question about a name that does not exist, from an address.
    fn question(snapshot: &Snapshot, name: &str, client: &str) -> Arc<PasswordQuestion> {
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
            Decision::NeedsPassword(question) => Arc::new(question),
            Decision::Verdict(verdict) => panic!("{verdict:?}"),
        }
    }

    #[test]
    fn equal_questions_wait_for_one_hash_and_different_ones_in_the_line() {
        let snapshot = Snapshot::of([]).unwrap();
        let passwords = Passwords::new(Arc::new(Metrics::new())).unwrap();
        let ask = |name: &str, client: &str| passwords.turn(&question(&snapshot, name, client));
        let waits = |turn: Turn| matches!(turn, Turn::Wait(_));
        assert!((0..50).all(|_| waits(ask("real", "203.0.113.9"))));
        assert_eq!(passwords.waiting().asked.len(), 1);
        let taken = (0..50).filter(|n| waits(ask(&format!("guess{n}"), "198.51.100.7"))).count();
        assert!(taken > 0 && taken < 50, "{taken}");
        assert_eq!(passwords.waiting().asked.len(), taken + 1);
    }

    #[test]
    fn another_desk_in_its_place_is_not_answered_by_the_hash_of_the_one_before() {
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
                assert!(matches!(passwords.turn(&question(&snapshot, "real", "203.0.113.9")), Turn::Wait(_)));
            }
        }
        assert_eq!(passwords.waiting().asked.len(), 3);
    }

    #[test]
    fn whoever_was_right_there_before_has_a_place_however_many_guess() {
        let snapshot = Snapshot::of([]).unwrap();
        let passwords = Passwords::new(Arc::new(Metrics::new())).unwrap();
        let ask = |name: &str, client: &str| passwords.turn(&question(&snapshot, name, client));
        let waits = |turn: Turn| matches!(turn, Turn::Wait(_));
        for n in 0..500 {
            ask(&format!("name{n}"), &format!("198.{}.{}.7", n / 250, n % 250));
        }
        assert!(!waits(ask("real", "203.0.113.9")), "the line is full");
        passwords.was_right(Kind::Legacy, "real", "203.0.113.9".parse().unwrap());
        assert!(!waits(ask("real", "192.0.2.1")) && !waits(ask("other", "203.0.113.9")), "that key and place alone");
        assert!(waits(ask("real", "203.0.113.9")));
    }

    #[test]
    fn what_is_used_is_remembered_on_and_what_is_not_is_forgotten() {
        let snapshot = Snapshot::of([]).unwrap();
        let passwords = Passwords::new(Arc::new(Metrics::new())).unwrap();
        let asked = question(&snapshot, "real", "203.0.113.9");
        let mark = passwords.right_mark(&asked, (1, "kept"));
        let until = || passwords.right.get(&mark).unwrap();
        assert!(!passwords.is_remembered(&asked, (1, "kept")));
        passwords.right.insert(mark, passwords.now() + REMEMBERED_FOR / 2 - 1);
        assert!(passwords.is_remembered(&asked, (1, "kept")) && until() >= REMEMBERED_FOR);
        let whole = until();
        assert!(passwords.is_remembered(&asked, (1, "kept")) && until() == whole, "once in half an hour is enough");
        passwords.right.insert(mark, 0);
        assert!(!passwords.is_remembered(&asked, (1, "kept")));
    }
}
