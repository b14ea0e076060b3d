//! One shard of the replay memory.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::RangeInclusive;

use crate::time::Seconds;
use crate::verify::replay::proof::Remembered;

/// How many times as much as is free one credential may hold.
pub const SHARE: usize = 3;

/// One part in so many is for credentials that hold little.
pub const RESERVE: usize = 8;

/// What is little: one part in so many.
pub const LITTLE: usize = 1024;

/// The replay memory's verdict on a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayOutcome {
    /// It is new, and remembered from now on.
    First,
    /// It was accepted before, or may have been.
    Before,
    /// There is no room to remember it.
    Full,
}

type Mark = [u8; 16];
/// The part of a mark that is its credential's.
type Whose = [u8; 8];

#[derive(Default)]
pub(super) struct Memory {
    marks: HashSet<Mark>,
    /// The same marks by the last second of their window: at most as many seconds as two windows have.
    pub(super) by_end: BTreeMap<Seconds, Vec<Mark>>,
    /// How many of them each credential has.
    pub(super) held: HashMap<Whose, usize>,
    most: usize,
    /// The latest end of a window whose marks were dropped.
    forgotten: Option<Seconds>,
    /// Further ends of windows whose marks may be missing, at most one for each file that could not be read.
    pub(super) gaps: Vec<RangeInclusive<Seconds>>,
}

impl Memory {
    pub(super) fn new(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    pub(super) fn remember(&mut self, one: Remembered, now: Seconds) -> ReplayOutcome {
        self.forget_before(now);
        // The clock stepped back: this one may have been accepted, and dropped when the clock stood later.
        if self.marks.contains(&one.mark) || self.may_have_forgotten(one.good_until) {
            return ReplayOutcome::Before;
        }
        let free = self.most.saturating_sub(self.marks.len());
        let held = self.held.get(&whose(&one.mark)).copied().unwrap_or_default();
        // The reserve is for credentials that hold little, so that a few together cannot fill the memory either.
        let (reserve, little) = (self.most / RESERVE, (self.most / LITTLE).max(1));
        if free == 0 || held >= little && (free <= reserve || held >= SHARE * free) {
            return ReplayOutcome::Full;
        }
        self.put(one);
        ReplayOutcome::First
    }

    pub(super) fn recall(&mut self, one: Remembered) {
        match self.marks.len() < self.most {
            _ if self.marks.contains(&one.mark) => {}
            true => self.put(one),
            false => self.forgot_until(one.good_until),
        }
    }

    pub(super) fn forgot_until(&mut self, end: Seconds) {
        self.forgotten = self.forgotten.max(Some(end));
    }

    pub(super) fn forgot(&mut self, ends: RangeInclusive<Seconds>) {
        if self.gaps.iter().any(|gap| gap.contains(ends.start()) && gap.contains(ends.end())) {
            return;
        }
        // Minutes come in order: many in a row are one.
        match self.gaps.last_mut().filter(|last| last.end().0.saturating_add(1) == ends.start().0) {
            Some(last) => *last = *last.start()..=*ends.end(),
            None => self.gaps.push(ends),
        }
    }

    /// Until when everything that ends may have been forgotten.
    pub(super) fn forgotten(&self) -> Option<Seconds> {
        self.forgotten
    }

    /// The last second that is not over, of those in which signatures end that may have been forgotten.
    pub(super) fn in_doubt_until(&self, now: Seconds) -> Option<Seconds> {
        let ends = self.gaps.iter().map(|gap| *gap.end()).chain(self.forgotten);
        ends.filter(|end| *end >= now).max()
    }

    pub(super) fn may_have_forgotten(&self, end: Seconds) -> bool {
        self.forgotten.is_some_and(|until| end <= until) || self.gaps.iter().any(|gap| gap.contains(&end))
    }

    pub(super) fn remembered(&self) -> Vec<Remembered> {
        let marks = self.by_end.iter().flat_map(|(end, marks)| marks.iter().map(|mark| (*mark, *end)));
        marks.map(|(mark, good_until)| Remembered { mark, good_until }).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.marks.len()
    }

    fn put(&mut self, Remembered { mark, good_until }: Remembered) {
        self.marks.insert(mark);
        self.by_end.entry(good_until).or_default().push(mark);
        *self.held.entry(whose(&mark)).or_default() += 1;
    }

    fn forget_before(&mut self, now: Seconds) {
        while let Some(first) = self.by_end.first_entry().filter(|first| *first.key() < now) {
            let (end, marks) = first.remove_entry();
            for mark in marks {
                self.marks.remove(&mark);
                let left = self.held.get_mut(&whose(&mark)).map(|held| {
                    *held -= 1;
                    *held
                });
                if left == Some(0) {
                    self.held.remove(&whose(&mark));
                }
            }
            self.forgot_until(end);
        }
        while let Some(passed) = self.gaps.iter().position(|gap| *gap.end() < now) {
            let gap = self.gaps.remove(passed);
            self.forgot_until(*gap.end());
        }
    }
}

fn whose(mark: &Mark) -> Whose {
    let [whose @ .., _, _, _, _, _, _, _, _] = *mark;
    whose
}
