//! Health: whether the store is in reach, and for how long the verifier may still answer from what it knows
//! (staleness).

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::hub::{EffectivePolicy, Setting};

use crate::serve::follower::integrity::Integrity;

/// State of the store at the last look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::serve) enum StoreState {
    /// It can be read, and is the store that the snapshot was loaded from.
    Current,
    /// It cannot be read; the sentence says why.
    Unreadable(String),
    /// Rollback: it is older than it was, or continued from an older state, because somebody put an old file back or a
    /// failover lost changes. The snapshot is newer and goes on answering; only restrictions are taken from the store.
    RolledBack,
    /// Rollback before this process started: the store is below the high-water mark, and nothing newer is known.
    BelowMark,
    /// It continues from where it was, but its credentials do not match the sums in its head.
    Altered,
}

impl StoreState {
    /// Whether an Administrator has to accept the store first.
    pub(in crate::serve) fn is_rolled_back(&self) -> bool {
        matches!(self, Self::RolledBack | Self::BelowMark)
    }

    fn words(&self) -> &str {
        match self {
            Self::Current => "in sight",
            Self::Unreadable(why) => why,
            Self::RolledBack => {
                "went back: it is older than it was, or went on from something older. The snapshot of before answers. What \
                 is disabled, revoked, ended or narrowed there is followed, and nothing else. Put the newest copy back; \
                 or, to accept what is there: keydesk audit accept --as NAME"
            }
            Self::Altered => {
                "in sight, but its keys are not as keydesk left them. What is disabled, revoked, ended or narrowed is \
                 followed, and nothing else. `keydesk audit verify --as NAME` says what it is. Put the newest copy back; or, \
                 to accept what is there: `keydesk audit accept --as NAME`"
            }
            Self::BelowMark => {
                "went back: it is older than a verifier saw it before this one was started, or went on from something \
                 older. Nobody is answered, for what was revoked since would work again. Put the newest copy back; or, to \
                 accept what is there: keydesk audit accept --as NAME"
            }
        }
    }
}

/// What the verifier knows about its store. The part that every request reads is a few atomics; the words are for
/// `/readyz`.
#[derive(Debug)]
pub(in crate::serve) struct Health {
    /// Of the monotonic clock: setting the wall clock does not change staleness.
    started: Instant,
    read_at: AtomicU64,
    limit: AtomicU64,
    state: Mutex<StoreState>,
    tampered: AtomicI64,
    /// Settings that cannot be trusted; and whether one of them was never known.
    settings: Mutex<Vec<Setting>>,
    policy_unknown: AtomicBool,
    /// The store was below the high-water mark when this process started.
    below_mark: AtomicBool,
    /// The file of the high-water mark, if it could not be read.
    unreadable_mark: Mutex<Option<String>>,
    /// Findings of tampering; and whether there were some from the start, so that nothing better is known.
    findings: Mutex<Vec<String>>,
    tampered_at_start: AtomicBool,
    /// The trail does not tell what was revoked since.
    trail_broken: AtomicBool,
}

impl Health {
    /// Starts with a store that was just read.
    pub(in crate::serve) fn new(policy: &EffectivePolicy) -> Self {
        let health = Self {
            started: Instant::now(),
            read_at: AtomicU64::new(0),
            limit: AtomicU64::new(0),
            state: Mutex::new(StoreState::Current),
            tampered: AtomicI64::new(0),
            settings: Mutex::default(),
            policy_unknown: AtomicBool::new(false),
            below_mark: AtomicBool::new(false),
            unreadable_mark: Mutex::default(),
            findings: Mutex::default(),
            tampered_at_start: AtomicBool::new(false),
            trail_broken: AtomicBool::new(false),
        };
        health.apply_policy(policy);
        health
    }

