//! Passwords that need a slow hash: what was right is remembered, the rest waits in a short line for one worker.
//!
//! The order matters. The memory is asked first, so that a sender who is known never waits for one who guesses; then the
//! throttle, so that guessing costs no hash; then the line, which is short for everybody, shorter for each network, and
//! serves the networks in turn, so that one question waits for one of each other network and not for all that came first.
//! States, times and networks are judged after every answer, remembered or not ([`PasswordQuestion::settle`]).

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use quick_cache::sync::Cache;
use tokio::sync::watch;

use crate::secret::Secret;
use crate::vault::{self, Hash, VaultError};
use crate::verify::{Answer, PasswordQuestion};

use super::{
    metrics::Metrics,
    throttle::{Network, Throttle, Try},
};

/// Right passwords that are remembered.
const REMEMBERED: usize = 65_536;
/// For how many milliseconds: an hour.
const REMEMBERED_FOR: u64 = 3_600_000;
/// Questions in the line.
const LINE: usize = 64;
/// Of those, from one network.
const LINE_OF_ONE: usize = 8;
/// How long a question waits: gateways wait for less.
const PATIENCE: Duration = Duration::from_secs(30);
/// A password longer than any that is stored is wrong without a hash.
const LONGEST: usize = 1_024;

/// What is remembered of a password: a MAC with the key of this process.
type Mark = [u8; 32];

/// Answers questions about passwords.
pub(super) struct Passwords {
    /// Drawn at the start and kept nowhere: what is remembered means nothing to anybody else.
    key: Secret,
    began: Instant,
    right: Cache<Mark, u64>,
    throttle: Throttle,
    line: Mutex<Line>,
    /// Somebody came into the line.
    came: Condvar,
    metrics: Arc<Metrics>,
}

/// Who waits.
#[derive(Default)]
struct Line {
    /// Equal questions wait for one hash.
    asked: HashMap<Mark, watch::Receiver<Option<Answer>>>,
    by_network: HashMap<Network, VecDeque<Job>>,
    /// The networks that have somebody in the line, whose turn it is first.
    turns: VecDeque<Network>,
}

impl Line {
    fn waiting(&self, network: Network) -> usize {
        self.by_network.get(&network).map_or(0, VecDeque::len)
    }

    fn join(&mut self, job: Job, reply: watch::Receiver<Option<Answer>>) {
        self.asked.insert(job.mark, reply);
        let queue = self.by_network.entry(job.network).or_default();
        if queue.is_empty() {
            self.turns.push_back(job.network);
        }
        queue.push_back(job);
    }

    /// One of the network whose turn it is; its next has to wait for all others.
    fn next(&mut self) -> Option<Job> {
        let network = self.turns.pop_front()?;
        let queue = self.by_network.get_mut(&network)?;
        let job = queue.pop_front();
        match queue.is_empty() {
            true => _ = self.by_network.remove(&network),
            false => self.turns.push_back(network),
        }
        job
    }
}

/// A question on its way to the worker.
struct Job {
    question: Arc<PasswordQuestion>,
    mark: Mark,
    network: Network,
    taken: Try,
    reply: watch::Sender<Option<Answer>>,
}

/// What is to be done about a question.
enum Turn {
    Known(Answer),
    Wait(watch::Receiver<Option<Answer>>),
}

impl Passwords {
    /// With nothing remembered.
    pub(super) fn new(metrics: Arc<Metrics>) -> Result<Self, VaultError> {
        let mut key = zeroize::Zeroizing::new([0; 32]);
        vault::fill(&mut *key)?;
        Ok(Self {
            key: Secret::new(key.to_vec()),
            began: Instant::now(),
            right: Cache::new(REMEMBERED),
            throttle: Throttle::new(),
            line: Mutex::default(),
            came: Condvar::new(),
            metrics,
        })
    }

    /// The answer to a question.
    pub(super) async fn answer(&self, question: &Arc<PasswordQuestion>) -> Answer {
        let mut reply = match self.turn(question) {
            Turn::Known(answer) => return answer,
            Turn::Wait(reply) => reply,
        };
        // Whoever waited in vain is refused; the hash is still done, so that a sender who comes again is known.
        let answer = tokio::time::timeout(PATIENCE, reply.wait_for(Option::is_some)).await;
        answer.ok().and_then(Result::ok).and_then(|answer| *answer).unwrap_or(Answer::Unavailable)
    }

