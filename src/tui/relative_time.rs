//! Relative times in words. Everything is UTC.

use crate::time::{DAY, HOUR, MINUTE, Millis, duration};

/// How long ago, short enough for a column: `2 min ago`, `yesterday`, `10 Jan`.
pub fn ago(now: Millis, at: Millis) -> String {
    let passed = now.since(at);
    match passed {
        _ if passed < MINUTE => "just now".to_owned(),
        _ if passed < HOUR => format!("{} min ago", passed / MINUTE),
        _ if day_number(now) == day_number(at) => format!("{} h ago", passed / HOUR),
        _ => match day_number(now) - day_number(at) {
            1 => "yesterday".to_owned(),
            days @ 2..=6 => format!("{days} d ago"),
            _ => day(now, at),
        },
    }
}

/// How soon, short enough for a column: `in 40 min`, `in 3 d`, `in 7 mo`, `in 2 y`.
pub fn until(now: Millis, at: Millis) -> String {
    let left = at.since(now);
    match left {
        _ if left < MINUTE => "in 1 min".to_owned(),
        _ if left < 2 * HOUR => format!("in {} min", left / MINUTE),
        _ if left < 2 * DAY => format!("in {} h", left / HOUR),
        _ if left < 100 * DAY => format!("in {} d", left / DAY),
        _ if left < 365 * DAY => format!("in {} mo", left / (30 * DAY)),
        _ => format!("in {} y", left / (365 * DAY)),
    }
}

/// A date and how far it is away: `27 Feb 2027, in 90 d`.
pub fn date(now: Millis, at: Millis) -> String {
    let date = at.utc("%-d %b %Y");
    match day_number(now) - day_number(at) {
        // A day long ago is a date already.
        7.. => date,
        _ if at > now => format!("{date}, {}", until(now, at)),
        _ => format!("{date}, {}", ago(now, at)),
    }
}

/// A moment still to come or gone: `today 09:02`, `tomorrow 08:59`, `27 Feb 2027 09:14`.
pub fn near(now: Millis, at: Millis) -> String {
    match day_number(at) - day_number(now) {
        1 => at.utc("tomorrow %H:%M"),
        _ => moment(now, at),
    }
}

/// How long ago in a sentence: `2 min ago`, `yesterday`, `48 days ago`.
pub fn long_ago(now: Millis, at: Millis) -> String {
    match now.since(at) {
        passed if passed >= 2 * DAY => format!("{} ago", duration(passed)),
        _ => ago(now, at),
    }
}

/// A day: `14 Aug`, or `Aug 2025` in another year.
pub fn day(now: Millis, at: Millis) -> String {
    at.utc(if same_year(now, at) { "%-d %b" } else { "%b %Y" })
}

/// A moment: `today 09:02`, `yesterday 17:03`, `8 Aug 12:00`.
pub fn moment(now: Millis, at: Millis) -> String {
    match day_number(now) - day_number(at) {
        0 => at.utc("today %H:%M"),
        1 => at.utc("yesterday %H:%M"),
        _ if same_year(now, at) => at.utc("%-d %b %H:%M"),
        _ => at.utc("%-d %b %Y %H:%M"),
    }
}

fn day_number(at: Millis) -> i64 {
    at.0.div_euclid(DAY)
}

fn same_year(a: Millis, b: Millis) -> bool {
    a.utc("%Y") == b.utc("%Y")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 14 August 2026, 09:14:00 UTC.
    const NOW: Millis = Millis(1_786_698_840_000);

    #[test]
    fn times_as_people_say_them() {
        let before = |ms: i64| NOW.plus(-ms);
        for (at, message) in [
            (NOW.plus(5_000), "just now"),
            (before(30_000), "just now"),
            (before(2 * MINUTE), "2 min ago"),
            (before(3 * HOUR), "3 h ago"),
            (before(14 * HOUR), "yesterday"),
            (before(3 * DAY), "3 d ago"),
            (before(9 * DAY), "5 Aug"),
            (before(300 * DAY), "Oct 2025"),
        ] {
            assert_eq!(ago(NOW, at), message);
        }
        for (left, message) in [
            (MINUTE / 2, "in 1 min"),
            (90 * MINUTE, "in 90 min"),
            (30 * HOUR, "in 30 h"),
            (90 * DAY, "in 90 d"),
            (220 * DAY, "in 7 mo"),
            (400 * DAY, "in 1 y"),
        ] {
            assert_eq!(until(NOW, NOW.plus(left)), message);
        }
        assert_eq!(near(NOW, NOW.plus(DAY)), "tomorrow 09:14");
        assert_eq!(date(NOW, NOW.plus(90 * DAY)), "12 Nov 2026, in 90 d");
        assert_eq!(date(NOW, before(40 * DAY)), "5 Jul 2026");
        assert_eq!(moment(NOW, NOW), "today 09:14");
        assert_eq!(moment(NOW, before(DAY)), "yesterday 09:14");
        assert_eq!(moment(NOW, before(6 * DAY)), "8 Aug 09:14");
        assert_eq!(moment(NOW, before(365 * DAY)), "14 Aug 2025 09:14");
    }
}
