//! Parses points in time and spans as users type them.

use jiff::fmt::temporal::Pieces;

use super::{EPOCH, Millis, Seconds};

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
    /// A date that four digits do not write.
    #[error("{0:?} is not a time: years go from 0001 to 9999. For no end at all write never.")]
    Year(String),
    /// A date and a time of day, and nobody knows where.
    #[error("{0:?} does not say where it is that time. Write Z behind it for UTC, or an offset such as +02:00.")]
    Offset(String),
    /// Minutes or months.
    #[error("{0:?} could be minutes or months. Write 30m for minutes, 90d for months.")]
    Months(String),
}

/// The last second of the calendar.
const LAST: i64 = 253_402_300_799;
/// The first one.
const FIRST: i64 = -62_135_596_800;

/// Reads a point in time: a span from now (`90d`, `12h`, `30m`), a UTC date (midnight), or RFC 3339.
pub fn parse_when(typed: &str, now: Seconds) -> Result<Seconds, NotATime> {
    let typed = typed.trim();
    let shown = || typed.chars().take(40).collect::<String>();
    if let Some(span) = parse_span(typed) {
        let at = now.0.checked_add(span).filter(|at| *at <= LAST);
        return at.map(Seconds).ok_or_else(|| NotATime::TooFar(shown()));
    }
    if typed.ends_with('M') && parse_span(&typed.replace('M', "m")).is_some() {
        return Err(NotATime::Months(shown()));
    }
    let digits = typed.trim_start_matches(['+', '-']).bytes().take_while(u8::is_ascii_digit).count();
    let rest = &typed[typed.len() - typed.trim_start_matches(['+', '-']).len()..];
    let dated = rest.get(digits..).is_some_and(|rest| rest.starts_with('-') && rest.len() > 1);
    if dated && (digits > 4 || typed.starts_with(['+', '-']) || rest.starts_with("0000-")) {
        return Err(NotATime::Year(shown()));
    }
    instant(typed)
        .ok_or_else(|| match has_no_offset(typed) {
            true => NotATime::Offset(shown()),
            false => NotATime::Form(shown()),
        })?
        .ok_or_else(|| NotATime::Year(shown()))
}

/// The same, or none at all: an empty field, `never`, `none`, `any`.
pub fn when_or_never(typed: &str, now: Seconds) -> Result<Option<Seconds>, NotATime> {
    match typed.trim() {
        "" => Ok(None),
        word if takes_away(word) => Ok(None),
        typed => parse_when(typed, now).map(Some),
    }
}

/// Whether a word removes what is there: `never`, `none` and `any` are taken for times, networks, algorithms, owners, tags and notes
/// alike. A person reads one of them on the screen and types another.
pub fn takes_away(word: &str) -> bool {
    is_never(word) || word.trim().eq_ignore_ascii_case("any")
}

/// Whether a word stands for nothing, where `any` would say the opposite, as in a filter.
pub fn is_never(word: &str) -> bool {
    ["never", "none"].iter().any(|never| word.trim().eq_ignore_ascii_case(never))
}

/// A point in the past, or none at all: as [`when_or_never`], but a span counts back from now.
pub fn past_or_never(typed: &str, now: Millis) -> Result<Option<Millis>, NotATime> {
    match parse_span(typed) {
        Some(ago) => Ok(Some(now.plus(ago.saturating_mul(-1000)))),
        None => Ok(when_or_never(typed, now.seconds())?.map(Seconds::millis)),
    }
}

/// A date, or a date, a time of day and an offset. The inner one is `None` outside the calendar.
fn instant(typed: &str) -> Option<Option<Seconds>> {
    let utc = typed.strip_suffix(" UTC");
    let pieces = pieces(utc.unwrap_or(typed))?;
    let offset = match pieces.time() {
        // As keydesk shows it to people.
        Some(_) if utc.is_some() && pieces.to_numeric_offset().is_none() => 0,
        // Only the ten characters of a date are one.
        None if typed.len() == 10 => 0,
        None => return None,
        Some(_) => i64::from(pieces.to_numeric_offset()?.seconds()),
    };
    let there = pieces.date().to_datetime(pieces.time().unwrap_or_default());
    let at = there.duration_since(EPOCH).as_millis().div_euclid(1000);
    let at = i64::try_from(at).ok()?.checked_sub(offset)?;
    Some((FIRST..=LAST).contains(&at).then_some(Seconds(at)))
}

/// What jiff reads, in the shape of RFC 3339: four digits of the year, hyphens and colons, nothing behind.
fn pieces(typed: &str) -> Option<Pieces<'_>> {
    let bytes = typed.as_bytes();
    let hyphens = bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
    let colons = bytes.len() == 10 || bytes.get(13) == Some(&b':');
    let pieces = (hyphens && colons).then(|| Pieces::parse(typed).ok())??;
    pieces.time_zone_annotation().is_none().then_some(pieces)
}

fn has_no_offset(typed: &str) -> bool {
    pieces(typed).is_some_and(|pieces| pieces.time().is_some() && pieces.to_numeric_offset().is_none())
}