    /// Takes over the staleness limit of a policy.
    pub(in crate::serve) fn apply_policy(&self, policy: &EffectivePolicy) {
        self.limit.store(policy.policy.staleness.unsigned_abs().saturating_mul(1_000), Ordering::Relaxed);
        self.policy_unknown.store(!policy.is_known(), Ordering::Relaxed);
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&policy.tampered);
    }

    /// How many settings cannot be trusted.
    pub(in crate::serve) fn tampered_settings(&self) -> usize {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Records the state of the store; returns whether it differs from before.
    pub(in crate::serve) fn record(&self, state: StoreState) -> bool {
        if !matches!(state, StoreState::Unreadable(_)) {
            self.read_at.store(self.since_start(Instant::now()), Ordering::Relaxed);
        }
        let mut before = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let differs = std::mem::discriminant(&*before) != std::mem::discriminant(&state);
        *before = state;
        differs
    }

    /// Records that the store can be read, during a long read.
    pub(in crate::serve) fn record_readable(&self) {
        self.read_at.store(self.since_start(Instant::now()), Ordering::Relaxed);
    }

    /// Whether the store was readable and current at the last look.
    pub(in crate::serve) fn is_current(&self) -> bool {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) == StoreState::Current
    }

    /// Whether the store was rolled back and waits to be accepted.
    pub(in crate::serve) fn is_rolled_back(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).is_rolled_back()
    }

    /// Records whether the store, when it was loaded, was below the high-water mark.
    pub(in crate::serve) fn set_below_mark(&self, is: bool) {
        self.below_mark.store(is, Ordering::Relaxed);
        if is {
            self.record(StoreState::BelowMark);
        }
    }

    /// Records that the high-water mark could not be read, and from which file.
    pub(in crate::serve) fn set_unreadable_mark(&self, file: Option<String>) {
        *self.unreadable_mark.lock().unwrap_or_else(PoisonError::into_inner) = file;
    }

    /// Records tampering that was found before the first request.
    pub(in crate::serve) fn start_with(&self, integrity: &Integrity) {
        self.tampered_at_start.store(integrity.closes(), Ordering::Relaxed);
        self.set_integrity(integrity);
    }

    /// Records tampering. Once nothing is left that would close a verifier, it answers again.
    pub(in crate::serve) fn set_integrity(&self, integrity: &Integrity) {
        *self.findings.lock().unwrap_or_else(PoisonError::into_inner) = integrity.sentences();
        self.trail_broken.store(integrity.is_trail_broken(), Ordering::Relaxed);
        if !integrity.closes() {
            self.tampered_at_start.store(false, Ordering::Relaxed);
        }
    }

    /// Whether every request gets 503 because the store did not match the sums in its head when this process started.
    pub(in crate::serve) fn is_closed_by_tampering(&self) -> bool {
        self.tampered_at_start.load(Ordering::Relaxed)
    }

    /// Number of findings of tampering.
    pub(in crate::serve) fn findings(&self) -> usize {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether the store can be read and continues from where it was.
    pub(in crate::serve) fn is_current_or_altered(&self) -> bool {
        matches!(*self.state.lock().unwrap_or_else(PoisonError::into_inner), StoreState::Current | StoreState::Altered)
    }

    /// Whether it was below the high-water mark.
    pub(in crate::serve) fn is_below_mark(&self) -> bool {
        self.below_mark.load(Ordering::Relaxed)
    }

    /// Milliseconds since the store was last read.
    pub(in crate::serve) fn age(&self) -> u64 {
        self.age_at(Instant::now())
    }

    fn age_at(&self, at: Instant) -> u64 {
        self.since_start(at).saturating_sub(self.read_at.load(Ordering::Relaxed))
    }

    /// Whether every request at this time gets 503: the store is out of reach for too long, the policy was never known,
    /// the store is below its high-water mark, or it was tampered with and nothing better is known.
    pub(in crate::serve) fn is_closed(&self, at: Instant) -> bool {
        self.age_at(at) > self.limit.load(Ordering::Relaxed)
            || self.policy_unknown.load(Ordering::Relaxed)
            || self.is_below_mark()
            || self.is_closed_by_tampering()
            || self.trail_broken.load(Ordering::Relaxed)
    }

    /// Records how many credentials are refused for a wrong tag.
    pub(in crate::serve) fn set_tampered(&self, count: usize) {
        self.tampered.store(i64::try_from(count).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// How many credentials are refused for a wrong tag.
    pub(in crate::serve) fn tampered(&self) -> i64 {
        self.tampered.load(Ordering::Relaxed)
    }

    /// `/readyz`: whether requests are answered, with the state of the store either way.
    pub(in crate::serve) fn report(&self) -> (bool, String) {
        let ready = !self.is_closed(Instant::now());
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner).words().to_owned();
        let word = if ready { "ready" } else { "not ready" };
        let (age, limit) = (self.age(), self.limit.load(Ordering::Relaxed));
        let unmarked = self.unreadable_mark.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map_or_else(
            String::new,
            |file| {
                format!("seen before: {file} could not be read at the start, so an older store would not be noticed\n")
            },
        );
        let text = format!(
            "{word}\nstore: {state}\nlast in sight: {}.{:03} s ago, answers until {} s\ntampered credentials: {}\n\
             tampered settings: {}\nchanged outside keydesk: {}\n{unmarked}",
            age / 1_000,
            age % 1_000,
            limit / 1_000,
            self.tampered(),
            self.settings_words(),
            self.finding_words(),
        );
        (ready, text)
    }

    /// The findings of tampering and their remedy, in words.
    fn finding_words(&self) -> String {
        let findings = self.findings.lock().unwrap_or_else(PoisonError::into_inner);
        if findings.is_empty() {
            return "none".to_owned();
        }
        let closed = match self.is_closed_by_tampering() {
            true => "; nobody is answered before it is mended or accepted",
            false => "",
        };
        format!("{}{closed} (`keydesk audit verify --as NAME`, `keydesk audit accept --as NAME`)", findings.join("; "))
    }

    /// The settings that cannot be trusted and the remedy, in words.
    fn settings_words(&self) -> String {
        let settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        if settings.is_empty() {
            return "none".to_owned();
        }
        let what = match self.policy_unknown.load(Ordering::Relaxed) {
            true => "nobody is answered before it is set again",
            false => "what was set before is followed",
        };
        let named =
            settings.iter().map(|setting| format!("{} (keydesk setting set {0} VALUE --as NAME)", setting.name()));
        format!("{}: {what}", named.collect::<Vec<_>>().join(", "))
    }

    fn since_start(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.started).as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::hub::Policy;

    #[test]
    fn an_unreadable_store_shows_at_once_and_closes_at_the_limit() {
        let mut health = Health::new(&known(60));
        assert!(health.report().0);
        health.started -= Duration::from_secs(100);
        assert!(health.age() >= 100_000 && health.is_closed(Instant::now()) && !health.report().0);
        assert!(health.record(StoreState::Unreadable("gone".to_owned())) && health.is_closed(Instant::now()));
        assert!(health.report().1.contains("store: gone"), "{}", health.report().1);
        assert!(health.record(StoreState::RolledBack) && health.is_rolled_back());
        assert!(!health.is_closed(Instant::now()) && !health.record(StoreState::RolledBack), "newer data answers");
        let (ready, text) = health.report();
        assert!(ready && text.contains("went back") && text.contains("audit accept"), "{text}");
        assert!(health.record(StoreState::Current) && !health.is_rolled_back() && health.age() < 100_000);
        assert!(health.is_closed(Instant::now() + Duration::from_secs(61)));
    }

    fn known(staleness: i64) -> EffectivePolicy {
        EffectivePolicy::of(Policy { staleness, ..Policy::default() })
    }

    fn without(setting: Setting, mut policy: EffectivePolicy) -> EffectivePolicy {
        policy.tampered = vec![setting];
        policy
    }

    #[test]
    fn an_unknown_policy_closes_and_a_known_one_goes_on() {
        let health = Health::new(&without(Setting::Replay, EffectivePolicy::default()));
        let (ready, text) = health.report();
        assert!(!ready && health.is_closed(Instant::now()), "{text}");
        assert!(text.contains("keydesk setting set replay VALUE") && text.contains("nobody is answered"), "{text}");
        health.apply_policy(&without(Setting::Staleness, known(60)));
        let (ready, text) = health.report();
        assert!(ready && text.contains("setting set staleness") && text.contains("set before is followed"), "{text}");
        assert_eq!(health.tampered_settings(), 1);
        health.apply_policy(&known(60));
        assert!(health.report().1.contains("tampered settings: none"));
    }
}
