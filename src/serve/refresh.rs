//! Follows the store: five looks a second, and whatever changed is in the snapshot before the next.

use std::{
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crate::hub::{Fed, Findings, Followed, Hub, HubError, Mark, Places, Since, Start};
use crate::time::Clock;
use crate::verify::Entry;

use super::{
    anew::entries,
    audit::{Audit, Found},
    gateway::Strangers,
    health::Sight,
    load::{Tampered, Unnamed},
    older,
    pace::Pace,
    reports::current,
    seen::Seen,
    state::{SharedHub, Verifier},
    trust::Trust,
};

/// Time between two looks.
pub(super) const EVERY: Duration = Duration::from_millis(200);
/// The same while tags are checked.
const SOONEST: Duration = Duration::from_millis(10);
/// Even if nothing stirred the head is read this often: a database that is there but cannot be read must show.
const SURE_EVERY: Duration = Duration::from_secs(5);

/// A store that went back is told of this often.
const TOLD_EVERY: Duration = Duration::from_secs(60);
/// The files of signatures are looked after this often: while they are taken away, a kill makes them forgotten.
const TIDIED_EVERY: Duration = Duration::from_secs(5);

/// The thread that follows the store.
pub(super) struct Refresh {
    pub(super) verifier: Arc<Verifier>,
    hub: SharedHub,
    pub(super) places: Places,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) known: Known,
    /// When the head was last read.
    read: Instant,
    /// When it was last told that the store went back, and when files were last looked for.
    told: Option<Instant>,
    tidied: Instant,
    strangers: Strangers,
    pub(super) audit: Audit,
    /// How often the store's connections were opened anew when it was last looked at.
    reopened: u64,
    /// Whether the last load came to its end: only then is a look at the head while the next one runs as good as sight.
    pub(super) glimpses: bool,
    /// When the store was last held against one that was opened just then.
    compared: Instant,
    pub(super) pace: Pace,
    /// Whether the process is to end.
    pub(super) stop: Arc<AtomicBool>,
}

/// What is known of the store.
pub(super) struct Known {
    /// How far it was when the snapshot was last brought up to it.
    pub(super) mark: Mark,
    pub(super) followed: Followed,
    pub(super) tampered: Tampered,
    /// What the trail is to say of them.
    pub(super) findings: Findings,
    /// Rows that cannot even be named: they count for the sum.
    pub(super) unnamed: Unnamed,
    /// Whether the store is what its head tells of.
    pub(super) trust: Trust,
    /// How far the one that went back was when it was last asked what it takes away.
    pub(super) older: Option<Mark>,
    /// Where it is kept for after a restart.
    pub(super) seen: Seen,
}

/// Credentials that are checked in one go: a fraction of a millisecond, for which an answer may have to wait.
const AUDITED: usize = 50;

impl Refresh {
    pub(super) fn new(
        verifier: Arc<Verifier>,
        hub: SharedHub,
        (places, clock): (Places, Arc<dyn Clock>),
        known: Known,
        pace: Pace,
    ) -> Self {
        let (audit, read) = (Audit::default(), pace.began());
        Self {
            verifier,
            hub,
            places,
            clock,
            known,
            read,
            told: None,
            tidied: read,
            strangers: Strangers::default(),
            audit,
            reopened: 0,
            glimpses: true,
            compared: read,
            pace,
            stop: Arc::default(),
        }
    }

    /// Looks until told to stop.
    pub(super) fn run(mut self, stop: Arc<AtomicBool>) {
        self.stop = stop;
        while !self.stop.load(Ordering::Relaxed) {
            self.verifier.let_go();
            self.pace.look(self.clock.now());
            let sight = self.look().unwrap_or_else(|why| Sight::Out(why.to_string()));
            // What is out of sight cannot be checked.
            let pause = if sight == Sight::Clear { self.audit.rest().clamp(SOONEST, EVERY) } else { EVERY };
            self.tell(sight);
            if self.verifier.health.is_clear() {
                // What was found is refused already.
                current(&self.hub).feed().note_tampered(&mut self.known.findings);
                self.known.seen.keep(&current(&self.hub), &self.known.mark);
            }
            if self.verifier.health.is_in_sight() {
                self.known.trust.tell(&current(&self.hub));
            }
            self.tidy();
            std::thread::park_timeout(pause);
        }
    }

    /// Looks after files and counts, now and then.
    pub(super) fn tidy(&mut self) {
        if self.tidied.elapsed() >= TIDIED_EVERY {
            self.verifier.journal.tidy(&self.verifier.guard, self.verifier.now());
            self.known.seen.look(&current(&self.hub));
            self.strangers.tell(self.verifier.metrics.no_token.load(Ordering::Relaxed));
            self.tidied = Instant::now();
        }
    }

