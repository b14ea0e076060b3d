//! Points in time, and the one place that reads the clock.
//!
//! A leaf. What a verifier judges is whole Unix seconds, the trail has milliseconds (DESIGN.md section 3).

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// Milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub i64);

/// Whole seconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(pub i64);

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
        match Timestamp::from_millisecond(self.0) {
            Ok(at) => at.to_zoned(TimeZone::UTC).strftime(pattern).to_string(),
            Err(_) => "a time outside the calendar".to_owned(),
        }
    }

    /// RFC 3339 in UTC with milliseconds, as JSON has it.
    pub fn rfc3339(self) -> String {
        self.utc("%Y-%m-%dT%H:%M:%S%.3fZ")
    }
}

impl Seconds {
    /// The same point in milliseconds.
    pub fn millis(self) -> Millis {
        Millis(self.0.saturating_mul(1000))
    }

    /// RFC 3339 in UTC, as JSON has it.
    pub fn rfc3339(self) -> String {
        self.millis().utc("%Y-%m-%dT%H:%M:%SZ")
    }
}

/// Why a point in time that somebody typed was not understood.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATime {
    /// It has none of the forms.
    #[error(
        "{0:?} is not a time. Write a span such as 90d or 12h, a date such as 2027-01-31, or 2027-01-31T09:00:00Z."
    )]
    Form(String),
    /// A span that ends after the year 9999.
    #[error("{0:?} from now is after the year 9999. Write a shorter span, such as 90d.")]
    TooFar(String),
}

/// Reads a point in time: a span from now (`90d`, `12h`, `30m`), a UTC date (midnight), or RFC 3339.
pub fn parse_when(text: &str, now: Seconds) -> Result<Seconds, NotATime> {
    let text = text.trim();
    let shown = || text.chars().take(40).collect();
    let wrong = || NotATime::Form(shown());
    if let Some(span) = parse_span(text) {
        let at = now.0.checked_add(span).filter(|s| Timestamp::from_second(*s).is_ok());
        return at.map(Seconds).ok_or_else(|| NotATime::TooFar(shown()));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Seconds(at.as_second()));
    }
    let date = text.parse::<jiff::civil::Date>().map_err(|_| wrong())?;
    // civil::Date also reads a whole date and time and drops the rest: only the ten characters of a date are one.
    if text.len() != 10 {
        return Err(wrong());
    }
    let midnight = date.to_zoned(TimeZone::UTC).map_err(|_| wrong())?;
    Ok(Seconds(midnight.timestamp().as_second()))
}

/// Seconds of `90d`, `12h`, `30m` or `45s`; days are 86,400 s.
pub fn parse_span(text: &str) -> Option<i64> {
    let unit = text.chars().next_back()?;
    let digits = &text[..text.len() - unit.len_utf8()];
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    // One that no number holds is far beyond any time there is.
    Some(digits.parse::<i64>().unwrap_or(i64::MAX).saturating_mul(seconds))
}

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
    fn times_as_people_write_them() {
        let now = Seconds(1_000_000);
        assert_eq!(parse_when("90d", now), Ok(Seconds(1_000_000 + 90 * 86_400)));
        assert_eq!(parse_when(" 12h ", now), Ok(Seconds(1_000_000 + 12 * 3_600)));
        assert_eq!(parse_when("2027-01-31", now).unwrap().rfc3339(), "2027-01-31T00:00:00Z");
        assert_eq!(parse_when("2027-01-31T09:00:00+02:00", now).unwrap().rfc3339(), "2027-01-31T07:00:00Z");
        for wrong in
            ["", "soon", "90", "d", "-3d", "2027-13-01", "99999999999999999d", "2027-01-31T09", "2027-02-30", "é"]
        {
            assert!(parse_when(wrong, now).is_err(), "{wrong:?} was read as a time");
        }
    }

    #[test]
    fn the_day_before_the_epoch_is_whole_too() {
        assert_eq!(Millis(-1).seconds(), Seconds(-1));
        assert_eq!(Millis(1_782_459_164_123).rfc3339(), "2026-06-26T07:32:44.123Z");
    }
}
