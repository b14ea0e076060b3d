//! Whether the store matches its head, and what does not. Somebody who can write to the database but has no master key can
//! put back an older copy of a row, remove a row or add one; then the sums in the head do not match. A running verifier goes
//! on with what it knew and applies only restrictions; one that starts then answers nobody.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::hub::{Hub, HubError, StoreFinding};

use crate::serve::follower::load::Loaded;

/// Shortest interval between two checks of what is beside the credentials.
const MIN_INTERVAL: Duration = Duration::from_secs(2);
/// Longest interval between two such checks.
const MAX_INTERVAL: Duration = Duration::from_secs(5);
/// After a load that found an altered store, the next one waits for this many times the duration of the load.
const RELOAD_PAUSE_FACTOR: u32 = 10;
/// Limit on that pause.
const MAX_RELOAD_PAUSE: Duration = Duration::from_secs(30);

/// What is known about tampering with the store.
#[derive(Default)]
pub(in crate::serve) struct Integrity {
    /// The credentials do not match the head.
    altered: bool,
    /// And the trail does not tell what was revoked since.
    trail_broken: bool,
    /// An index does not lead to every row.
    index_incomplete: bool,
    findings: Vec<StoreFinding>,
    checked_at: Option<Instant>,
    /// When everything was last loaded, and the duration of that.
    last_load: Option<(Instant, Duration)>,
    /// Findings that are in the trail already.
    reported: HashSet<String>,
}

/// The sentence for credentials that do not match the head.
const KEYS: &str =
    "the keys are not as keydesk left them: an older copy of a row was put back, or one removed or added";
/// The sentence for a broken trail.
const TRAIL: &str =
    "the activity log of what was done since is not whole, so what was revoked is not known and nobody is answered";
/// The sentence for an incomplete index.
const INDEX: &str = "an index of the database does not lead to every key, so all keys are read without it";

impl Integrity {
    /// What is known right after everything was loaded for the first time; an error if the store went out of reach.
    pub(in crate::serve) fn after_load(hub: &Hub, loaded: &Loaded) -> Result<Self, HubError> {
        let mut integrity =
            Self { altered: !loaded.matches_head(), index_incomplete: loaded.index_incomplete, ..Self::default() };
        integrity.check(hub)?;
        integrity.record_load(loaded.timings.all);
        Ok(integrity)
    }

    /// Whether the credentials do not match the head.
    pub(in crate::serve) fn is_altered(&self) -> bool {
        self.altered
    }

    pub(in crate::serve) fn set_altered(&mut self, is: bool) {
        self.altered = is;
    }

    pub(in crate::serve) fn set_index_incomplete(&mut self, incomplete: bool) {
        self.index_incomplete = incomplete;
    }

    /// Everything was loaded just now, in this time.
    pub(in crate::serve) fn record_load(&mut self, took: Duration) {
        self.last_load = Some((Instant::now(), took));
    }

    /// Whether an altered store may be loaded again.
    pub(in crate::serve) fn may_reload(&self) -> bool {
        let pause = |took: Duration| (took * RELOAD_PAUSE_FACTOR).min(MAX_RELOAD_PAUSE);
        self.last_load.is_none_or(|(at, took)| at.elapsed() >= pause(took))
    }

    /// Whether a check of what is beside the credentials is due.
    pub(in crate::serve) fn check_is_due(&self, may_have_changed: bool) -> bool {
        let since = self.checked_at.map(|at| at.elapsed());
        since.is_none_or(|since| since >= MAX_INTERVAL || (may_have_changed && since >= MIN_INTERVAL))
    }

    /// Checks what is beside the credentials. If that fails, the store is not trusted. One that is out of reach is an error,
    /// and what is known of it stays.
    pub(in crate::serve) fn check(&mut self, hub: &Hub) -> Result<(), HubError> {
        self.findings = match hub.feed().store_findings() {
            Err(why @ HubError::Unavailable(_)) => return Err(why),
            Err(why) => vec![StoreFinding { what: format!("the store cannot be checked: {why}"), closes: true }],
            Ok(findings) => findings,
        };
        self.checked_at = Some(Instant::now());
        Ok(())
    }

    /// Whether the trail since the last known state is broken, so that nobody knows what was revoked.
    pub(in crate::serve) fn is_trail_broken(&self) -> bool {
        self.altered && self.trail_broken
    }

    pub(in crate::serve) fn set_trail_broken(&mut self, is: bool) {
        self.trail_broken = is;
    }

    /// All findings, as sentences without a full stop.
    pub(in crate::serve) fn sentences(&self) -> Vec<String> {
        let keys = self.altered.then(|| KEYS.to_owned());
        let trail_broken = self.is_trail_broken().then(|| TRAIL.to_owned());
        let index = self.index_incomplete.then(|| INDEX.to_owned());
        keys.into_iter()
            .chain(trail_broken)
            .chain(index)
            .chain(self.findings.iter().map(|wrong| wrong.what.clone()))
            .collect()
    }

    /// Whether a verifier that knows nothing better must answer nobody.
    pub(in crate::serve) fn closes(&self) -> bool {
        self.altered || self.findings.iter().any(|wrong| wrong.closes)
    }

    /// Writes new findings to the log and the trail.
    pub(in crate::serve) fn report(&mut self, hub: &Hub) {
        let sentences = self.sentences();
        self.reported.retain(|what| sentences.contains(what));
        for what in sentences {
            if self.reported.contains(&what) {
                continue;
            }
            tracing::error!("{what}: `keydesk audit verify --as NAME`, `keydesk audit accept --as NAME`");
            // If somebody else holds the store's lock, the trail gets it at the next look.
            if hub.feed().record_store_finding(&what).is_ok() {
                self.reported.insert(what);
            }
        }
    }
}
