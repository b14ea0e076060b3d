//! HTTP-dates (RFC 9110 section 5.6.7), read strictly: three forms, GMT, the right weekday, a day that exists (H12);
//! and the window of 300 seconds around now (H13, S4).

use jiff::{
    Timestamp,
    civil::{DateTime, Weekday},
    tz::Offset,
};

use crate::time::Seconds;

use super::{Denied, lex::Cursor};

/// How far a signed date may be from now, in seconds, inclusive (H13, S4).
const WINDOW: i64 = 300;

const MONTHS: [&[u8]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
const DAYS: [(&[u8], Weekday); 7] = [
    (b"Monday", Weekday::Monday),
    (b"Tuesday", Weekday::Tuesday),
    (b"Wednesday", Weekday::Wednesday),
    (b"Thursday", Weekday::Thursday),
    (b"Friday", Weekday::Friday),
    (b"Saturday", Weekday::Saturday),
    (b"Sunday", Weekday::Sunday),
];

/// Whether `signed` is within the window around `now`.
pub(super) fn check_window<'a>(signed: Seconds, now: Seconds) -> Result<(), Denied<'a>> {
    match signed.0.abs_diff(now.0) <= WINDOW.unsigned_abs() {
        true => Ok(()),
        false => Err(Denied::clock(signed, now)),
    }
}

/// The last second in which a signature of this time is acceptable.
pub(super) fn window_end(signed: Seconds) -> Seconds {
    Seconds(signed.0.saturating_add(WINDOW))
}

/// Reads an HTTP-date. `now` places a year of two digits.
pub(super) fn parse(text: &[u8], now: Seconds) -> Option<Seconds> {
    // The third byte tells the forms apart: `Sun, `, `Sunday, ` and `Sun `.
    let (weekday, at) = match text.get(3)? {
        b',' => imf_fixdate(text)?,
        b' ' => asctime(text)?,
        _ => rfc850(text, now)?,
    };
    if at.weekday() != weekday {
        return None;
    }
    Offset::UTC.to_timestamp(at).ok().map(|at| Seconds(at.as_second()))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
fn imf_fixdate(text: &[u8]) -> Option<(Weekday, DateTime)> {
    let mut rest = Cursor(text);
    let weekday = short_day(&mut rest)?;
    literal(&mut rest, b", ")?;
    let day = digits(&mut rest, 2)?;
    literal(&mut rest, b" ")?;
    let month = month(&mut rest)?;
    literal(&mut rest, b" ")?;
    let year = digits(&mut rest, 4)?;
    literal(&mut rest, b" ")?;
    let time = time(&mut rest)?;
    literal(&mut rest, b" GMT")?;
    rest.at_end().then_some((weekday, moment(year, month, day, time)?))
}

/// `Sunday, 06-Nov-94 08:49:37 GMT`
fn rfc850(text: &[u8], now: Seconds) -> Option<(Weekday, DateTime)> {
    let mut rest = Cursor(text);
    let name = rest.run(|b| b.is_ascii_alphabetic());
    let weekday = DAYS.iter().find(|(day, _)| *day == name)?.1;
    literal(&mut rest, b", ")?;
    let day = digits(&mut rest, 2)?;
    literal(&mut rest, b"-")?;
    let month = month(&mut rest)?;
    literal(&mut rest, b"-")?;
    let year = near_year(digits(&mut rest, 2)?, now)?;
    literal(&mut rest, b" ")?;
    let time = time(&mut rest)?;
    literal(&mut rest, b" GMT")?;
    rest.at_end().then_some((weekday, moment(year, month, day, time)?))
}

/// `Sun Nov  6 08:49:37 1994`
fn asctime(text: &[u8]) -> Option<(Weekday, DateTime)> {
    let mut rest = Cursor(text);
    let weekday = short_day(&mut rest)?;
    literal(&mut rest, b" ")?;
    let month = month(&mut rest)?;
    literal(&mut rest, b" ")?;
    let day = if rest.eat(b' ') { digits(&mut rest, 1)? } else { digits(&mut rest, 2)? };
    literal(&mut rest, b" ")?;
    let time = time(&mut rest)?;
    literal(&mut rest, b" ")?;
    let year = digits(&mut rest, 4)?;
    rest.at_end().then_some((weekday, moment(year, month, day, time)?))
}

/// The year with these last two digits from 49 years before to 50 years after the year of `now`.
fn near_year(two_digits: i16, now: Seconds) -> Option<i16> {
    let this = Offset::UTC.to_datetime(Timestamp::from_second(now.0).ok()?).year();
    (this - 49..=this + 50).find(|year| year.rem_euclid(100) == two_digits)
}

fn moment(year: i16, month: i8, day: i16, (hour, minute, second): (i8, i8, i8)) -> Option<DateTime> {
    // jiff knows the year 0 and what happened before; a four-digit year of HTTP begins at 1 like everybody's calendar.
    if year < 1 {
        return None;
    }
    let day = jiff::civil::Date::new(year, month, i8::try_from(day).ok()?).ok()?;
    DateTime::new(day.year(), day.month(), day.day(), hour, minute, second, 0).ok()
}

fn time(rest: &mut Cursor<'_>) -> Option<(i8, i8, i8)> {
    let hour = digits(rest, 2)?;
    literal(rest, b":")?;
    let minute = digits(rest, 2)?;
    literal(rest, b":")?;
    let second = digits(rest, 2)?;
    let within = hour < 24 && minute < 60 && second < 60;
    within.then_some((hour as i8, minute as i8, second as i8))
}

fn short_day(rest: &mut Cursor<'_>) -> Option<Weekday> {
    let name = take(rest, 3)?;
    DAYS.iter().find(|(day, _)| &day[..3] == name).map(|(_, weekday)| *weekday)
}

fn month(rest: &mut Cursor<'_>) -> Option<i8> {
    let name = take(rest, 3)?;
    MONTHS.iter().zip(1..).find(|(month, _)| **month == name).map(|(_, number)| number)
}

fn digits(rest: &mut Cursor<'_>, count: usize) -> Option<i16> {
    let digit = |sum: i16, b: &u8| b.is_ascii_digit().then(|| sum * 10 + i16::from(b - b'0'));
    take(rest, count)?.iter().try_fold(0, digit)
}

fn literal(rest: &mut Cursor<'_>, text: &[u8]) -> Option<()> {
    rest.0 = rest.0.strip_prefix(text)?;
    Some(())
}

fn take<'a>(rest: &mut Cursor<'a>, count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.0.split_at_checked(count)?;
    rest.0 = left;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Seconds = Seconds(784_111_777);

    #[test]
    fn the_three_forms_of_one_moment() {
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
        ] {
            assert_eq!(parse(text.as_bytes(), NOW), None, "{text:?}");
        }
        assert!(parse(b"Sun Nov 06 08:49:37 1994", NOW).is_some(), "RFC 9110 allows two digits here");
    }

    #[test]
    fn a_year_of_two_digits_is_a_near_one() {
        let in_1994 = |two| near_year(two, NOW);
        assert_eq!(in_1994(94), Some(1994));
        assert_eq!(in_1994(45), Some(1945));
        assert_eq!(in_1994(44), Some(2044));
        assert_eq!(in_1994(0), Some(2000));
    }

    #[test]
    fn the_window_is_inclusive_on_both_sides() {
        let off = |by: i64| check_window(Seconds(1_000_000 + by), Seconds(1_000_000)).map_err(|d| d.clock_offset);
        assert_eq!((off(300), off(-300)), (Ok(()), Ok(())));
        assert_eq!((off(301), off(-301)), (Err(Some(301)), Err(Some(-301))));
        assert_eq!(check_window(Seconds(i64::MIN), Seconds(i64::MAX)).map_err(|d| d.clock_offset), Err(Some(i64::MIN)));
    }
}
