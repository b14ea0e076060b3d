//! The verifier's state, shared by all requests.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock, atomic::Ordering},
};

use arc_swap::{ArcSwap, ArcSwapOption};
use hyper::header::HeaderValue;

use crate::hub::{Followed, Hub, Policy, Replay};
use crate::time::{Clock, Seconds};
use crate::verify::{Snapshot, Verdict, replay::Guard};

use super::{
    answer, body::Bodies, diagnosis::Seats, gateway::GatewayToken, health::Health, journal::Journal, metrics::Metrics,
    passwords::Passwords, reports::Reports,
};

/// Capacity of the replay memory, in signatures: 96 MiB at most.
const SIGNATURES: usize = 1 << 20;

/// The verifier, as requests see it: no lock is taken on their path.
pub(super) struct Verifier {
    pub(super) snapshot: ArcSwap<Snapshot>,
    /// The retired snapshot, until no request reads it any more.
    left: Mutex<Option<Arc<Snapshot>>>,
    pub(super) policy: ArcSwap<Policy>,
    pub(super) guard: Guard,
    pub(super) journal: Journal,
    pub(super) health: Health,
    pub(super) metrics: Arc<Metrics>,
    pub(super) passwords: Arc<Passwords>,
    pub(super) bodies: Bodies,
    pub(super) reports: Reports,
    pub(super) seats: Seats,
    pub(super) account: ArcSwap<HeaderValue>,
    pub(super) token: ArcSwapOption<GatewayToken>,
    pub(super) clock: Arc<dyn Clock>,
}

/// The parts that a verifier is built from.
pub(super) struct Beginning {
    pub(super) snapshot: Snapshot,
    pub(super) tampered: usize,
    pub(super) followed: Followed,
    pub(super) metrics: Arc<Metrics>,
    pub(super) passwords: Arc<Passwords>,
    pub(super) reports: Reports,
    pub(super) token: Option<GatewayToken>,
    /// Whether signatures were accepted before, as far as is known.
    pub(super) accepted: bool,
    pub(super) clock: Arc<dyn Clock>,
}

impl Verifier {
    pub(super) fn new(with: Beginning, account: &str, replay: PathBuf) -> Self {
        let health = Health::new(&with.followed);
        health.set_tampered(with.tampered);
        let verifier = Self {
            snapshot: ArcSwap::from_pointee(with.snapshot),
            left: Mutex::default(),
            policy: ArcSwap::default(),
            guard: Guard::new(SIGNATURES),
            journal: Journal::at(replay),
            health,
            metrics: with.metrics,
            passwords: with.passwords,
            bodies: Bodies::new(),
            reports: with.reports,
            seats: Seats::default(),
            account: ArcSwap::from_pointee(answer::field(account)),
            token: ArcSwapOption::from(with.token.map(Arc::new)),
            clock: with.clock,
        };
        verifier.settle(&with.followed, with.accepted);
        verifier
    }

    /// The second that a request is judged at.
    pub(super) fn now(&self) -> Seconds {
        self.clock.now().seconds()
    }

    /// The verdict after replay protection, if the site has it switched on.
    pub(super) fn admit<'a>(&self, verdict: Verdict<'a>, now: Seconds) -> Verdict<'a> {
        match self.policy.load().replay {
            Replay::Off => verdict,
            Replay::Node => self.guard.admit_and(verdict, now, |one| self.journal.keep(one)),
        }
    }

    /// What `/readyz` says of the replay guard, if there is one.
    pub(super) fn replay_report(&self) -> String {
        if self.policy.load().replay == Replay::Off {
            return String::new();
        }
        let lost = self.journal.lost.load(Ordering::Relaxed);
        let doubt = self.guard.in_doubt_until(self.now()).map_or_else(
            || "none".to_owned(),
            |until| format!("all signatures that end by {}, for they may have been accepted before", until.rfc3339()),
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
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
    }

    /// Frees the retired snapshot. To be called a while after [`Verifier::replace`].
    pub(super) fn let_go(&self) {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Changes the name of the account, after another desk was put in place.
    pub(super) fn of_account(&self, account: &str) {
        self.account.store(Arc::new(answer::field(account)));
    }

    /// Follows another policy.
    pub(super) fn follow(&self, followed: &Followed) {
        // Until now nothing was to be remembered.
        self.settle(followed, false);
    }

    /// Reads the replay journal before any request is judged by the guard.
    fn settle(&self, followed: &Followed, accepted: bool) {
        self.health.follow(followed);
        let begins = followed.policy.replay == Replay::Node && self.policy.load().replay == Replay::Off;
        if begins {
            self.journal.begin(&self.guard, self.now(), accepted);
        }
        if followed.policy.algorithms != self.policy.load().algorithms {
            let before = self.snapshot.load_full();
            self.swap(before.admitting(&followed.policy.algorithms));
        }
        self.policy.store(Arc::new(followed.policy.clone()));
    }
}

/// The hub, which is exchanged after the store was replaced. Requests never use it.
pub(super) type SharedHub = Arc<RwLock<Arc<Hub>>>;
