//! Clock-step detection: whether the wall clock was set back since everything was loaded.
//!
//! Secrets that had expired at load time are not in the snapshot. If the clock was ahead then, some of them had not
//! expired, and nothing in the store changes when the clock is set right: only the clock itself shows it.

use std::time::{Duration, Instant};

use crate::time::Millis;

/// Milliseconds that a clock may be set back without a reload: time synchronization steps it by a little all the time.
const TOLERANCE: i64 = 3_000;

/// Compares the wall clock with the monotonic clock.
#[derive(Debug)]
pub(in crate::serve) struct ClockStepDetector {
    started: Instant,
    /// Wall clock minus the time since `started`, in milliseconds; the most since everything was loaded.
    max_offset: i64,
    /// The same at the last look.
    offset: i64,
}

impl ClockStepDetector {
    /// To be called when reading the store begins.
    pub(in crate::serve) fn start(now: Millis) -> Self {
        Self { started: Instant::now(), max_offset: now.0, offset: now.0 }
    }

    /// When reading started.
    pub(in crate::serve) fn started(&self) -> Instant {
        self.started
    }

    /// Takes a reading of the wall clock.
    pub(in crate::serve) fn observe(&mut self, now: Millis) {
        self.observe_after(self.started.elapsed(), now);
    }

    fn observe_after(&mut self, passed: Duration, now: Millis) {
        self.offset = now.0.saturating_sub(i64::try_from(passed.as_millis()).unwrap_or(i64::MAX));
        self.max_offset = self.max_offset.max(self.offset);
    }

    /// Whether the wall clock was set back since the store was read.
    pub(in crate::serve) fn stepped_back(&self) -> bool {
        self.max_offset.saturating_sub(self.offset) > TOLERANCE
    }

    /// To be called when everything was reloaded after the last reading.
    pub(in crate::serve) fn reset(&mut self) {
        self.max_offset = self.offset;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_back_shows_until_everything_is_loaded() {
        const DAY: i64 = 86_400_000;
        let mut detector = ClockStepDetector::start(Millis(DAY));
        let mut look = |seconds, clock, stepped| {
            detector.observe_after(Duration::from_secs(seconds), Millis(clock));
            assert_eq!(detector.stepped_back(), stepped, "{seconds} s, {clock}");
            if seconds % 10 == 0 {
                detector.reset();
            }
        };
        look(1, DAY + 1_000, false);
        look(2, DAY - 900, false);
        look(3, DAY + 3_000, false);
        // Set ahead, then right again: what was loaded in between was judged by a late clock.
        look(4, 3 * DAY, false);
        look(5, DAY + 5_000, true);
        look(6, DAY + 6_000, true);
        look(10, DAY + 10_000, true);
        look(11, DAY + 11_000, false);
        // Many small steps add up.
        look(12, DAY + 10_000, false);
        look(13, DAY + 9_000, true);
    }
}
