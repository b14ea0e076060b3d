//! Follows the store: five looks a second, and whatever changed is in the snapshot before the next.

use std::{
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crate::hub::{Fed, Hub, HubError, Mark, Places, Policy, Since, Start};
use crate::time::Clock;
use crate::verify::{Change, Entry};

use super::{
    health::Sight,
    load::{self, Loaded, Tampered},
    reports::current,
    state::{SharedHub, Verifier},
};

/// Time between two looks.
const EVERY: Duration = Duration::from_millis(200);
/// The same while tags are checked.
const SOONEST: Duration = Duration::from_millis(10);
/// Even if nothing stirred the head is read this often: a database that is there but cannot be read must show.
const SURE_EVERY: Duration = Duration::from_secs(5);

/// The thread that follows the store.
pub(super) struct Refresh {
    pub(super) verifier: Arc<Verifier>,
    pub(super) hub: SharedHub,
    pub(super) places: Places,
    pub(super) clock: Arc<dyn Clock>,
    /// How far the store was when the snapshot was last brought up to it.
    pub(super) mark: Mark,
    pub(super) tampered: Tampered,
    /// When the head was last read.
    pub(super) read: Instant,
    pub(super) audit: Audit,
}

/// Credentials that are checked in one go: a fraction of a millisecond, for which an answer may have to wait.
const AUDITED: usize = 50;
/// One part in so many of a core is for the check of all tags. Last uses are commits too, so on a desk that is used it
/// never ends.
const AUDIT_PART: u32 = 200;

/// How far the check of all tags is that follows each commit of anybody: a run of rows at a look.
#[derive(Debug, Default)]
pub(super) struct Audit {
    /// Not before this time is the next run.
    rests_until: Option<Instant>,
    /// The last id that was checked.
    after: Option<String>,
    /// Something was committed since it began.
    again: bool,
}

impl Audit {
    fn stirred(&mut self) {
        match self.after {
            None => self.after = Some(String::new()),
            Some(_) => self.again = true,
        }
    }

    /// How long until there is something to do.
    fn rest(&self) -> Duration {
        match (&self.after, self.rests_until) {
            (None, _) => EVERY,
            (Some(_), until) => until.map_or(Duration::ZERO, |at| at.saturating_duration_since(Instant::now())),
        }
    }

    fn went_on(&mut self, to: Option<String>) {
        let begin_again = to.is_none() && std::mem::take(&mut self.again);
        self.after = if begin_again { Some(String::new()) } else { to };
    }
}

impl Refresh {
    /// Looks until told to stop.
    pub(super) fn run(mut self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            let sight = self.look().unwrap_or_else(|why| Sight::Out(why.to_string()));
            // What is out of sight cannot be checked.
            let pause = if sight == Sight::Clear { self.audit.rest().clamp(SOONEST, EVERY) } else { EVERY };
            self.tell(sight);
            std::thread::park_timeout(pause);
        }
    }

    fn tell(&self, sight: Sight) {
        let (said, went_back) = (format!("{sight:?}"), sight == Sight::WentBack);
        if self.verifier.health.saw(sight) {
            tracing::warn!(store = said, "sight of the store changed");
            if went_back && let Err(why) = self.note_went_back() {
                tracing::error!(error = %why, "that the store went back could not be written into its trail");
            }
        }
    }

    /// By a handle that does not know how far the store was: the one that does writes nothing into an older one.
    fn note_went_back(&self) -> Result<(), HubError> {
        match Hub::open(&self.places, self.clock.clone())? {
            Start::Ready(hub) => hub.feed().note_went_back(),
            Start::New => Ok(()),
        }
    }

    fn look(&mut self) -> Result<Sight, HubError> {
        let hub = current(&self.hub);
        let stirred = match hub.feed().stirred() {
            Ok(stirred) => stirred,
            // The file is another one, or gone: what is there now has to be opened anew.
            Err(_) => return self.reopen(),
        };
        if stirred {
            self.audit.stirred();
        }
        if !stirred && self.read.elapsed() < SURE_EVERY && self.verifier.health.is_clear() {
            self.check_on(&hub)?;
            return Ok(Sight::Clear);
        }
        // Another desk's store in the same file has a head that this one's keys do not open.
        let Ok(found) = hub.feed().since(&self.mark) else { return self.reopen() };
        self.read = Instant::now();
        self.follow(&hub, found)
    }

    /// Brings the snapshot up to the store.
    fn follow(&mut self, hub: &Hub, (since, now): (Since, Mark)) -> Result<Sight, HubError> {
        match since {
            // Not kept as it is: a trail that went on has to be noticed when it goes back.
            Since::Same => self.mark = now,
            Since::Changed => self.apply(hub)?,
            Since::Anew | Since::Another => self.load(hub)?,
            Since::WentBack => return Ok(Sight::WentBack),
        }
        Ok(Sight::Clear)
    }

    /// Puts what changed into the shards that hold it.
    fn apply(&mut self, hub: &Hub) -> Result<(), HubError> {
        let policy = hub.feed().policy(&self.verifier.policy.load())?;
        if policy.algorithms != self.verifier.policy.load().algorithms {
            return self.load(hub);
        }
        let (fed, mark) = hub.feed().changes(&self.mark)?;
        self.put(fed, &policy)?;
        self.verifier.follow(policy);
        self.mark = mark;
        Ok(())
    }

    /// Checks the next run of tags. Only what is found to be wrong changes the snapshot: what looks right again may be an
    /// older row put back, and is believed when the desk changes it or the verifier starts anew.
    fn check_on(&mut self, hub: &Hub) -> Result<(), HubError> {
        let began = Instant::now();
        let Some(after) = self.audit.after.as_ref().filter(|_| self.audit.rests_until.is_none_or(|at| at <= began))
        else {
            return Ok(());
        };
        let (fed, next) = hub.feed().audit(after, AUDITED, &self.tampered)?;
        self.audit.went_on(next);
        self.audit.rests_until = Some(began + began.elapsed() * AUDIT_PART);
        if fed.is_empty() {
            return Ok(());
        }
        tracing::error!(credentials = fed.len(), "changed outside keydesk (tampered), and refused");
        let policy = self.verifier.policy.load_full();
        self.put(fed, &policy)
    }

    /// Puts credentials into the shards that hold them.
    fn put(&mut self, fed: Vec<Fed>, policy: &Policy) -> Result<(), HubError> {
        let mut entries: Vec<_> = fed.into_iter().map(|fed| load::entry(fed, policy)).collect();
        let before = self.verifier.snapshot.load_full();
        let changes = |entries: &[Entry]| before.apply(&entries.iter().map(Change::Put).collect::<Vec<_>>());
        let after = match changes(&entries) {
            Ok(after) => after,
            Err(_) => {
                // One of them cannot be held: found one by one, and refused.
                let lone = |entry: &Entry| before.apply(&[Change::Put(entry)]).is_ok();
                entries.iter_mut().filter(|entry| !lone(entry)).for_each(load::refuse);
                changes(&entries).map_err(|why| HubError::Failed(why.to_string()))?
            }
        };
        for entry in &entries {
            match entry.tampered {
                true => self.tampered.insert(entry.row),
                false => self.tampered.remove(&entry.row),
            };
        }
        self.verifier.replace(after, self.tampered.len());
        self.verifier.metrics.changes.fetch_add(entries.len() as u64, Ordering::Relaxed);
        tracing::debug!(credentials = entries.len(), "changes applied");
        Ok(())
    }

    /// Loads everything anew, beside the snapshot that goes on answering.
    fn load(&mut self, hub: &Hub) -> Result<(), HubError> {
        let policy = hub.feed().policy(&self.verifier.policy.load())?;
        let Loaded { snapshot, tampered, mark, phases } = load::load(hub, None, &policy)?;
        tracing::info!(credentials = snapshot.len(), milliseconds = phases.all.as_millis() as u64, "loaded");
        self.verifier.replace(snapshot, tampered.len());
        self.verifier.follow(policy);
        self.verifier.of_account(hub.account());
        (self.tampered, self.mark) = (tampered, mark);
        Ok(())
    }

    /// What is at the place now.
    fn reopen(&mut self) -> Result<Sight, HubError> {
        let hub = match Hub::open(&self.places, self.clock.clone())? {
            Start::Ready(hub) => Arc::new(hub),
            Start::New => return Ok(Sight::Out("The database is gone. Put it back.".to_owned())),
        };
        let found = hub.feed().since(&self.mark)?;
        let sight = self.follow(&hub, found)?;
        *self.hub.write().unwrap_or_else(PoisonError::into_inner) = hub;
        Ok(sight)
    }
}
