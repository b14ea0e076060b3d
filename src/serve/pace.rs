//! Clock-step detection: whether the wall clock was set back since everything was loaded.
//!
//! Secrets that had expired at load time are not in the snapshot. If the clock was ahead then, some of them had not
//! expired, and nothing in the store changes when the clock is set right: only the clock itself shows it.

use std::time::{Duration, Instant};

use crate::time::Millis;

/// Milliseconds that a clock may be set back without a reload: time synchronization steps it by a little all the time.
const LITTLE: i64 = 3_000;

/// Compares the wall clock with the monotonic clock.
#[derive(Debug)]
pub(super) struct Pace {
    began: Instant,
    /// Wall clock minus the time since `began`, in milliseconds; the most since everything was loaded.
    most: i64,
    /// The same at the last look.
    last: i64,
}

impl Pace {
    /// To be called when reading the store begins.
    pub(super) fn begin(now: Millis) -> Self {
        Self { began: Instant::now(), most: now.0, last: now.0 }
    }

    /// When reading began.
    pub(super) fn began(&self) -> Instant {
        self.began
    }

    /// Takes a reading of the wall clock.
    pub(super) fn look(&mut self, now: Millis) {
        self.look_after(self.began.elapsed(), now);
    }

    fn look_after(&mut self, passed: Duration, now: Millis) {
        self.last = now.0.saturating_sub(i64::try_from(passed.as_millis()).unwrap_or(i64::MAX));
        self.most = self.most.max(self.last);
    }

    /// Whether the wall clock was set back since the store was read.
    pub(super) fn went_back(&self) -> bool {
        self.most.saturating_sub(self.last) > LITTLE
    }

    /// To be called when everything was reloaded after the last reading.
    pub(super) fn loaded(&mut self) {
        self.most = self.last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_back_is_told_until_everything_is_loaded_and_one_that_is_set_on_is_not() {
        const DAY: i64 = 86_400_000;
        let mut pace = Pace::begin(Millis(DAY));
        let mut look = |seconds, clock, told| {
            pace.look_after(Duration::from_secs(seconds), Millis(clock));
            assert_eq!(pace.went_back(), told, "{seconds} s, {clock}");
            if seconds % 10 == 0 {
                pace.loaded();
            }
        };
        look(1, DAY + 1_000, false);
        look(2, DAY - 900, false);
        look(3, DAY + 3_000, false);
        // On, and back to what was right: what was read between was read too late.
        look(4, 3 * DAY, false);
        look(5, DAY + 5_000, true);
        look(6, DAY + 6_000, true);
        look(10, DAY + 10_000, true);
        look(11, DAY + 11_000, false);
        // By a little each time is as much in the end.
        look(12, DAY + 10_000, false);
        look(13, DAY + 9_000, true);
    }
}
