//! Passwords that need a slow hash: what was right is remembered, the rest waits in a short line for one worker.
//!
//! The order matters. The memory is asked first, so that a sender who is known never waits for one who guesses; then the
//! throttle, so that guessing costs no hash; then the line, which is short for everybody and shorter for each network.
//! States, times and networks are judged after every answer, remembered or not ([`PasswordQuestion::settle`]).

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::Ordering,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::Instant,
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
    jobs: SyncSender<Job>,
    metrics: Arc<Metrics>,
}

/// Who waits.
#[derive(Default)]
struct Line {
    /// Equal questions wait for one hash.
    asked: HashMap<Mark, watch::Receiver<Option<Answer>>>,
    by_network: HashMap<Network, usize>,
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
    /// With the line that a worker reads from.
    pub(super) fn new(metrics: Arc<Metrics>) -> Result<(Self, Work), VaultError> {
        let mut key = zeroize::Zeroizing::new([0; 32]);
        vault::fill(&mut *key)?;
        let (jobs, line) = sync_channel(LINE);
        let passwords = Self {
            key: Secret::new(key.to_vec()),
            began: Instant::now(),
            right: Cache::new(REMEMBERED),
            throttle: Throttle::new(),
            line: Mutex::default(),
            jobs,
            metrics,
        };
        Ok((passwords, Work(line)))
    }

    /// The answer to a question.
    pub(super) async fn answer(&self, question: &Arc<PasswordQuestion>) -> Answer {
        let mut reply = match self.turn(question) {
            Turn::Known(answer) => return answer,
            Turn::Wait(reply) => reply,
        };
        // A worker that died answers nobody: refused.
        let answer = reply.wait_for(Option::is_some).await.ok().and_then(|answer| *answer);
        answer.unwrap_or(Answer::Unavailable)
    }

    fn turn(&self, question: &Arc<PasswordQuestion>) -> Turn {
        if let Some(version) = question.versions().find(|version| self.is_remembered(question, *version)) {
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
        let waiting = line.by_network.get(&network).copied().unwrap_or_default();
        if waiting >= LINE_OF_ONE || line.asked.len() >= LINE {
            return Turn::Known(Answer::Throttled);
        }
        let Some(taken) = self.throttle.take(self.account(question), network, self.now()) else {
            return Turn::Known(Answer::Throttled);
        };
        let (reply, receiver) = watch::channel(None);
        let job = Job { question: question.clone(), mark, network, taken, reply };
        if self.jobs.try_send(job).is_err() {
            return Turn::Known(Answer::Unavailable);
        }
        line.asked.insert(mark, receiver.clone());
        *line.by_network.entry(network).or_default() += 1;
        self.metrics.hash_queue.store(line.asked.len() as u64, Ordering::Relaxed);
        Turn::Wait(receiver)
    }

    /// Hashes until the line is taken away. Runs on a thread of its own.
    pub(super) fn work(&self, work: &Work) {
        while let Ok(job) = work.0.recv() {
            let answer = job.question.answer().unwrap_or_else(|why| {
                tracing::error!(error = %why, "a password could not be hashed");
                Answer::Unavailable
            });
            self.metrics.hashes.fetch_add(1, Ordering::Relaxed);
            if let Answer::Right { version } = answer {
                self.remember(&job.question, version);
                job.taken.take_back();
            }
            self.done(&job.mark, job.network);
            // Whoever asked may have left.
            let _ = job.reply.send(Some(answer));
        }
    }

    fn done(&self, mark: &Mark, network: Network) {
        let mut line = self.line();
        line.asked.remove(mark);
        if let Some(waiting) = line.by_network.get_mut(&network) {
            *waiting -= 1;
            if *waiting == 0 {
                line.by_network.remove(&network);
            }
        }
        self.metrics.hash_queue.store(line.asked.len() as u64, Ordering::Relaxed);
    }

    fn is_remembered(&self, question: &PasswordQuestion, version: u32) -> bool {
        self.right.get(&self.right_mark(question, version)).is_some_and(|until| self.now() < until)
    }

    fn remember(&self, question: &PasswordQuestion, version: u32) {
        self.right.insert(self.right_mark(question, version), self.now() + REMEMBERED_FOR);
    }

    fn right_mark(&self, question: &PasswordQuestion, version: u32) -> Mark {
        let row = question.row().unwrap_or_default();
        self.mark(b"right", row.as_bytes(), &version.to_be_bytes(), question)
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

/// The worker's end of the line.
pub(super) struct Work(Receiver<Job>);

/// Lets everything else go first: hashing fills a core for as long as somebody guesses.
pub(super) fn step_back() {
    /// As low as it goes: another thread that wants the core gets it nearly all.
    const LOWEST: i32 = 19;
    // Of the calling thread alone, on Linux. Without it hashing is as fast and others are slower.
    let _ = rustix::process::setpriority_process(None, LOWEST);
}
