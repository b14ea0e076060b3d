//! Health: whether the store is in reach, and for how long the verifier may still answer from what it knows
//! (staleness).

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::hub::{EffectivePolicy, Setting, StoreNotice};

use crate::serve::follower::followed::Followed;
use crate::serve::follower::integrity::Integrity;
use crate::serve::follower::notice::NoticeState;

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
    /// Whether hints of commits arrive.
    pub(in crate::serve) notice: Arc<NoticeState>,
    /// The change that requests are judged by.
    pub(in crate::serve) followed: Arc<Followed>,
    /// What is to be told of the store itself.
    store_notices: Mutex<Vec<StoreNotice>>,
}

impl Health {
    /// Starts with a store whose reading began at `looked`.
    pub(in crate::serve) fn new(policy: &EffectivePolicy, looked: Instant) -> Self {
        let health = Self {
            started: looked,
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
            notice: Arc::default(),
            followed: Arc::default(),
            store_notices: Mutex::default(),
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

    /// Records the state of the store by a look that began at `looked`; returns whether it differs from before. What is
    /// committed during a look may be missing from it, however long it takes.
    pub(in crate::serve) fn record(&self, state: StoreState, looked: Instant) -> bool {
        if !matches!(state, StoreState::Unreadable(_)) {
            self.record_readable(looked);
        }
        let mut before = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let differs = std::mem::discriminant(&*before) != std::mem::discriminant(&state);
        *before = state;
        differs
    }

    /// Records that the store can be read, by a look that began at `looked`: at the end of each, and during a long read.
    pub(in crate::serve) fn record_readable(&self, looked: Instant) {
        // Whoever sees this sees the snapshot that belongs to it.
        self.read_at.fetch_max(self.since_start(looked), Ordering::Release);
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
            *self.state.lock().unwrap_or_else(PoisonError::into_inner) = StoreState::BelowMark;
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
        self.since_start(at).saturating_sub(self.read_at.load(Ordering::Acquire))
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

    /// Records what is to be told of the store itself.
    pub(in crate::serve) fn set_store_notices(&self, notices: Vec<StoreNotice>) {
        *self.store_notices.lock().unwrap_or_else(PoisonError::into_inner) = notices;
    }

    /// What is to be told of the store itself.
    pub(in crate::serve) fn store_notices(&self) -> Vec<StoreNotice> {
        self.store_notices.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Each in a line.
    fn notice_words(&self) -> String {
        let line = |notice: &StoreNotice| format!("{}: {}\n", notice.word(), notice.sentence());
        self.store_notices().iter().map(line).collect()
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
            "{word}\nstore: {state}\nlast in sight: {}.{:03} s ago, answers until {} s\nnotice: {}\n\
             tampered credentials: {}\ntampered settings: {}\nchanged outside keydesk: {}\n{}{unmarked}",
            age / 1_000,
            age % 1_000,
            limit / 1_000,
            self.notice.word(Instant::now()),
            self.tampered(),
            self.settings_words(),
            self.finding_words(),
            self.notice_words(),
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
        let (mut health, now) = (Health::new(&known(60), Instant::now()), Instant::now());
        assert!(health.report().0);
        health.started -= Duration::from_secs(100);
        assert!(health.age() >= 100_000 && health.is_closed(Instant::now()) && !health.report().0);
        assert!(health.record(StoreState::Unreadable("gone".to_owned()), now) && health.is_closed(Instant::now()));
        assert!(health.report().1.contains("store: gone"), "{}", health.report().1);
        assert!(health.record(StoreState::RolledBack, now) && health.is_rolled_back());
        assert!(!health.is_closed(Instant::now()) && !health.record(StoreState::RolledBack, now), "newer data answers");
        let (ready, text) = health.report();
        assert!(ready && text.contains("went back") && text.contains("audit accept"), "{text}");
        assert!(health.record(StoreState::Current, now) && !health.is_rolled_back() && health.age() < 100_000);
        assert!(health.is_closed(Instant::now() + Duration::from_secs(61)));
    }

    #[test]
    fn the_age_counts_from_the_beginning_of_a_look() {
        let began = Instant::now();
        let health = Health::new(&known(60), began);
        let looked = began + Duration::from_secs(10);
        health.record(StoreState::Current, looked);
        assert_eq!(health.age_at(began + Duration::from_secs(70)), 60_000);
        assert!(
            !health.is_closed(began + Duration::from_secs(70)) && health.is_closed(began + Duration::from_secs(71))
        );
        // One that began before and ends later, such as a long load, makes nothing older.
        health.record(StoreState::Current, began + Duration::from_secs(1));
        assert_eq!(health.age_at(began + Duration::from_secs(70)), 60_000);
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
        let health = Health::new(&without(Setting::Replay, EffectivePolicy::default()), Instant::now());
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
