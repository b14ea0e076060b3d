//! Points in time, and the one module that reads the clock.
//!
//! A leaf. What a verifier judges is whole Unix seconds, the trail has milliseconds (docs/design.md section 3).

mod read;
mod words;

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

/// Milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub i64);

/// Whole seconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(pub i64);

/// A day of UTC, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

/// One minute, hour and day in milliseconds.
pub const MINUTE: i64 = 60_000;
/// One hour in milliseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// One day in milliseconds: always 86,400 seconds.
pub const DAY: i64 = 24 * HOUR;

impl Millis {
    /// The second this lies in; the fraction is dropped.
    pub fn seconds(self) -> Seconds {
        Seconds(self.0.div_euclid(1000))
    }

    /// This plus a number of milliseconds.
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds since `earlier`; negative when `earlier` is later.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Formats in UTC by a `strftime` pattern.
    pub fn utc(self, pattern: &str) -> String {
        match EPOCH.checked_add(SignedDuration::from_millis(self.0)) {
            Ok(at) => at.strftime(pattern).to_string(),
            Err(_) => "a time outside the calendar".to_owned(),
        }
    }

    /// Date and time to the minute for people: `2026-08-14 09:14 UTC`.
    pub fn stamp(self) -> String {
        self.utc("%Y-%m-%d %H:%M UTC")
    }

    /// The date for people: `2026-08-14`.
    pub fn date(self) -> String {
        self.utc("%Y-%m-%d")
    }

    /// RFC 3339 in UTC, as JSON has it: whole seconds everywhere, which more programs read than fractions.
    pub fn rfc3339(self) -> String {
        self.utc("%Y-%m-%dT%H:%M:%SZ")
    }
}

/// The calendar is counted from here and not by jiff's `Timestamp`, which ends two hours before the last day does.
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

impl Seconds {
    /// The same point in milliseconds.
    pub fn millis(self) -> Millis {
        Millis(self.0.saturating_mul(1000))
    }

    /// RFC 3339 in UTC, as JSON has it.
    pub fn rfc3339(self) -> String {
        self.millis().rfc3339()
    }

    /// The day in which this lies, by UTC.
    pub fn day(self) -> Day {
        Day(self.0.div_euclid(86_400))
    }
}

impl Day {
    /// Its first second.
    pub fn start(self) -> Seconds {
        Seconds(self.0.saturating_mul(86_400))
    }

    /// The date: `2026-08-14`.
    pub fn date(self) -> String {
        self.start().millis().date()
    }
}

pub use read::{NotATime, is_never, parse_span, parse_when, past_or_never, takes_away, when_or_never};
pub use words::{duration, short_duration};

/// Where the time comes from; tests bring their own.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Millis;
}

/// The clock of the machine.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Millis {
        Millis(Timestamp::now().as_millisecond())
    }
}

/// A clock that stands still until it is set: for tests and for the pictures.
#[derive(Debug)]
pub struct SetClock(AtomicI64);

impl SetClock {
    /// A clock that shows `at`.
    pub fn at(at: Millis) -> Self {
        Self(AtomicI64::new(at.0))
    }

    /// Moves the clock; negative moves it back.
    pub fn advance(&self, by: SignedDuration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_before_the_epoch_is_whole_too() {
        assert_eq!(Millis(-1).seconds(), Seconds(-1));
        assert_eq!(
            (Seconds(-1).day(), Seconds(86_399).day(), Day(-1).date().as_str()),
            (Day(-1), Day(0), "1969-12-31")
        );
        assert_eq!(Millis(1_782_459_164_123).rfc3339(), "2026-06-26T07:32:44Z");
    }
}
