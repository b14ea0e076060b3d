//! The verifier's state, shared by all requests.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use arc_swap::{ArcSwap, ArcSwapOption};
use hyper::header::HeaderValue;

use crate::hub::{EffectivePolicy, Policy, Replay};
use crate::time::{Clock, Seconds};
use crate::verify::replay::Guard;
use crate::verify::{Snapshot, Verdict};

use crate::serve::api::response;
use crate::serve::follower::health::Health;
use crate::serve::http::body::BodyBudget;
use crate::serve::http::gateway_token::GatewayToken;
use crate::serve::passwords::Passwords;
use crate::serve::replay_journal::ReplayJournal;
use crate::serve::telemetry::diagnosis::DiagnosisSlots;
use crate::serve::telemetry::metrics::Metrics;
use crate::serve::telemetry::reports::Reports;

/// Capacity of the replay memory, in signatures: 96 MiB at most.
const SIGNATURES: usize = 1 << 20;

/// The verifier, as requests see it: no lock is taken on their path.
pub(super) struct Verifier {
    pub(super) snapshot: ArcSwap<Snapshot>,
    /// The retired snapshot, until no request reads it any more.
    retired: Mutex<Option<Arc<Snapshot>>>,
    pub(super) policy: ArcSwap<Policy>,
    pub(super) guard: Guard,
    pub(super) journal: ReplayJournal,
    pub(super) health: Health,
    pub(super) metrics: Arc<Metrics>,
    pub(super) passwords: Arc<Passwords>,
    pub(super) bodies: BodyBudget,
    pub(super) reports: Reports,
    pub(super) diagnosis_slots: DiagnosisSlots,
    pub(super) account: ArcSwap<HeaderValue>,
    pub(super) token: ArcSwapOption<GatewayToken>,
    pub(super) clock: Arc<dyn Clock>,
}

/// The parts that a verifier is built from.
pub(super) struct VerifierParts {
    pub(super) snapshot: Snapshot,
    /// When reading it began.
    pub(super) looked: Instant,
    pub(super) tampered: usize,
    pub(super) policy: EffectivePolicy,
    pub(super) metrics: Arc<Metrics>,
    pub(super) passwords: Arc<Passwords>,
    pub(super) reports: Reports,
    pub(super) token: Option<GatewayToken>,
    /// Whether signatures may have been accepted before this process started.
    pub(super) accepted_before: bool,
    pub(super) clock: Arc<dyn Clock>,
}

impl Verifier {
    pub(super) fn new(parts: VerifierParts, account: &str, replay: PathBuf) -> Self {
        let health = Health::new(&parts.policy, parts.looked);
        health.set_tampered(parts.tampered);
        let verifier = Self {
            snapshot: ArcSwap::from_pointee(parts.snapshot),
            retired: Mutex::default(),
            policy: ArcSwap::default(),
            guard: Guard::new(SIGNATURES),
            journal: ReplayJournal::at(replay),
            health,
            metrics: parts.metrics,
            passwords: parts.passwords,
            bodies: BodyBudget::new(),
            reports: parts.reports,
            diagnosis_slots: DiagnosisSlots::default(),
            account: ArcSwap::from_pointee(response::header_value(account)),
            token: ArcSwapOption::from(parts.token.map(Arc::new)),
            clock: parts.clock,
        };
        verifier.apply(&parts.policy, parts.accepted_before);
        verifier
    }

    /// The second that a request is judged at.
    pub(super) fn now(&self) -> Seconds {
        self.clock.now().seconds()
    }

    /// The verdict after replay protection, if the setting asks for it.
    pub(super) fn check_replay<'a>(&self, verdict: Verdict<'a>, now: Seconds) -> Verdict<'a> {
        match self.policy.load().replay {
            Replay::Off => verdict,
            Replay::Node => self.guard.admit_and(verdict, now, |one| self.journal.record(one)),
        }
    }

    /// The lines of `/readyz` about the replay guard.
    pub(super) fn replay_report(&self) -> String {
        if self.policy.load().replay == Replay::Off {
            return String::new();
        }
        let lost = self.journal.lost.load(Ordering::Relaxed);
        let doubt = self.guard.in_doubt_until(self.now()).map_or_else(
            || "none".to_owned(),
            |until| {
                format!("all signatures that end by {}, for they may have been accepted_before before", until.rfc3339())
            },
        );
        format!(
            "signatures remembered: {}, not kept for after a restart: {lost}\nsignatures refused: {doubt}\n",
            self.guard.len()
        )
    }

    /// Replaces the snapshot.
    pub(super) fn replace(&self, snapshot: Snapshot, tampered: usize) {
        self.health.set_tampered(tampered);
        self.swap(snapshot);
    }

    fn swap(&self, snapshot: Snapshot) {
        let before = self.snapshot.swap(Arc::new(snapshot));
        // Kept for a moment: the last holder of a snapshot frees it, and that must not be a request.
        *self.retired.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
    }

    /// Frees the retired snapshot. To be called a while after [`Verifier::replace`].
    pub(super) fn drop_retired(&self) {
        self.retired.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Changes the name of the account, after another desk was put in place.
    pub(super) fn set_account(&self, account: &str) {
        self.account.store(Arc::new(response::header_value(account)));
    }

    /// Applies another policy.
    pub(super) fn apply_policy(&self, policy: &EffectivePolicy) {
        // Replay protection was off until now, so no records can be missing.
        self.apply(policy, false);
    }

    /// Reads the replay journal before any request is judged by the guard.
    fn apply(&self, policy: &EffectivePolicy, accepted_before: bool) {
        self.health.apply_policy(policy);
        let begins = policy.policy.replay == Replay::Node && self.policy.load().replay == Replay::Off;
        if begins {
            self.journal.start(&self.guard, self.now(), accepted_before);
        }
        if policy.policy.algorithms != self.policy.load().algorithms {
            let before = self.snapshot.load_full();
            self.swap(before.admitting(&policy.policy.algorithms));
        }
        self.policy.store(Arc::new(policy.policy.clone()));
    }
}