/// Seconds of `90d`, `12h`, `30m`, `45s` or `1y`; days are 86,400 s, and years 365 days. A plus before it, a blank in it and capitals change nothing,
/// but for `M`, which could be months.
pub fn parse_span(typed: &str) -> Option<i64> {
    let typed = typed.trim();
    let typed = typed.strip_prefix('+').unwrap_or(typed);
    let unit = typed.chars().next_back()?;
    let digits = typed[..typed.len() - unit.len_utf8()].trim_end();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let seconds = match unit {
        's' | 'S' => 1,
        'm' => 60,
        'h' | 'H' => 3_600,
        'd' | 'D' => 86_400,
        'y' | 'Y' => 365 * 86_400,
        _ => return None,
    };
    // One that no number holds is far beyond any time there is.
    Some(digits.parse::<i64>().unwrap_or(i64::MAX).saturating_mul(seconds))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Seconds = Seconds(1_000_000);

    #[test]
    fn common_spellings_of_times_are_read() {
        assert_eq!(parse_when("90d", NOW), Ok(Seconds(1_000_000 + 90 * 86_400)));
        assert_eq!(parse_when(" 12h ", NOW), Ok(Seconds(1_000_000 + 12 * 3_600)));
        for (typed, read) in [
            ("2027-01-31", "2027-01-31T00:00:00Z"),
            ("2027-01-31T09:00:00+02:00", "2027-01-31T07:00:00Z"),
            ("2027-01-31T09:00:00-02:00", "2027-01-31T11:00:00Z"),
            ("2027-01-31t09:00:00z", "2027-01-31T09:00:00Z"),
            ("2027-01-31 09:00:00Z", "2027-01-31T09:00:00Z"),
            ("2027-01-31 09:00 UTC", "2027-01-31T09:00:00Z"),
            ("2027-01-31T09:00Z", "2027-01-31T09:00:00Z"),
            ("2027-01-31T09:00:00.999Z", "2027-01-31T09:00:00Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
            ("9999-12-31", "9999-12-31T00:00:00Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
            ("9999-12-31T23:59:59.999+00:00", "9999-12-31T23:59:59Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(parse_when(typed, NOW).map(Seconds::rfc3339).as_deref(), Ok(read), "{typed}");
        }
        assert_eq!(parse_when("1y", NOW), parse_when("365d", NOW));
        for same in ["90D", "90 d", "+90d", " +90 D "] {
            assert_eq!(parse_when(same, NOW), parse_when("90d", NOW), "{same}");
        }
    }

    #[test]
    fn invalid_times_are_refused() {
        for (typed, says) in [
            ("", "is not a time. Write"),
            ("soon", "is not a time. Write"),
            ("90", "is not a time. Write"),
            ("d", "is not a time. Write"),
            ("-3d", "is not a time. Write"),
            ("3M", "could be minutes or months"),
            ("2027-13-01", "is not a time. Write"),
            ("2027-02-30", "is not a time. Write"),
            ("2027-01-31T09", "is not a time. Write"),
            ("2027-01-31T24:00:00Z", "is not a time. Write"),
            ("2027-01-31T09:00:00Z[Europe/Berlin]", "is not a time. Write"),
            ("20270131", "is not a time. Write"),
            ("2027-1-31", "is not a time. Write"),
            ("31.01.2027", "is not a time. Write"),
            ("é", "is not a time. Write"),
            ("2027-01-31T09:00:00", "Write Z behind it for UTC"),
            ("99999999999999999d", "after the year 9999"),
            ("3000000d", "after the year 9999"),
            ("10000-01-01", "years go from 0001 to 9999"),
            ("+010000-01-01", "years go from 0001 to 9999"),
            ("-000001-01-01", "years go from 0001 to 9999"),
            ("0000-01-01", "years go from 0001 to 9999"),
            ("9999-12-31T23:59:59-01:00", "years go from 0001 to 9999"),
            ("0001-01-01T00:00:00+01:00", "years go from 0001 to 9999"),
        ] {
            let said = parse_when(typed, NOW).expect_err(typed).to_string();
            assert!(said.contains(says), "{typed:?}: {said}");
        }
    }

    #[test]
    fn never_and_none_remove_a_time() {
        for typed in ["", "  ", "never", "none", "NEVER", " None "] {
            assert_eq!(when_or_never(typed, NOW), Ok(None), "{typed:?}");
        }
        assert_eq!(when_or_never("90d", NOW), parse_when("90d", NOW).map(Some));
        assert!(when_or_never("nevermind", NOW).is_err());
        assert_eq!(past_or_never("never", NOW.millis()), Ok(None));
        assert_eq!(past_or_never("7d", NOW.millis()), Ok(Some(Millis((NOW.0 - 7 * 86_400) * 1000))));
        assert_eq!(past_or_never("1969-12-31", NOW.millis()), Ok(Some(Millis(-86_400_000))));
    }

    proptest! {
        /// Also at the ends of the calendar.
        #[test]
        fn a_parsed_filter_prints_as_it_was_typed(
            at in prop_oneof![FIRST..=LAST, LAST - 200_000..=LAST, FIRST..=FIRST + 200_000],
            hours in -23i64..=23,
        ) {
            let written = Seconds(at).rfc3339();
            prop_assert_eq!(parse_when(&written, NOW), Ok(Seconds(at)));
            let there = at + hours * 3_600;
            if (FIRST..=LAST).contains(&there) {
                let elsewhere = format!("{}{}{:02}:00", Seconds(there).rfc3339().trim_end_matches('Z'),
                    if hours < 0 { '-' } else { '+' }, hours.abs());
                prop_assert_eq!(parse_when(&elsewhere, NOW), Ok(Seconds(at)));
            }
        }
    }
}
