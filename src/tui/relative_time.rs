//! Relative times in words. Everything is UTC.

use crate::time::{DAY, HOUR, MINUTE, Millis};

/// How long ago, short enough for a column: `2 min ago`, `yesterday`, `10 Jan`.
pub fn ago(now: Millis, at: Millis) -> String {
    let passed = now.since(at);
    match passed {
        _ if passed < MINUTE => "just now".to_owned(),
        _ if passed < HOUR => format!("{} min ago", passed / MINUTE),
        _ if day_number(now) == day_number(at) => format!("{} h ago", passed / HOUR),
        _ if day_number(now) == day_number(at) + 1 => "yesterday".to_owned(),
        _ => day(now, at),
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
            (before(3 * DAY), "11 Aug"),
            (before(300 * DAY), "Oct 2025"),
        ] {
            assert_eq!(ago(NOW, at), message);
        }
        assert_eq!(moment(NOW, NOW), "today 09:14");
        assert_eq!(moment(NOW, before(DAY)), "yesterday 09:14");
        assert_eq!(moment(NOW, before(6 * DAY)), "8 Aug 09:14");
        assert_eq!(moment(NOW, before(365 * DAY)), "14 Aug 2025 09:14");
    }
}
