//! Health: whether the store is in reach, and for how long the verifier may still answer from what it knows
//! (staleness).

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::Instant,
};

use crate::hub::{Followed, Setting};

use super::trust::Trust;

/// State of the store at the last look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// It can be read, and is the store that the snapshot was loaded from.
    Clear,
    /// It cannot be read; the sentence says why.
    Out(String),
    /// Rollback: it is older than it was, or continued from an older state, because somebody put an old file back or a
    /// failover lost changes. The snapshot is newer and goes on answering; only restrictions are taken from the store.
    WentBack,
    /// Rollback before this process started: the store is below the high-water mark, and nothing newer is known.
    Behind,
    /// It continues from where it was, but its credentials do not match the sums in its head.
    Altered,
}

impl Sight {
    /// Whether an Administrator has to accept the store first.
    pub(super) fn went_back(&self) -> bool {
        matches!(self, Self::WentBack | Self::Behind)
    }

    fn words(&self) -> &str {
        match self {
            Self::Clear => "in sight",
            Self::Out(why) => why,
            Self::WentBack => {
                "went back: it is older than it was, or went on from something older. The snapshot of before answers. What \
                 is disabled, revoked, ended or narrowed there is followed, and nothing else. Put the newest copy back; \
                 or, to accept what is there: keydesk audit accept --as NAME"
            }
            Self::Altered => {
                "in sight, but its keys are not as keydesk left them. What is disabled, revoked, ended or narrowed is \
                 followed, and nothing else. `keydesk audit verify --as NAME` says what it is. Put the newest copy back; or, \
                 to accept what is there: `keydesk audit accept --as NAME`"
            }
            Self::Behind => {
                "went back: it is older than a verifier saw it before this one was started, or went on from something \
                 older. Nobody is answered, for what was revoked since would work again. Put the newest copy back; or, to \
                 accept what is there: keydesk audit accept --as NAME"
            }
        }
    }
}

/// What the verifier knows of its store. Read by every request, so that part is two atomic numbers; the words are for
/// `/readyz`.
#[derive(Debug)]
pub(super) struct Health {
    /// The monotonic clock of this process: nobody can turn staleness back by setting the time.
    began: Instant,
    seen: AtomicU64,
    limit: AtomicU64,
    sight: Mutex<Sight>,
    tampered: AtomicI64,
    /// Settings that cannot be trusted; and whether one of them was never known.
    settings: Mutex<Vec<Setting>>,
    unknown: AtomicBool,
    /// The store was below the high-water mark when this process started.
    behind: AtomicBool,
    /// The file of the high-water mark, if it could not be read.
    unmarked: Mutex<Option<String>>,
    /// What is not as keydesk left it; and whether that was so from the start, so that nothing better is known.
    wrong: Mutex<Vec<String>>,
    started_wrong: AtomicBool,
    /// Nobody can say what was taken away since.
    blind: AtomicBool,
}

impl Health {
    /// Starts with a store that was just read.
    pub(super) fn new(followed: &Followed) -> Self {
        let health = Self {
            began: Instant::now(),
            seen: AtomicU64::new(0),
            limit: AtomicU64::new(0),
            sight: Mutex::new(Sight::Clear),
            tampered: AtomicI64::new(0),
            settings: Mutex::default(),
            unknown: AtomicBool::new(false),
            behind: AtomicBool::new(false),
            unmarked: Mutex::default(),
            wrong: Mutex::default(),
            started_wrong: AtomicBool::new(false),
            blind: AtomicBool::new(false),
        };
        health.follow(followed);
        health
    }

