//! Follows the store: five looks a second, and whatever changed is in the snapshot before the next.
//!
//! Beside it is what a verifier knows about its store: whether it can be read (`health`), whether it was tampered with
//! (`integrity`, `row_audit`), and whether it was rolled back (`high_water_mark`, `rollback`).

pub(super) mod clock_step;
pub(super) mod followed;
mod full_load;
pub(super) mod health;
pub(super) mod high_water_mark;
pub(super) mod integrity;
pub(super) mod load;
pub(super) mod notice;
mod rollback;
mod row_audit;
mod sync;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::hub::{DeskPaths, EffectivePolicy, Findings, Hub, HubError, OpenOutcome, StorePosition};
use crate::time::Clock;

use crate::serve::follower::clock_step::ClockStepDetector;
use crate::serve::follower::health::StoreState;
use crate::serve::follower::high_water_mark::HighWaterMark;
use crate::serve::follower::integrity::Integrity;
use crate::serve::follower::load::{TamperedIds, UnnamedRows};
use crate::serve::follower::row_audit::RowAudit;
use crate::serve::http::gateway_token::MissingTokenLog;
use crate::serve::shared_hub::SharedHub;
use crate::serve::verifier::Verifier;

/// Time between two looks at the store.
const POLL_INTERVAL: Duration = Duration::from_millis(200);
/// The shortest time between two looks, while rows are audited.
const MIN_POLL_INTERVAL: Duration = Duration::from_millis(10);
/// Interval between two reports that the store was rolled back.
const ROLLBACK_REPORT_INTERVAL: Duration = Duration::from_secs(60);
/// Interval of [`Follower::maintain`]: files of the replay journal that were removed are missing until then, should this
/// process be killed.
const MAINTENANCE_INTERVAL: Duration = Duration::from_secs(5);

/// The thread that follows the store.
pub(super) struct Follower {
    verifier: Arc<Verifier>,
    hub: SharedHub,
    places: DeskPaths,
    clock: Arc<dyn Clock>,
    state: FollowerState,
    head_read_at: Instant,
    rollback_reported_at: Option<Instant>,
    maintained_at: Instant,
    missing_tokens: MissingTokenLog,
    audit: RowAudit,
    /// How often the store's connections had been reopened at the last look.
    reopened: u64,
    /// Whether the last load succeeded: only then does reading the head during the next one count as reading the store.
    last_load_succeeded: bool,
    /// When it was last checked that the store can be opened again and is the same.
    open_checked_at: Instant,
    clock_step: ClockStepDetector,
    stop: Arc<AtomicBool>,
}

/// What is known about the store.
pub(super) struct FollowerState {
    /// The position in the store that the snapshot is at.
    pub(super) position: StorePosition,
    pub(super) policy: EffectivePolicy,
    pub(super) tampered: TamperedIds,
    /// Findings that are not in the trail yet.
    pub(super) findings: Findings,
    /// Rows too damaged to be named; they count in the sum.
    pub(super) unnamed: UnnamedRows,
    pub(super) integrity: Integrity,
    /// After a rollback: the position in the older store up to which its restrictions were applied.
    pub(super) rolled_back_to: Option<StorePosition>,
    pub(super) high_water_mark: HighWaterMark,
}

impl Follower {
    pub(super) fn new(
        verifier: Arc<Verifier>,
        hub: SharedHub,
        (places, clock): (DeskPaths, Arc<dyn Clock>),
        state: FollowerState,
        clock_step: ClockStepDetector,
    ) -> Self {
        let started = clock_step.started();
        Self {
            verifier,
            hub,
            places,
            clock,
            state,
            head_read_at: started,
            rollback_reported_at: None,
            maintained_at: started,
            missing_tokens: MissingTokenLog::default(),
            audit: RowAudit::default(),
            reopened: 0,
            last_load_succeeded: true,
            open_checked_at: started,
            clock_step,
            stop: Arc::default(),
        }
    }

    /// Polls the store until `stop` is set.
    pub(super) fn run(mut self, stop: Arc<AtomicBool>) {
        self.stop = stop;
        while !self.stop.load(Ordering::Relaxed) {
            self.verifier.drop_retired();
            let looked = Instant::now();
            let state = self.look();
            // A store that cannot be read cannot be audited.
            let until_audit = self.audit.until_next().filter(|_| state == StoreState::Current);
            let pause = until_audit.map_or(POLL_INTERVAL, |rest| rest.clamp(MIN_POLL_INTERVAL, POLL_INTERVAL));
            self.report(state, looked);
            if self.verifier.health.is_current() {
                // Tampered credentials are refused already; now the trail says so.
                self.hub.current().feed().record_findings(&mut self.state.findings);
                self.state.high_water_mark.store(&self.hub.current(), &self.state.position);
            }
            if self.verifier.health.is_current_or_altered() {
                self.state.integrity.report(&self.hub.current());
            }
            self.maintain();
            std::thread::park_timeout(pause);
        }
    }

    /// One look at the store.
    pub(super) fn look(&mut self) -> StoreState {
        self.clock_step.observe(self.clock.now());
        let state = self.poll().unwrap_or_else(|why| StoreState::Unreadable(why.to_string()));
        self.verifier.health.followed.record(&state, self.state.position.number());
        state
    }

    /// Looks after files and logs counts from time to time.
    fn maintain(&mut self) {
        if self.maintained_at.elapsed() >= MAINTENANCE_INTERVAL {
            self.verifier.journal.maintain(&self.verifier.guard, self.verifier.now());
            self.state.high_water_mark.check_file(&self.hub.current());
            self.missing_tokens.log_new(self.verifier.metrics.no_token.load(Ordering::Relaxed));
            self.maintained_at = Instant::now();
        }
    }

    fn report(&mut self, state: StoreState, looked: Instant) {
        let (name, rolled_back) = (format!("{state:?}"), state.is_rolled_back());
        let differs = self.verifier.health.record(state, looked);
        if differs {
            tracing::warn!(store = name, "the state of the store changed");
        }
        let reported_at = self.rollback_reported_at;
        if rolled_back && (differs || reported_at.is_none_or(|at| at.elapsed() >= ROLLBACK_REPORT_INTERVAL)) {
            self.rollback_reported_at = Some(Instant::now());
            tracing::warn!(
                answering = !self.verifier.health.is_below_mark(),
                "the store went back: what it takes away is followed, nothing else; put the newest copy back, or accept what \
                 is there: keydesk audit accept --as NAME"
            );
            if let Err(why) = self.record_rollback() {
                tracing::error!(error = %why, "that the store went back could not be written into its trail");
            }
        }
    }

    /// Notes the rollback in the trail. Uses a new handle, because one that knows a newer position writes nothing into an
    /// older store.
    fn record_rollback(&self) -> Result<(), HubError> {
        match Hub::open(&self.places, self.clock.clone())? {
            OpenOutcome::Ready(hub) => hub.feed().record_rollback(&self.state.position),
            OpenOutcome::New => Ok(()),
        }
    }
}

/// Logs the settings that cannot be trusted.
pub(super) fn log_tampered_settings(policy: &EffectivePolicy) {
    for setting in &policy.tampered {
        tracing::error!(
            setting = setting.name(),
            answering = policy.is_known(),
            "changed outside keydesk (tampered), and not followed: {}",
            setting.remedy()
        );
    }
}
