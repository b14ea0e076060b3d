//! Replay protection: the memory of accepted signatures, for one node (R1).
//!
//! A signature is remembered until the last second in which its date is within the window. Two rules keep that exact: a
//! memory that is full refuses rather than forgets, and what may have been forgotten is refused if the clock steps back
//! into its window.
//!
//! No credential can fill the memory for the others: each may hold at most [`SHARE`] times as much as is still free, so
//! that one alone can have three quarters of the memory. Nor can a few together: a part of it ([`RESERVE`]) is reserved
//! for credentials that hold little ([`LITTLE`]).

mod memory;
mod proof;

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::time::Seconds;
use crate::verify::{Denied, Reason, Verdict, judge};

use memory::Memory;

pub use memory::{LITTLE, RESERVE, ReplayOutcome, SHARE};
pub use proof::{Proof, Remembered};

/// The last second in which a signature can be acceptable that is acceptable now: its dates are as far ahead as they may be.
pub fn last_end(now: Seconds) -> Seconds {
    judge::window_end(judge::window_end(now))
}

/// The replay memory, sharded, so that requests seldom wait for one another.
pub struct Guard {
    parts: Box<[Mutex<Memory>]>,
}

/// Number of shards: a power of two.
const PARTS: usize = 16;

/// Bytes that one remembered signature takes at most, with the room that its containers keep and the count of its
/// credential.
pub const BYTES_EACH: usize = 96;

impl Guard {
    /// A memory for about this many signatures.
    pub fn new(capacity: usize) -> Self {
        let most = capacity.div_ceil(PARTS);
        Self { parts: (0..PARTS).map(|_| Mutex::new(Memory::new(most))).collect() }
    }

