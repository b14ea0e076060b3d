//! Durations in words.

use super::{DAY, HOUR, MINUTE};

/// A length of time: `3 days`, `5 hours`, `12 minutes`.
pub fn duration(ms: i64) -> String {
    match ms {
        ms if ms >= 2 * DAY => format!("{} days", ms / DAY),
        ms if ms >= 2 * HOUR => format!("{} hours", ms / HOUR),
        // Rounded up: whoever waits for a part of a minute waits for all of it.
        ms => match (ms + MINUTE - 1) / MINUTE {
            1 => "1 minute".to_owned(),
            n => format!("{n} minutes"),
        },
    }
}

/// The same where there is little room: `3 d`, `5 h`, `12 min`.
pub fn short_duration(ms: i64) -> String {
    match ms {
        ms if ms >= 2 * DAY => format!("{} d", ms / DAY),
        ms if ms >= 2 * HOUR => format!("{} h", ms / HOUR),
        ms => format!("{} min", (ms + MINUTE - 1) / MINUTE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_in_their_largest_unit() {
        for (ms, said) in [
            (15 * MINUTE, "15 minutes"),
            (1, "1 minute"),
            (4 * HOUR, "4 hours"),
            (5 * HOUR, "5 hours"),
            (3 * DAY, "3 days"),
        ] {
            assert_eq!(duration(ms), said);
            let short = said.replace(" days", " d").replace(" hours", " h");
            assert_eq!(short_duration(ms), short.replace(" minutes", " min").replace(" minute", " min"));
        }
    }
}
