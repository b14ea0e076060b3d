//! The counts of an answering thread: allowed and refused requests of each credential that are not reported one by one.
//! The thread owns them, so that counting takes no lock and no atomic operation; once a second they go to the report
//! writer, all at once.

use std::cell::RefCell;
use std::collections::HashMap;

use foldhash::fast::RandomState;
use uuid::Uuid;

use crate::time::Day;

/// Limit on the credentials that a thread counts between two reports.
const MAX_COUNTED: usize = 65_536;

thread_local! {
    static COUNTER: RefCell<UseCounter> = RefCell::default();
}

/// Allowed and refused requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) allowed: u32,
    pub(super) refused: u32,
}

/// The counts of one thread for one day.
#[derive(Debug, Default)]
pub(super) struct UseCounter {
    day: Day,
    counts: HashMap<Uuid, Tally, RandomState>,
    /// The queue was full: nothing is handed over before the next tick of the thread's clock. To take the counts and
    /// put them back costs more than a request may.
    held: bool,
}

/// What a thread counted on one day.
pub(super) struct CountReport {
    pub(super) day: Day,
    pub(super) counts: Vec<(Uuid, Tally)>,
}

/// Calls `work` with the counts of the calling thread.
pub(super) fn with_counter<T>(work: impl FnOnce(&mut UseCounter) -> T) -> T {
    COUNTER.with_borrow_mut(work)
}

impl UseCounter {
    /// Counts one request; false if what was counted before has to be reported first.
    pub(super) fn count(&mut self, credential: Uuid, day: Day, allowed: bool) -> bool {
        if self.day != day {
            if !self.counts.is_empty() {
                return false;
            }
            self.day = day;
        }
        if self.counts.len() >= MAX_COUNTED && !self.counts.contains_key(&credential) {
            return false;
        }
        let tally = self.counts.entry(credential).or_default();
        let number = if allowed { &mut tally.allowed } else { &mut tally.refused };
        *number = number.saturating_add(1);
        true
    }

    /// Takes what was counted; `None` if nothing was. The room for it is kept.
    pub(super) fn take(&mut self) -> Option<CountReport> {
        self.held = false;
        let counts: Vec<_> = self.counts.drain().collect();
        (!counts.is_empty()).then_some(CountReport { day: self.day, counts })
    }

    /// Whether the last report was put back.
    pub(super) fn is_held(&self) -> bool {
        self.held
    }

    /// Puts back what could not be reported.
    pub(super) fn put_back(&mut self, report: CountReport) {
        self.held = true;
        self.day = report.day;
        self.counts.extend(report.counts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_counts_one_day_and_so_many_credentials() {
        let (mut counter, one) = (UseCounter::default(), Uuid::from_u128(1));
        assert!(counter.take().is_none());
        assert!(
            counter.count(one, Day(7), true) && counter.count(one, Day(7), true) && counter.count(one, Day(7), false)
        );
        assert!(!counter.count(one, Day(8), true), "another day is another report");
        let report = counter.take().unwrap();
        assert_eq!((report.day, report.counts.as_slice()), (Day(7), &[(one, Tally { allowed: 2, refused: 1 })][..]));
        for id in 0..MAX_COUNTED as u128 {
            assert!(counter.count(Uuid::from_u128(id), Day(8), false));
        }
        assert!(!counter.count(Uuid::from_u128(1 << 40), Day(8), true), "full");
        assert!(counter.count(one, Day(8), true), "but not for those that are counted");
        let report = counter.take().unwrap();
        counter.put_back(report);
        assert!(counter.is_held());
        assert!(!counter.count(one, Day(9), true), "what could not be reported is still there");
    }
}