    /// Takes over the staleness limit of a policy.
    pub(super) fn follow(&self, followed: &Followed) {
        self.limit.store(followed.policy.staleness.unsigned_abs().saturating_mul(1_000), Ordering::Relaxed);
        self.unknown.store(!followed.is_known(), Ordering::Relaxed);
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&followed.tampered);
    }

    /// How many settings cannot be trusted.
    pub(super) fn tampered_settings(&self) -> usize {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Records the state of the store; returns whether it differs from before.
    pub(super) fn saw(&self, sight: Sight) -> bool {
        if !matches!(sight, Sight::Out(_)) {
            self.seen.store(self.since_began(Instant::now()), Ordering::Relaxed);
        }
        let mut before = self.sight.lock().unwrap_or_else(PoisonError::into_inner);
        let differs = std::mem::discriminant(&*before) != std::mem::discriminant(&sight);
        *before = sight;
        differs
    }

    /// Records that the store can be read, during a long read.
    pub(super) fn glimpsed(&self) {
        self.seen.store(self.since_began(Instant::now()), Ordering::Relaxed);
    }

    /// Whether the store was readable and current at the last look.
    pub(super) fn is_clear(&self) -> bool {
        *self.sight.lock().unwrap_or_else(PoisonError::into_inner) == Sight::Clear
    }

    /// Whether the store was rolled back and waits to be accepted.
    pub(super) fn went_back(&self) -> bool {
        self.sight.lock().unwrap_or_else(PoisonError::into_inner).went_back()
    }

    /// Records whether the store, when it was loaded, was below the high-water mark.
    pub(super) fn set_behind(&self, is: bool) {
        self.behind.store(is, Ordering::Relaxed);
        if is {
            self.saw(Sight::Behind);
        }
    }

    /// Records that the high-water mark could not be read, and from which file.
    pub(super) fn unmarked(&self, file: Option<String>) {
        *self.unmarked.lock().unwrap_or_else(PoisonError::into_inner) = file;
    }

    /// Records tampering that was found before the first request.
    pub(super) fn starts_with(&self, trust: &Trust) {
        self.started_wrong.store(trust.closes(), Ordering::Relaxed);
        self.trust(trust);
    }

    /// Records tampering. Once none is left that would close a verifier, it answers.
    pub(super) fn trust(&self, trust: &Trust) {
        *self.wrong.lock().unwrap_or_else(PoisonError::into_inner) = trust.sentences();
        self.blind.store(trust.is_blind(), Ordering::Relaxed);
        if !trust.closes() {
            self.started_wrong.store(false, Ordering::Relaxed);
        }
    }

    /// Whether every request gets 503 because the store did not match the sums in its head when this process started.
    pub(super) fn is_closed_by_trust(&self) -> bool {
        self.started_wrong.load(Ordering::Relaxed)
    }

    /// Number of findings of tampering.
    pub(super) fn wrongs(&self) -> usize {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether the store can be read and continues from where it was.
    pub(super) fn is_in_sight(&self) -> bool {
        matches!(*self.sight.lock().unwrap_or_else(PoisonError::into_inner), Sight::Clear | Sight::Altered)
    }

    /// Whether it was below the high-water mark.
    pub(super) fn is_behind(&self) -> bool {
        self.behind.load(Ordering::Relaxed)
    }

    /// Milliseconds since the store was last read.
    pub(super) fn age(&self) -> u64 {
        self.age_at(Instant::now())
    }

    fn age_at(&self, at: Instant) -> u64 {
        self.since_began(at).saturating_sub(self.seen.load(Ordering::Relaxed))
    }

    /// Whether every request of this time gets 503: the store is out of reach for too long, the policy was never known,
    /// or the store is below its high-water mark.
    pub(super) fn is_closed(&self, at: Instant) -> bool {
        self.age_at(at) > self.limit.load(Ordering::Relaxed)
            || self.unknown.load(Ordering::Relaxed)
            || self.is_behind()
            || self.is_closed_by_trust()
            || self.blind.load(Ordering::Relaxed)
    }

    /// Records how many credentials are refused for a wrong tag.
    pub(super) fn set_tampered(&self, count: usize) {
        self.tampered.store(i64::try_from(count).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// How many credentials are refused for a wrong tag.
    pub(super) fn tampered(&self) -> i64 {
        self.tampered.load(Ordering::Relaxed)
    }

    /// `/readyz`: whether requests are answered, with the state of the store either way.
    pub(super) fn report(&self) -> (bool, String) {
        let ready = !self.is_closed(Instant::now());
        let sight = self.sight.lock().unwrap_or_else(PoisonError::into_inner).words().to_owned();
        let word = if ready { "ready" } else { "not ready" };
        let (age, limit) = (self.age(), self.limit.load(Ordering::Relaxed));
        let unmarked =
            self.unmarked.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map_or_else(String::new, |file| {
                format!("seen before: {file} could not be read at the start, so an older store would not be noticed\n")
            });
        let text = format!(
            "{word}\nstore: {sight}\nlast in sight: {}.{:03} s ago, answers until {} s\ntampered credentials: {}\n\
             tampered settings: {}\nchanged outside keydesk: {}\n{unmarked}",
            age / 1_000,
            age % 1_000,
            limit / 1_000,
            self.tampered(),
            self.settings_words(),
            self.wrong_words(),
        );
        (ready, text)
    }

    /// The findings of tampering and their remedy, in words.
    fn wrong_words(&self) -> String {
        let wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.is_empty() {
            return "none".to_owned();
        }
        let closed = match self.is_closed_by_trust() {
            true => "; nobody is answered before it is mended or accepted",
            false => "",
        };
        format!("{}{closed} (`keydesk audit verify --as NAME`, `keydesk audit accept --as NAME`)", wrong.join("; "))
    }

    /// The settings that cannot be trusted and the remedy, in words.
    fn settings_words(&self) -> String {
        let settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        if settings.is_empty() {
            return "none".to_owned();
        }
        let what = match self.unknown.load(Ordering::Relaxed) {
            true => "nobody is answered before it is set again",
            false => "what was set before is followed",
        };
        let named =
            settings.iter().map(|setting| format!("{} (keydesk setting set {0} VALUE --as NAME)", setting.name()));
        format!("{}: {what}", named.collect::<Vec<_>>().join(", "))
    }

    fn since_began(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.began).as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::Policy;

    #[test]
    fn out_of_sight_is_told_at_once_and_stops_answers_at_the_limit() {
        let health = Health::new(&known(60));
        assert!(health.report().0);
        assert!(health.saw(Sight::WentBack) && !health.saw(Sight::WentBack) && health.went_back());
        let (ready, text) = health.report();
        assert!(ready && text.contains("went back") && text.contains("audit accept"), "{text}");
        std::thread::sleep(std::time::Duration::from_millis(100));
        assert!(health.age() >= 100 && !health.saw(Sight::WentBack) && health.age() < 100, "what is newer answers on");
        assert!(health.saw(Sight::Out("gone".to_owned())) && !health.went_back());
        health.follow(&known(0));
        std::thread::sleep(std::time::Duration::from_millis(3));
        assert!(health.is_closed(Instant::now()) && !health.report().0);
        assert!(health.saw(Sight::Clear) && health.age() < 1_000);
    }

    fn known(staleness: i64) -> Followed {
        Followed::of(Policy { staleness, ..Policy::default() })
    }

    fn without(setting: Setting, mut followed: Followed) -> Followed {
        followed.tampered = vec![setting];
        followed
    }

    #[test]
    fn a_policy_that_was_never_known_answers_nobody_and_one_that_was_known_goes_on() {
        let health = Health::new(&without(Setting::Replay, Followed::default()));
        let (ready, text) = health.report();
        assert!(!ready && health.is_closed(Instant::now()), "{text}");
        assert!(text.contains("keydesk setting set replay VALUE") && text.contains("nobody is answered"), "{text}");
        health.follow(&without(Setting::Staleness, known(60)));
        let (ready, text) = health.report();
        assert!(ready && text.contains("setting set staleness") && text.contains("set before is followed"), "{text}");
        assert_eq!(health.tampered_settings(), 1);
        health.follow(&known(60));
        assert!(health.report().1.contains("tampered settings: none"));
    }
}