    fn turn(&self, question: &Arc<PasswordQuestion>) -> Turn {
        if let Some((version, _)) = question.secrets().find(|secret| self.is_remembered(question, *secret)) {
            self.metrics.remembered.fetch_add(1, Ordering::Relaxed);
            return Turn::Known(Answer::Right { version });
        }
        if question.password().len() > LONGEST {
            return Turn::Known(Answer::Wrong);
        }
        let mark = self.mark(b"question", question.kind().as_str().as_bytes(), question.key(), question);
        let network = Network::of(question.client());
        let mut line = self.line();
        if let Some(reply) = line.asked.get(&mark) {
            return Turn::Wait(reply.clone());
        }
        if line.waiting(network) >= LINE_OF_ONE || line.asked.len() >= LINE {
            return Turn::Known(Answer::Throttled);
        }
        let Some(taken) = self.throttle.take(self.account(question), network, self.now()) else {
            return Turn::Known(Answer::Throttled);
        };
        let (reply, receiver) = watch::channel(None);
        line.join(Job { question: question.clone(), mark, network, taken, reply }, receiver.clone());
        self.came.notify_one();
        self.metrics.hash_queue.store(line.asked.len() as u64, Ordering::Relaxed);
        Turn::Wait(receiver)
    }

    /// Hashes for ever. Runs on a thread of its own.
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
                right.into_iter().for_each(|secret| self.remember(&job.question, secret));
                job.taken.take_back();
            }
            self.done(&job.mark);
            // Whoever asked may have left.
            let _ = job.reply.send(Some(answer));
        }
    }

    /// The next in the line, when there is one.
    fn next(&self) -> Job {
        let mut line = self.line();
        loop {
            match line.next() {
                Some(job) => return job,
                None => line = self.came.wait(line).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn done(&self, mark: &Mark) {
        let mut line = self.line();
        line.asked.remove(mark);
        self.metrics.hash_queue.store(line.asked.len() as u64, Ordering::Relaxed);
    }

    fn is_remembered(&self, question: &PasswordQuestion, secret: (u32, &str)) -> bool {
        self.right.get(&self.right_mark(question, secret)).is_some_and(|until| self.now() < until)
    }

    fn remember(&self, question: &PasswordQuestion, secret: (u32, &str)) {
        self.right.insert(self.right_mark(question, secret), self.now() + REMEMBERED_FOR);
    }

    fn right_mark(&self, question: &PasswordQuestion, (version, kept): (u32, &str)) -> Mark {
        let row = question.row().unwrap_or_default();
        let secret = [&version.to_be_bytes()[..], kept.as_bytes()].concat();
        self.mark(b"right", row.as_bytes(), &secret, question)
    }

    /// The password is last: what stands before it has a length of its own or is told by its length.
    fn mark(&self, what: &[u8], first: &[u8], second: &[u8], question: &PasswordQuestion) -> Mark {
        let password = question.password().expose();
        let mut message = zeroize::Zeroizing::new(Vec::with_capacity(64 + second.len() + password.len()));
        for part in [what, first, second, password] {
            message.extend_from_slice(&(part.len() as u64).to_be_bytes());
            message.extend_from_slice(part);
        }
        self.mac(&message)
    }

    /// A number for the kind and key of a question, whether they exist or not.
    fn account(&self, question: &PasswordQuestion) -> u64 {
        let mark = self.mac(&[question.kind().as_str().as_bytes(), b" ", question.key()].concat());
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

    /// Whoever panicked while he held the lock left the line whole: each change is one step.
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::{Body, Decision, Request, Scheme, Snapshot, Surface, Version, decide};
    use crate::{time::Seconds, verify::Field};

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
    fn networks_are_served_in_turn_and_none_fills_the_line() {
        let snapshot = Snapshot::of([]).unwrap();
        let passwords = Passwords::new(Arc::new(Metrics::new())).unwrap();
        let ask = |name: &str, client: &str| passwords.turn(&question(&snapshot, name, client));
        let waits = |turn: Turn| matches!(turn, Turn::Wait(_));
        let taken = (0..50).filter(|n| waits(ask(&format!("guess{n}"), "198.51.100.7"))).count();
        assert_eq!(taken, LINE_OF_ONE);
        assert!(waits(ask("real", "203.0.113.9")) && waits(ask("real", "203.0.113.9")), "equal ones wait for one hash");
        let order: Vec<_> = std::iter::from_fn(|| passwords.line().next())
            .map(|job| String::from_utf8_lossy(job.question.key()).into_owned())
            .collect();
        assert_eq!(order[..3], ["guess0", "real", "guess1"]);
        assert_eq!(order.len(), LINE_OF_ONE + 1);
        assert!(passwords.line().by_network.is_empty() && passwords.line().turns.is_empty());
    }

    #[test]
    fn the_line_ends_somewhere() {
        let snapshot = Snapshot::of([]).unwrap();
        let passwords = Passwords::new(Arc::new(Metrics::new())).unwrap();
        let ask = |n: u32| {
            let client = format!("198.51.{}.{}", n / 250, n % 250);
            passwords.turn(&question(&snapshot, &format!("name{n}"), &client))
        };
        let waiting = (0..500).filter(|n| matches!(ask(*n), Turn::Wait(_))).count();
        assert_eq!(waiting, LINE);
    }
}
