//! HTTP-dates (RFC 9110 section 5.6.7), read strictly: three forms, GMT, the right weekday, a day that exists (H12).

use std::borrow::Cow;
use std::time::UNIX_EPOCH;

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::time::{DAY, Seconds};

/// The crate `httpdate` starts at 1970. The calendar repeats every 400 years, weekdays included, so an earlier date is read
/// this many years later.
const SHIFT_YEARS: u16 = 2_000;
/// The same in seconds: 400 years have 146,097 days.
const SHIFT: i64 = 5 * 146_097 * DAY / 1_000;

/// Reads an HTTP-date. `now` places a year of two digits.
pub(in crate::verify) fn parse(text: &[u8], now: Seconds) -> Option<Seconds> {
    // `httpdate` would trim blanks.
    let text = str::from_utf8(text).ok().filter(|text| text.trim() == *text)?;
    let text = match text.split_once(", ") {
        Some((weekday, rest)) if weekday.ends_with("day") => Cow::Owned(from_rfc850(weekday, rest, now)?),
        _ => Cow::Borrowed(text),
    };
    let at = if text.contains(", ") { 12 } else { text.len().checked_sub(4)? };
    let year = text.get(at..at + 4).filter(|year| year.bytes().all(|b| b.is_ascii_digit()))?.parse::<u16>().ok()?;
    match year {
        0 => None,
        1..1970 => {
            let later = format!("{}{}{}", &text[..at], year + SHIFT_YEARS, &text[at + 4..]);
            Some(Seconds(since_1970(&later)? - SHIFT))
        }
        _ => since_1970(&text).map(Seconds),
    }
}

/// Seconds since 1970 of an IMF-fixdate, or of an asctime date.
fn since_1970(text: &str) -> Option<i64> {
    let since = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

/// The IMF-fixdate of an RFC 850 date such as `Sunday, 06-Nov-94 08:49:37 GMT`. The crate would take every year from 70 on
/// for one of the last century, whenever that is read.
fn from_rfc850(weekday: &str, rest: &str, now: Seconds) -> Option<String> {
    let name = WEEKDAYS.into_iter().find(|name| *name == weekday)?;
    let (date, time) = rest.split_once(' ')?;
    let (day_and_month, year) = date.rsplit_once('-')?;
    let (day, month) = day_and_month.split_once('-')?;
    let two_digits = Some(year).filter(|year| year.len() == 2 && year.bytes().all(|b| b.is_ascii_digit()))?;
    let year = near_year(two_digits.parse().ok()?, now)?;
    Some(format!("{}, {day} {month} {year:04} {time}", &name[..3]))
}

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The year with these last two digits from 49 years before to 50 years after the year of `now`.
fn near_year(two_digits: i16, now: Seconds) -> Option<i16> {
    let this = Offset::UTC.to_datetime(Timestamp::from_second(now.0).ok()?).year();
    (this - 49..=this + 50).find(|year| year.rem_euclid(100) == two_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Seconds = Seconds(784_111_777);

    #[test]
    fn three_forms_of_a_date_are_read() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(parse(text.as_bytes(), NOW), Some(NOW), "{text}");
        }
        assert_eq!(parse(b"Thu, 29 Feb 2024 23:59:59 GMT", NOW).unwrap().rfc3339(), "2024-02-29T23:59:59Z");
    }

    #[test]
    fn anything_looser_is_no_date() {
        for text in [
            "",
            "Sun",
            "Sun, ",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 +0000",
            "Sun, 06 Nov 1994 08:49:60 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, 06 Nov 1994  08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            " Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37",
            "Wed, 30 Feb 1994 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06-Nov-94 08:49:37 GMT",
            "Sunday, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-1994 08:49:37 GMT",
            "Sun Nov 06 08:49:37 1994 GMT",
            "Sun Nov 6 08:49:37 1994",
            "Sun Nov   6 08:49:37 1994",
            "Sun, 06 Nov 0000 08:49:37 GMT",
            "Sun, 06 Nov +994 08:49:37 GMT",
            "Sun, 06 Nov \u{661}994 08:49:37 GMT",
            "Sunday, 06-Nov-+4 08:49:37 GMT",
            "Sunday, 6-Nov-94 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT ",
            "Sunday,  06-Nov-94 08:49:37 GMT",
            "sunday, 06-Nov-94 08:49:37 GMT",
            "Noday, 06-Nov-94 08:49:37 GMT",
            "Monday, 06-Nov-94 08:49:37 GMT",
        ] {
            assert_eq!(parse(text.as_bytes(), NOW), None, "{text:?}");
        }
        assert!(parse(b"Sun Nov 06 08:49:37 1994", NOW).is_some(), "RFC 9110 allows two digits here");
    }

    #[test]
    fn dates_before_1970_and_after_2069_are_dates() {
        let read = |text: &str, now| parse(text.as_bytes(), now).map(|at| at.rfc3339());
        for (text, at) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00Z"),
            ("Wed, 31 Dec 1969 23:59:59 GMT", "1969-12-31T23:59:59Z"),
            ("Wed Dec 31 23:59:59 1969", "1969-12-31T23:59:59Z"),
            ("Tue, 29 Feb 1600 12:00:00 GMT", "1600-02-29T12:00:00Z"),
            ("Mon, 01 Jan 0001 00:00:00 GMT", "0001-01-01T00:00:00Z"),
            ("Friday, 31-Dec-99 23:59:59 GMT", "1999-12-31T23:59:59Z"),
            ("Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(read(text, NOW).as_deref(), Some(at), "{text}");
        }
        let in_2071 = parse(b"Thu, 01 Jan 2071 00:00:00 GMT", NOW).unwrap();
        assert_eq!(read("Thursday, 01-Jan-71 00:00:00 GMT", in_2071).as_deref(), Some("2071-01-01T00:00:00Z"));
        for text in ["Tue, 29 Feb 1900 12:00:00 GMT", "Thu, 01 Mar 1900 12:00:00 GMT ", "Wed, 01 Mar 1900 12:00:00 GMT"]
        {
            assert_eq!(read(text, NOW), None, "{text}");
        }
    }

    #[test]
    fn a_two_digit_year_is_the_nearest_one() {
        let in_1994 = |two| near_year(two, NOW);
        assert_eq!(in_1994(94), Some(1994));
        assert_eq!(in_1994(45), Some(1945));
        assert_eq!(in_1994(44), Some(2044));
        assert_eq!(in_1994(0), Some(2000));
    }
}
