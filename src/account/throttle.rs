//! Sign-in throttle: five wrong passwords lock a name for 15 minutes, which double with each further pause.

use crate::time::{HOUR, MINUTE, Millis};

/// Wrong passwords before a pause.
pub const FREE_TRIES: u32 = 5;
/// The first pause in milliseconds.
pub const FIRST_PAUSE: i64 = 15 * MINUTE;
/// The longest pause in milliseconds.
pub const LONGEST_PAUSE: i64 = 24 * HOUR;

/// Failed sign-ins of one name; the same for names that exist and names that do not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    /// Wrong passwords since the last right one or the last pause.
    pub failed: u32,
    /// Pauses since the last right one: each doubles the next.
    pub pauses: u32,
    /// End of the pause, by the wall clock.
    pub locked_until: Option<Millis>,
}

impl Attempts {
    /// End of a pause that still runs. A clock that stepped back must not lock for longer than the pause was long, so
    /// a longer rest is cut to it.
    pub fn locked(&self, now: Millis) -> Option<Millis> {
        let end = self.locked_until.filter(|end| *end > now)?;
        Some(end.min(now.plus(self.pause_length())))
    }

    /// After one more wrong password.
    pub fn after_failure(self, now: Millis) -> Self {
        if self.failed + 1 < FREE_TRIES {
            return Self { failed: self.failed + 1, locked_until: None, ..self };
        }
        let pauses = self.pauses.saturating_add(1);
        let locked = Self { failed: 0, pauses, locked_until: None };
        Self { locked_until: Some(now.plus(locked.pause_length())), ..locked }
    }

    /// After a pause was cut because the clock stepped back: what to store.
    pub fn cut(self, now: Millis) -> Self {
        Self { locked_until: self.locked(now), ..self }
    }

    /// Tries left before a pause.
    pub fn left(&self) -> u32 {
        FREE_TRIES - self.failed.min(FREE_TRIES)
    }

    /// Length in milliseconds of the next pause.
    pub fn next_pause(&self) -> i64 {
        pause(self.pauses + 1)
    }

    fn pause_length(&self) -> i64 {
        pause(self.pauses)
    }
}

fn pause(nth: u32) -> i64 {
    FIRST_PAUSE.saturating_mul(1 << nth.saturating_sub(1).min(20)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_wrong_passwords_lock_and_each_pause_doubles() {
        let mut tries = Attempts::default();
        for left in [4, 3, 2, 1] {
            tries = tries.after_failure(Millis(0));
            assert_eq!((tries.left(), tries.locked(Millis(0))), (left, None));
        }
        tries = tries.after_failure(Millis(0));
        assert_eq!(tries.locked(Millis(1)), Some(Millis(FIRST_PAUSE)));
        assert_eq!(tries.locked(Millis(FIRST_PAUSE)), None);
        let later = Millis(FIRST_PAUSE);
        (0..5).for_each(|_| tries = tries.after_failure(later));
        assert_eq!(tries.locked(later), Some(later.plus(2 * FIRST_PAUSE)));
        (0..500).for_each(|_| tries = tries.after_failure(later));
        assert_eq!(tries.locked(later), Some(later.plus(LONGEST_PAUSE)));
    }

    #[test]
    fn a_clock_that_steps_back_locks_no_longer_than_the_pause() {
        let mut tries = Attempts::default();
        let then = Millis(100 * HOUR);
        (0..5).for_each(|_| tries = tries.after_failure(then));
        let back = Millis(HOUR);
        assert_eq!(tries.locked(back), Some(back.plus(FIRST_PAUSE)));
        assert_eq!(tries.cut(back).locked_until, Some(back.plus(FIRST_PAUSE)));
    }
}