    fn tell(&mut self, sight: Sight) {
        let (said, went_back) = (format!("{sight:?}"), sight.went_back());
        let differs = self.verifier.health.saw(sight);
        if differs {
            tracing::warn!(store = said, "sight of the store changed");
        }
        if went_back && (differs || self.told.is_none_or(|at| at.elapsed() >= TOLD_EVERY)) {
            self.told = Some(Instant::now());
            tracing::warn!(
                answering = !self.verifier.health.is_behind(),
                "the store went back: what it takes away is followed, nothing else; put the newest copy back, or accept what \
                 is there: keydesk audit accept --as NAME"
            );
            if let Err(why) = self.note_went_back() {
                tracing::error!(error = %why, "that the store went back could not be written into its trail");
            }
        }
    }

    /// By a handle that does not know how far the store was: the one that does writes nothing into an older one.
    fn note_went_back(&self) -> Result<(), HubError> {
        match Hub::open(&self.places, self.clock.clone())? {
            Start::Ready(hub) => hub.feed().note_went_back(&self.known.mark),
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
        self.look_beside(&hub, stirred)?;
        if self.compared.elapsed() >= SURE_EVERY {
            self.compared = Instant::now();
            // This handle may be of files that were taken away, or know a schema that is not there; and what no desk can
            // open no Administrator can revoke in.
            if !hub.feed().is_fresh()? {
                return self.reopen();
            }
            self.another()?;
        }
        let clear = self.verifier.health.is_clear() && hub.feed().reopened() == self.reopened;
        if !stirred && self.read.elapsed() < SURE_EVERY && clear {
            self.check_on(&hub)?;
            return Ok(self.sight());
        }
        // Another desk's store in the same file has a head that this one's keys do not open.
        let Ok(found) = hub.feed().since(&self.known.mark) else { return self.reopen() };
        self.read = Instant::now();
        self.follow(&hub, found)
    }

    /// What is said of a store that goes on from where it was.
    fn sight(&self) -> Sight {
        if self.known.trust.is_altered() { Sight::Altered } else { Sight::Clear }
    }

    /// Looks at what is beside the credentials.
    fn look_beside(&mut self, hub: &Hub, stirred: bool) -> Result<(), HubError> {
        if self.known.trust.is_due(stirred) {
            self.known.trust.look(hub);
        }
        self.verifier.health.trust(&self.known.trust);
        Ok(())
    }

    /// Brings the snapshot up to the store.
    fn follow(&mut self, hub: &Hub, (since, now): (Since, Mark)) -> Result<Sight, HubError> {
        match since {
            // The newest copy is back; what the older one took away is as it was.
            Since::Same | Since::Changed if self.known.older.is_some() || self.verifier.health.is_behind() => {
                self.load_anew(hub)?;
            }
            // Secrets that had ended by a clock that was ahead work again.
            Since::Same | Since::Changed if self.pace.went_back() => {
                tracing::warn!("the clock was set back: everything is loaded anew");
                self.load_anew(hub)?;
            }
            Since::Same | Since::Changed if hub.feed().reopened() != self.reopened => {
                tracing::warn!("the database was not what it was when it was opened: everything is loaded anew");
                self.reopened = hub.feed().reopened();
                self.load_anew(hub)?;
            }
            Since::Same | Since::Changed if self.known.trust.is_altered() => {
                self.take_told(hub)?;
                if self.known.trust.may_load() {
                    self.load_anew(hub)?;
                }
            }
            // Not kept as it is: a trail that went on has to be noticed when it goes back.
            Since::Same => {
                self.known.mark = now;
                // Who changes a setting behind keydesk's back raises no change number.
                self.follow_settings(hub)?;
            }
            Since::Changed => self.apply(hub)?,
            Since::Anew => {
                self.known.followed = self.known.followed.anew();
                self.load_anew(hub)?;
            }
            Since::Another => {
                // What the desk before it allowed says nothing of this one.
                self.known.followed = Followed::default();
                self.load_anew(hub)?;
            }
            // Nothing newer is known: nobody is answered, so there is nothing to take away.
            Since::WentBack if self.verifier.health.is_behind() => return Ok(Sight::Behind),
            Since::WentBack => {
                self.take_away(hub)?;
                return Ok(Sight::WentBack);
            }
        }
        Ok(self.sight())
    }

    /// Loads everything anew, and notes whether it is what the head tells of.
    fn load_anew(&mut self, hub: &Hub) -> Result<(), HubError> {
        let loaded = self.load(hub);
        self.glimpses = loaded.is_ok();
        let whole = loaded?;
        self.known.trust.alter(!whole);
        self.known.trust.look(hub);
        self.verifier.health.trust(&self.known.trust);
        Ok(())
    }

    fn apply(&mut self, hub: &Hub) -> Result<(), HubError> {
        self.follow_settings(hub)?;
        if self.follow_changes(hub)? {
            return Ok(());
        }
        // What the trail says was taken away holds at once, whatever becomes of reading the rows.
        self.known.trust.alter(true);
        self.take_told(hub)?;
        self.load_anew(hub)
    }

    fn follow_settings(&mut self, hub: &Hub) -> Result<(), HubError> {
        let followed = hub.feed().policy(&self.known.followed)?;
        if followed != self.known.followed {
            self.settle(followed);
        }
        Ok(())
    }

    pub(super) fn settle(&mut self, followed: Followed) {
        if followed.tampered != self.known.followed.tampered {
            tell_settings(&followed);
        }
        self.verifier.follow(&followed);
        self.known.followed = followed;
    }

    /// Takes from the snapshot what a store that went back takes away.
    fn take_away(&mut self, hub: &Hub) -> Result<(), HubError> {
        let since = self.known.older.as_ref().map(|before| hub.feed().since(before)).transpose()?;
        let before = self.verifier.snapshot.load_full();
        let compared = move |run: Vec<Fed>| {
            let less = |old: Entry| older::less(before.entry(old.kind, &old.key)?, &old);
            entries(run).into_iter().filter_map(less).collect::<Vec<_>>()
        };
        let (mark, taken) = match (&self.known.older, since) {
            (Some(_), Some((Since::Same, now))) => (now, Vec::new()),
            (Some(older), Some((Since::Changed, _))) => {
                let (fed, mark) = hub.feed().changes(older, &mut self.known.findings)?;
                (mark, compared(fed))
            }
            _ => {
                let (mark, taken, findings) = self.beside(hub, move |hub| {
                    let (mut findings, mut taken) = (Findings::default(), Vec::new());
                    let read = hub.feed().load_scanned(&mut findings, &mut |run| taken.extend(compared(run)))?;
                    Ok((read.mark, taken, findings))
                })?;
                self.known.findings.append(findings);
                (mark, taken)
            }
        };
        self.known.older = Some(mark);
        if !taken.is_empty() {
            tracing::warn!(credentials = taken.len(), "the store that went back takes away, and is followed in that");
            self.put(taken)?;
        }
        Ok(())
    }

    /// Checks the next run of rows. Only what is found to be wrong changes the snapshot: what looks right again may be an
    /// older row put back, and is believed when the desk changes it or everything is loaded anew.
    fn check_on(&mut self, hub: &Hub) -> Result<(), HubError> {
        let began = Instant::now();
        let Some(after) = self.audit.next().map(str::to_owned) else { return Ok(()) };
        let (fed, next) = hub.feed().audit(&after, AUDITED, &self.known.tampered, &mut self.known.findings)?;
        let snapshot = self.verifier.snapshot.load_full();
        match self.audit.checked((&fed, next), began, &snapshot, &self.known.mark) {
            Found::Nothing => Ok(()),
            Found::Tampered => {
                let is_new = |fed: &Fed| fed.tampered && !self.known.tampered.contains(&fed.id);
                let found: Vec<_> = fed.into_iter().filter(is_new).collect();
                tracing::error!(credentials = found.len(), "changed outside keydesk (tampered), and refused");
                self.put(entries(found))
            }
            Found::Altered if self.known.trust.is_altered() || !self.known.trust.may_load() => Ok(()),
            Found::Altered => {
                tracing::error!("a row is older than it was, or is not there any more: everything is loaded anew");
                self.load_anew(hub)
            }
        }
    }

    /// What is at the place now.
    fn reopen(&mut self) -> Result<Sight, HubError> {
        let hub = Arc::new(self.another()?);
        let found = hub.feed().since(&self.known.mark)?;
        self.reopened = hub.feed().reopened();
        let whole = matches!(found.0, Since::Same | Since::Changed);
        let sight = self.follow(&hub, found)?;
        // What was read by the handle of before may have come from elsewhere.
        if whole && !self.known.trust.is_altered() {
            self.load_anew(&hub)?;
        }
        *self.hub.write().unwrap_or_else(PoisonError::into_inner) = hub;
        Ok(sight)
    }
}

/// Says in the log which settings cannot be trusted.
pub(super) fn tell_settings(followed: &Followed) {
    for setting in &followed.tampered {
        tracing::error!(
            setting = setting.name(),
            answering = followed.is_known(),
            "changed outside keydesk (tampered), and not followed: {}",
            setting.mend()
        );
    }
}
