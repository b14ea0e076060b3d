//! Idle timeout: when the desk warns, and when it locks. Pure.

use crate::time::{MINUTE, Millis};

/// How long before the lock the warning comes, in milliseconds.
const WARNING: i64 = MINUTE;

/// The idle timer.
#[derive(Clone, Copy, Debug)]
pub struct Idle {
    since: Millis,
    /// Whether the warning was said.
    pub warned: bool,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing yet.
    Nothing,
    /// A warning that the desk locks in so many seconds.
    Warn(i64),
    /// It is time to lock.
    Lock,
}

impl Idle {
    /// Starts the timer at `now`.
    pub fn since(now: Millis) -> Self {
        Self { since: now, warned: false }
    }

    /// What is due now on a desk that locks after `lock` milliseconds. A lock time under two minutes warns when half
    /// of it is over: a warning right with the question would be useless.
    pub fn due(&mut self, lock: i64, now: Millis) -> Due {
        match self.left(lock, now) {
            left if left <= 0 => Due::Lock,
            left if !self.warned && left <= WARNING.min(lock / 2) => {
                self.warned = true;
                Due::Warn((left + 999) / 1000)
            }
            _ => Due::Nothing,
        }
    }

    /// Whether the desk should be locked by now.
    pub fn is_over(&mut self, lock: i64, now: Millis) -> bool {
        self.left(lock, now) <= 0
    }

    fn left(&mut self, lock: i64, now: Millis) -> i64 {
        // A clock that is set back must not delay the lock.
        self.since = self.since.min(now);
        lock - now.since(self.since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_idle_warning_comes_a_minute_early() {
        let mut idle = Idle::since(Millis(0));
        assert_eq!(idle.due(10 * MINUTE, Millis(9 * MINUTE - 1)), Due::Nothing);
        assert_eq!(idle.due(10 * MINUTE, Millis(9 * MINUTE)), Due::Warn(60));
        assert_eq!(idle.due(10 * MINUTE, Millis(9 * MINUTE + 1000)), Due::Nothing, "once");
        assert_eq!(idle.due(10 * MINUTE, Millis(10 * MINUTE)), Due::Lock);
    }

    #[test]
    fn a_short_lock_time_warns_half_way() {
        let mut idle = Idle::since(Millis(0));
        assert_eq!(idle.due(MINUTE, Millis(29_999)), Due::Nothing);
        assert_eq!(idle.due(MINUTE, Millis(30_000)), Due::Warn(30));
    }

    #[test]
    fn sleep_locks_and_a_clock_set_back_does_not_delay_it() {
        let mut idle = Idle::since(Millis(100 * MINUTE));
        assert_eq!(idle.due(10 * MINUTE, Millis(40 * MINUTE)), Due::Nothing);
        assert_eq!(idle.due(10 * MINUTE, Millis(50 * MINUTE)), Due::Lock);
    }
}