    /// The verdict after replay protection. A request that is refused here leaves nothing behind.
    pub fn admit<'a>(&self, verdict: Verdict<'a>, now: Seconds) -> Verdict<'a> {
        self.admit_and(verdict, now, |_| ())
    }

    /// The same; `keep` is handed what is remembered before the verdict is.
    pub fn admit_and<'a>(&self, verdict: Verdict<'a>, now: Seconds, keep: impl FnOnce(Remembered)) -> Verdict<'a> {
        let Verdict::Allow(allowed) = verdict else { return verdict };
        let Some(one) = allowed.proof.as_ref().map(Proof::remembered) else { return Verdict::Allow(allowed) };
        let reason = match self.part(&one).remember(one, now) {
            ReplayOutcome::First => {
                keep(one);
                return Verdict::Allow(allowed);
            }
            ReplayOutcome::Before => Reason::Replayed,
            ReplayOutcome::Full => Reason::Unavailable,
        };
        Verdict::Deny(Denied::from(reason).of(allowed.credential))
    }

    /// Remembers an accepted signature: of two at once, one is first.
    pub fn remember(&self, proof: &Proof, now: Seconds) -> ReplayOutcome {
        let one = proof.remembered();
        self.part(&one).remember(one, now)
    }

    /// Remembers what was accepted before this memory began. What finds no room is refused as if it were forgotten.
    pub fn recall(&self, one: Remembered) {
        self.part(&one).recall(one);
    }

    /// Whatever ends in this second or before may have been accepted and forgotten.
    pub fn forgot_until(&self, end: Seconds) {
        self.locked().for_each(|mut part| part.forgot_until(end));
    }

    /// Whatever ends in these seconds may have been accepted and forgotten; nothing is said of what ends before.
    pub fn forgot(&self, ends: RangeInclusive<Seconds>) {
        self.locked().for_each(|mut part| part.forgot(ends.clone()));
    }

    /// All that is remembered, part by part: each is locked for as long as it takes to copy it.
    pub fn remembered(&self) -> impl Iterator<Item = Vec<Remembered>> {
        self.locked().map(|part| part.remembered())
    }

    /// The parts, one after the other; the caller holds one at a time.
    fn locked(&self) -> impl Iterator<Item = MutexGuard<'_, Memory>> {
        // A thread that died while it held the lock left the memory whole: each change is one step.
        self.parts.iter().map(|part| part.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn part(&self, one: &Remembered) -> MutexGuard<'_, Memory> {
        self.parts[usize::from(one.mark[15]) % PARTS].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether what ends then may have been forgotten.
    pub fn doubts(&self, end: Seconds) -> bool {
        self.locked().any(|part| part.may_have_forgotten(end))
    }

    /// Until when all that ends is refused because it may have been forgotten.
    pub fn forgotten(&self) -> Option<Seconds> {
        self.locked().filter_map(|part| part.forgotten()).max()
    }

    /// Until when signatures end that are refused because they may have been forgotten, if that is not over.
    pub fn in_doubt_until(&self, now: Seconds) -> Option<Seconds> {
        self.locked().filter_map(|part| part.in_doubt_until(now)).max()
    }

    /// How many signatures are remembered.
    pub fn len(&self) -> usize {
        self.locked().map(|part| part.len()).sum()
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guard({} signatures)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: i64 = 1_767_225_600;

    /// Of a credential of its own.
    fn proof(n: u32, good_until: i64) -> Proof {
        of(u128::from(n), n, good_until)
    }

    fn of(credential: u128, n: u32, good_until: i64) -> Proof {
        Proof::new(Uuid::from_u128(credential), &n.to_be_bytes(), Seconds(good_until))
    }

    #[test]
    fn the_edge_of_the_window_is_exact() {
        let guard = Guard::new(100);
        let one = proof(1, NOW + 600);
        assert_eq!(guard.remember(&one, Seconds(NOW)), ReplayOutcome::First);
        assert_eq!(guard.remember(&one, Seconds(NOW + 600)), ReplayOutcome::Before);
        assert_eq!(guard.len(), 1);
        // Past its window the dates refuse it before anybody asks here; the memory has let go of it.
        guard.remember(&proof(2, NOW + 1000), Seconds(NOW + 601));
        assert!(guard.parts.iter().all(|part| part.lock().unwrap().by_end.len() <= 1));
    }

    #[test]
    fn a_full_memory_refuses_and_forgets_nothing() {
        let guard = Guard::new(PARTS * 4);
        let seen: Vec<_> = (0..1000).map(|n| guard.remember(&proof(n, NOW + 300), Seconds(NOW))).collect();
        assert_eq!(guard.len(), PARTS * 4);
        assert!(seen.contains(&ReplayOutcome::Full));
        for (n, first) in (0..1000).zip(seen) {
            let want = if first == ReplayOutcome::First { ReplayOutcome::Before } else { ReplayOutcome::Full };
            assert_eq!(guard.remember(&proof(n, NOW + 300), Seconds(NOW + 300)), want);
        }
        // Room again once the windows have passed.
        assert_eq!(guard.remember(&proof(2000, NOW + 601), Seconds(NOW + 301)), ReplayOutcome::First);
    }

    #[test]
    fn one_credential_cannot_fill_the_memory_for_the_others() {
        let guard = Guard::new(PARTS * 400);
        let firsts = |credential: u128, from: u32, now: i64| {
            let all = (from..from + 20_000).map(|n| guard.remember(&of(credential, n, now + 300), Seconds(now)));
            all.filter(|seen| *seen == ReplayOutcome::First).count()
        };
        assert_eq!(firsts(7, 0, NOW), PARTS * 300, "three quarters, in each part");
        assert_eq!(firsts(8, 0, NOW), PARTS * 50, "what was left but for the reserve");
        assert!((20..30).all(|credential| firsts(credential, 0, NOW) == PARTS), "and a few together take little of it");
        assert_eq!(firsts(7, 20_000, NOW), 0, "the first has its share already");
        for n in 100..200 {
            assert_eq!(
                guard.remember(&proof(n, NOW + 300), Seconds(NOW)),
                ReplayOutcome::First,
                "a quiet one gets through"
            );
        }
        // Exact as ever: what was accepted is refused, what found no room was not accepted.
        assert_eq!(guard.remember(&proof(150, NOW + 300), Seconds(NOW + 300)), ReplayOutcome::Before);
        assert_eq!(firsts(7, 0, NOW + 301), PARTS * 300, "and once the windows have passed all begin anew");
        assert!(guard.parts.iter().all(|part| part.lock().unwrap().held.len() == 1), "counts go with what they count");
    }

    #[test]
    fn recalled_signatures_and_those_without_room_are_refused() {
        let guard = Guard::new(PARTS * 4);
        (0..1000).for_each(|n| guard.recall(proof(n, NOW + 300).remembered()));
        assert_eq!(guard.len(), PARTS * 4);
        assert!((0..1000).all(|n| guard.remember(&proof(n, NOW + 300), Seconds(NOW)) == ReplayOutcome::Before));
        let guard = Guard::new(PARTS * 4);
        guard.forgot_until(Seconds(NOW));
        assert_eq!(guard.remember(&proof(1, NOW), Seconds(NOW)), ReplayOutcome::Before);
        assert_eq!(guard.remember(&proof(1, NOW + 1), Seconds(NOW)), ReplayOutcome::First);
    }

    #[test]
    fn only_the_range_that_was_forgotten_is_refused() {
        let guard = Guard::new(PARTS * 400);
        guard.forgot(Seconds(NOW + 60)..=Seconds(NOW + 119));
        guard.forgot(Seconds(NOW + 120)..=Seconds(NOW + 179));
        guard.forgot(Seconds(NOW + 900_000)..=Seconds(NOW + 900_059));
        let seen = |n: u32, end: i64, now: i64| guard.remember(&proof(n, NOW + end), Seconds(NOW + now));
        for (n, end) in (0..).zip([60, 119, 120, 179, 900_000, 900_059]) {
            assert_eq!(seen(n, end, 0), ReplayOutcome::Before, "{end}");
        }
        for (n, end) in (10..).zip([0, 59, 180, 899_999, 900_060]) {
            assert_eq!(seen(n, end, 0), ReplayOutcome::First, "{end}");
        }
        assert!(guard.locked().all(|part| part.gaps.len() == 2), "minutes in a row are one");
    }

    #[test]
    fn a_range_in_doubt_expires_like_signatures() {
        let guard = Guard::new(PARTS * 400);
        guard.forgot(Seconds(NOW + 60)..=Seconds(NOW + 119));
        (0..200).for_each(|n| _ = guard.remember(&proof(n, NOW + 600), Seconds(NOW + 400)));
        assert!(guard.locked().all(|part| part.gaps.is_empty()));
        // A clock that steps back brings nothing back.
        for n in 1_000..1_100 {
            assert_eq!(guard.remember(&proof(n, NOW + 119), Seconds(NOW)), ReplayOutcome::Before);
            assert_eq!(guard.remember(&proof(n, NOW + 120), Seconds(NOW)), ReplayOutcome::First);
        }
    }

    #[test]
    fn all_that_is_remembered_is_handed_out_once() {
        let guard = Guard::new(PARTS * 400);
        let mut put: Vec<_> = (0..1_000).map(|n| proof(n, NOW + i64::from(n % 7))).collect();
        put.iter().for_each(|one| assert_eq!(guard.remember(one, Seconds(NOW)), ReplayOutcome::First));
        let mut out: Vec<_> = guard.remembered().flatten().map(|one| (one.mark, one.good_until)).collect();
        out.sort_unstable();
        put.sort_unstable_by_key(|one| one.remembered().mark);
        let put: Vec<_> = put.iter().map(|one| (one.remembered().mark, one.good_until())).collect();
        assert_eq!(out, put);
        // The locks are free between two parts.
        for part in guard.remembered() {
            assert!(part.iter().all(|one| guard.part(one).len() > 0));
        }
    }

    #[test]
    fn a_clock_that_steps_back_brings_nothing_back() {
        let guard = Guard::new(PARTS * 100);
        let one = proof(1, NOW + 300);
        assert_eq!(guard.remember(&one, Seconds(NOW)), ReplayOutcome::First);
        // A year ahead by mistake: everything is forgotten.
        (0..200).for_each(|n| _ = guard.remember(&proof(1000 + n, NOW + 31_000_300), Seconds(NOW + 31_000_000)));
        assert_eq!(guard.remember(&one, Seconds(NOW + 10)), ReplayOutcome::Before);
        // What is signed after the mistake is corrected passes.
        assert_eq!(guard.remember(&proof(3, NOW + 311), Seconds(NOW + 11)), ReplayOutcome::First);
    }

    #[test]
    fn another_credential_may_have_the_same_signature() {
        let (one, two) = (of(1, 1, NOW), of(2, 1, NOW));
        assert_ne!(one.remembered().mark, two.remembered().mark);
        let mut longer = of(1, 1, NOW);
        longer.length += 1;
        assert_ne!(one.remembered().mark, longer.remembered().mark);
    }

    #[test]
    fn of_many_concurrent_requests_only_one_is_first() {
        let guard = Guard::new(100);
        let one = proof(1, NOW + 300);
        let first = std::thread::scope(|scope| {
            let all: Vec<_> = (0..8).map(|_| scope.spawn(|| guard.remember(&one, Seconds(NOW)))).collect();
            all.into_iter()
                .filter(|_| true)
                .map(|t| t.join().unwrap())
                .filter(|seen| *seen == ReplayOutcome::First)
                .count()
        });
        assert_eq!(first, 1);
    }
}
