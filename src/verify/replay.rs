//! The memory of accepted signatures, for one node (R1).
//!
//! A signature is remembered until the last second in which its dates are near enough. Two things keep that exact: a
//! memory that is full refuses rather than forgets, and what may have been forgotten is refused if the clock steps back
//! into its window.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    sync::{Mutex, PoisonError},
};

use uuid::Uuid;

use crate::time::Seconds;
use crate::vault::sha256;

use super::{Denied, Reason, Verdict};

/// What has to be remembered of an accepted signature.
#[derive(Clone)]
pub struct Proof {
    row: Uuid,
    signature: [u8; 64],
    length: usize,
    good_until: Seconds,
}

impl Proof {
    pub(super) fn new(row: Uuid, given: &[u8], good_until: Seconds) -> Self {
        let mut signature = [0; 64];
        signature[..given.len()].copy_from_slice(given);
        Self { row, signature, length: given.len(), good_until }
    }

    /// The last second in which the signature is acceptable.
    pub fn good_until(&self) -> Seconds {
        self.good_until
    }

    /// A name for this signature of this credential, the same on every node.
    pub fn mark(&self) -> [u8; 16] {
        let mut bytes = [0; 80];
        bytes[..16].copy_from_slice(self.row.as_bytes());
        bytes[16..16 + self.length].copy_from_slice(&self.signature[..self.length]);
        let [mark @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = sha256(&bytes[..16 + self.length]);
        mark
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proof(.., good until {})", self.good_until.rfc3339())
    }
}

/// What the memory says of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It is new, and remembered from now on.
    First,
    /// It was accepted before, or may have been.
    Before,
    /// There is no room to remember it.
    Full,
}

/// The memory. Cut in parts, so that requests wait for one another as little as they can.
pub struct Guard {
    parts: Box<[Mutex<Memory>]>,
}

/// Parts of the memory: a power of two.
const PARTS: usize = 16;

/// What one remembered signature takes, with the room that its containers keep.
pub const BYTES_EACH: usize = 64;

impl Guard {
    /// A memory for about this many signatures.
    pub fn new(capacity: usize) -> Self {
        let most = capacity.div_ceil(PARTS);
        Self { parts: (0..PARTS).map(|_| Mutex::new(Memory { most, ..Memory::default() })).collect() }
    }

    /// The verdict, once more judged by what was accepted before: whoever is refused here leaves nothing behind.
    pub fn admit<'a>(&self, verdict: Verdict<'a>, now: Seconds) -> Verdict<'a> {
        let Verdict::Allow(allowed) = verdict else { return verdict };
        let seen = allowed.proof.as_ref().map_or(Seen::First, |proof| self.remember(proof, now));
        let reason = match seen {
            Seen::First => return Verdict::Allow(allowed),
            Seen::Before => Reason::Replayed,
            Seen::Full => Reason::Unavailable,
        };
        Verdict::Deny(Denied::from(reason).of(allowed.credential))
    }

    /// Remembers an accepted signature: of two at once, one is first.
    pub fn remember(&self, proof: &Proof, now: Seconds) -> Seen {
        let mark = proof.mark();
        let part = &self.parts[usize::from(mark[0]) % PARTS];
        // A thread that died while it held the lock left the memory whole: each change is one step.
        part.lock().unwrap_or_else(PoisonError::into_inner).remember(mark, proof.good_until, now)
    }

    /// How many signatures are remembered.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.lock().unwrap_or_else(PoisonError::into_inner).marks.len()).sum()
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

type Mark = [u8; 16];

#[derive(Default)]
struct Memory {
    marks: HashSet<Mark>,
    /// The same marks by the last second of their window: at most as many seconds as two windows have.
    by_end: BTreeMap<Seconds, Vec<Mark>>,
    most: usize,
    /// The latest end of a window whose marks were dropped.
    forgotten: Option<Seconds>,
}

impl Memory {
    fn remember(&mut self, mark: Mark, good_until: Seconds, now: Seconds) -> Seen {
        self.forget_before(now);
        // The clock stepped back: this one may have been accepted, and dropped when the clock stood later.
        if self.marks.contains(&mark) || self.forgotten.is_some_and(|end| good_until <= end) {
            return Seen::Before;
        }
        if self.marks.len() >= self.most {
            return Seen::Full;
        }
        self.marks.insert(mark);
        self.by_end.entry(good_until).or_default().push(mark);
        Seen::First
    }

    fn forget_before(&mut self, now: Seconds) {
        while let Some(first) = self.by_end.first_entry().filter(|first| *first.key() < now) {
            let (end, marks) = first.remove_entry();
            marks.iter().for_each(|mark| _ = self.marks.remove(mark));
            self.forgotten = self.forgotten.max(Some(end));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_767_225_600;

    fn proof(n: u32, good_until: i64) -> Proof {
        Proof::new(Uuid::nil(), &n.to_be_bytes(), Seconds(good_until))
    }

    #[test]
    fn the_edge_of_the_window_is_exact() {
        let guard = Guard::new(100);
        let one = proof(1, NOW + 600);
        assert_eq!(guard.remember(&one, Seconds(NOW)), Seen::First);
        assert_eq!(guard.remember(&one, Seconds(NOW + 600)), Seen::Before);
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
        assert!(seen.contains(&Seen::Full));
        for (n, first) in (0..1000).zip(seen) {
            let want = if first == Seen::First { Seen::Before } else { Seen::Full };
            assert_eq!(guard.remember(&proof(n, NOW + 300), Seconds(NOW + 300)), want);
        }
        // Room again once the windows have passed.
        assert_eq!(guard.remember(&proof(2000, NOW + 601), Seconds(NOW + 301)), Seen::First);
    }

    #[test]
    fn a_clock_that_steps_back_brings_nothing_back() {
        let guard = Guard::new(PARTS * 100);
        let one = proof(1, NOW + 300);
        assert_eq!(guard.remember(&one, Seconds(NOW)), Seen::First);
        // A year ahead by mistake: everything is forgotten.
        (0..200).for_each(|n| _ = guard.remember(&proof(1000 + n, NOW + 31_000_300), Seconds(NOW + 31_000_000)));
        assert_eq!(guard.remember(&one, Seconds(NOW + 10)), Seen::Before);
        // What is signed after the mistake is corrected passes.
        assert_eq!(guard.remember(&proof(3, NOW + 311), Seconds(NOW + 11)), Seen::First);
    }

    #[test]
    fn another_credential_may_have_the_same_signature() {
        let (one, mut two) = (proof(1, NOW), proof(1, NOW));
        two.row = Uuid::max();
        assert_ne!(one.mark(), two.mark());
        let mut longer = proof(1, NOW);
        longer.length += 1;
        assert_ne!(one.mark(), longer.mark());
    }

    #[test]
    fn of_many_at_once_one_is_first() {
        let guard = Guard::new(100);
        let one = proof(1, NOW + 300);
        let first = std::thread::scope(|scope| {
            let all: Vec<_> = (0..8).map(|_| scope.spawn(|| guard.remember(&one, Seconds(NOW)))).collect();
            all.into_iter().filter(|_| true).map(|t| t.join().unwrap()).filter(|seen| *seen == Seen::First).count()
        });
        assert_eq!(first, 1);
    }
}
