//! The two desks. Each is used by a client that has it open and by one that runs the program for every verb and is killed now
//! and then. What they ask and what they are told is written down.

mod library;
mod program;

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use super::history::{Fate, Op, Recorder, Seen, Verb, wall};
use super::random::Random;

pub use library::Library;
pub use program::Program;

/// How many credentials are looked at and asked for again soon after they were changed.
const RECENT: usize = 3;
/// Most credentials that are not revoked.
const MOST: usize = 12;

/// A credential as its makers know it.
#[derive(Clone, Debug)]
pub struct Known {
    pub id: String,
    pub key: String,
    /// Its secrets, oldest first, each with the operation that made it.
    pub secrets: Vec<(u64, String)>,
    pub is_revoked: bool,
}

/// What all clients know.
#[derive(Debug)]
pub struct Board {
    pub recorder: Recorder,
    pub known: Mutex<Vec<Known>>,
    recent: Mutex<VecDeque<usize>>,
    next: AtomicU64,
    pub over: AtomicBool,
    pub pause: Duration,
}

/// What is asked of a desk.
#[derive(Debug)]
pub struct Wanted {
    pub no: u64,
    pub verb: Verb,
    /// Id and key, of what exists.
    pub target: Option<(String, String)>,
}

impl Wanted {
    /// The name that it gives.
    pub fn name(&self) -> String {
        format!("n{}", self.no)
    }

    pub fn id(&self) -> &str {
        self.target.as_ref().map_or("", |(id, _)| id)
    }

    pub fn key(&self) -> &str {
        self.target.as_ref().map_or("", |(_, key)| key)
    }
}

/// What a client is told.
#[derive(Debug)]
pub struct Told {
    pub fate: Fate,
    pub at_version: Option<i64>,
    /// Id, key and secret, if a secret was shown.
    pub issued: Option<[String; 3]>,
    /// What no client should be told.
    pub odd: Option<String>,
}

impl From<Fate> for Told {
    fn from(fate: Fate) -> Self {
        Self { fate, at_version: None, issued: None, odd: None }
    }
}

/// Somebody who uses a desk.
pub trait Client {
    fn ask(&mut self, wanted: &Wanted, random: &mut Random) -> Told;
}

/// The number in a name.
pub fn number(name: &str) -> Option<u64> {
    name.strip_prefix('n')?.parse().ok()
}

impl Board {
    pub fn new(recorder: Recorder, pause: Duration) -> Self {
        Self {
            recorder,
            known: Mutex::default(),
            recent: Mutex::default(),
            next: AtomicU64::new(1),
            over: AtomicBool::new(false),
            pause,
        }
    }

    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// About as long as everybody pauses between two things.
    pub fn rest(&self, random: &mut Random) {
        thread::sleep(self.pause.mul_f64(random.between(20, 200) as f64 / 100.0));
    }

    /// A credential: often one that was changed lately, seldom a revoked one; nothing before there is any.
    pub fn pick(&self, random: &mut Random) -> Option<Known> {
        let known = self.known.lock().unwrap();
        let recent = self.recent.lock().unwrap();
        if random.chance(60) && !recent.is_empty() {
            return Some(known[recent[random.below(recent.len())]].clone());
        }
        let alive: Vec<_> = known.iter().filter(|one| !one.is_revoked).collect();
        match random.chance(90) && !alive.is_empty() {
            true => Some(alive[random.below(alive.len())].clone()),
            false => known.get(random.below(known.len())).cloned(),
        }
    }

    fn wanted(&self, random: &mut Random) -> Wanted {
        let alive = self.known.lock().unwrap().iter().filter(|known| !known.is_revoked).count();
        let verb = match random.below(100) {
            _ if alive == 0 => Verb::Create,
            0..10 if alive < MOST => Verb::Create,
            0..16 => Verb::Revoke,
            16..32 => Verb::Rename,
            32..50 => Verb::Disable,
            50..68 => Verb::Enable,
            68..76 => Verb::Rotate,
            _ => Verb::Look,
        };
        let target = self.pick(random).map(|known| (known.id, known.key));
        let verb = if target.is_none() { Verb::Create } else { verb };
        let target = target.filter(|_| verb != Verb::Create);
        Wanted { no: self.next.fetch_add(1, Ordering::Relaxed), verb, target }
    }

    /// Uses a desk until the run is over.
    pub fn serve(&self, who: &str, client: &mut dyn Client, mut random: Random) {
        while !self.is_over() {
            let wanted = self.wanted(&mut random);
            let (began, from) = (self.recorder.clock.now(), wall());
            let told = client.ask(&wanted, &mut random);
            let (ended, until) = (self.recorder.clock.now(), wall());
            let key = told.issued.as_ref().map(|[id, ..]| id.clone()).or(wanted.target.clone().map(|(id, _)| id));
            self.learn(&wanted, &told);
            let op = Op {
                no: wanted.no,
                who: who.to_owned(),
                verb: wanted.verb,
                key,
                at_version: told.at_version,
                began,
                ended,
                wall: (from, until),
                fate: told.fate,
            };
            self.recorder.write(|history| {
                history.odd.extend(told.odd);
                history.ops.push(op);
            });
            // Two operations of a user never share a millisecond.
            thread::sleep(Duration::from_millis(2));
            self.rest(&mut random);
        }
    }

    /// Lets others know what became of a credential.
    fn learn(&self, wanted: &Wanted, told: &Told) {
        let mut known = self.known.lock().unwrap();
        if let Some([id, key, secret]) = &told.issued {
            let secret = (wanted.no, secret.clone());
            match known.iter_mut().find(|known| known.id == *id) {
                Some(known) => known.secrets.push(secret),
                None => {
                    let (id, key, secrets) = (id.clone(), key.clone(), vec![secret]);
                    known.push(Known { id, key, secrets, is_revoked: false });
                }
            }
        }
        let id = told.issued.as_ref().map_or(wanted.id(), |[id, ..]| id);
        let Some(which) = known.iter().position(|known| known.id == id) else { return };
        known[which].is_revoked |= wanted.verb == Verb::Revoke && matches!(told.fate, Fate::Done(_));
        if wanted.verb != Verb::Look {
            let mut recent = self.recent.lock().unwrap();
            recent.push_front(which);
            recent.truncate(RECENT);
        }
    }
}

/// A credential that is said to be in some state, and no more.
pub fn only(state: keydesk::credential::State) -> Option<Seen> {
    Some(Seen { state, name: None, version: None })
}
