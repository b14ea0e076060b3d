//! What everybody was told, and when: the operations at the desks, the answers of the verifiers, and the trail of the end.

use std::sync::Mutex;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use keydesk::credential::State;

/// Microseconds since the run began, of the clock that nobody sets.
pub type Moment = i64;

/// Of what nobody was told.
pub const NEVER: Moment = i64::MAX;

/// The clock of a run.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Instant);

impl Clock {
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn now(self) -> Moment {
        i64::try_from(self.0.elapsed().as_micros()).unwrap()
    }
}

/// Milliseconds of the clock that desks write into the trail.
pub fn wall() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// What somebody asks of a desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    Create,
    Rename,
    Disable,
    Enable,
    Revoke,
    Rotate,
    Look,
}

/// A credential as somebody sees it. Its name is the number of the operation that gave it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Seen {
    pub state: State,
    /// From whoever says it.
    pub name: Option<u64>,
    /// The version of the row, from whoever says it.
    pub version: Option<i64>,
}

/// What a desk said to an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was done; how the credential is now, from whoever says it.
    Done(Option<Seen>),
    /// Nothing was to be done, or it cannot be done to something like this: what there is; nothing, if it is not there.
    Saw(Option<Seen>),
    /// Somebody was faster: it is not in this version any more.
    NotAt(i64),
    /// Nothing was changed, for a reason that says nothing about the credential.
    Refused(String),
    /// Nobody could say, or whoever could was killed.
    Unknown(String),
}

/// An operation at a desk.
#[derive(Clone, Debug)]
pub struct Op {
    pub no: u64,
    /// The user in whose name one client asks, one thing after the other.
    pub who: String,
    pub verb: Verb,
    /// The id of the credential, once it is known.
    pub key: Option<String>,
    /// The version that it was decided on.
    pub at_version: Option<i64>,
    pub began: Moment,
    pub ended: Moment,
    /// The same by the clock of the trail.
    pub wall: (i64, i64),
    pub fate: Fate,
}

/// A row of the trail that changed a credential.
#[derive(Clone, Debug)]
pub struct Row {
    pub no: i64,
    pub at: i64,
    pub who: String,
    pub verb: Verb,
    pub key: String,
    pub name: u64,
}

/// What a verifier answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Let in, under this name.
    Allowed(u64),
    Refused,
    /// It has not seen the store for too long.
    Closed,
}

/// What somebody heard of a verifier, one thing after the other.
#[derive(Clone, Debug)]
pub enum Heard {
    Answer {
        began: Moment,
        ended: Moment,
        key: String,
        /// The operation that made the secret which was sent.
        secret: u64,
        said: Said,
    },
    /// What it says of itself: how long ago it looked at the store.
    Sight { began: Moment, age: Moment },
    /// It was started anew.
    Started,
}

/// All of it.
#[derive(Debug, Default)]
pub struct History {
    pub ops: Vec<Op>,
    pub trail: Vec<Row>,
    /// The credentials of the end, by their ids.
    pub rows: Vec<(String, Seen)>,
    /// For each verifier.
    pub heard: Vec<Vec<Heard>>,
    /// For how long a verifier answers without the store.
    pub limit: Moment,
    /// What was done to lines and processes, and when.
    pub faults: Vec<(Moment, String)>,
    /// What no client should have been told.
    pub odd: Vec<String>,
}

/// A history that several threads write.
#[derive(Debug)]
pub struct Recorder {
    pub clock: Clock,
    history: Mutex<History>,
}

impl Recorder {
    pub fn new(verifiers: usize, limit: Moment) -> Self {
        let heard = (0..verifiers).map(|_| Vec::new()).collect();
        Self { clock: Clock::start(), history: Mutex::new(History { heard, limit, ..History::default() }) }
    }

    pub fn write<T>(&self, what: impl FnOnce(&mut History) -> T) -> T {
        what(&mut self.history.lock().unwrap())
    }

    pub fn fault(&self, what: String) {
        let now = self.clock.now();
        self.write(|history| history.faults.push((now, what)));
    }

    pub fn hear(&self, verifier: usize, heard: Heard) {
        self.write(|history| history.heard[verifier].push(heard));
    }
}
