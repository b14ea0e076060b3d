//! Record format of the replay journal: a minute names a file, and its records are all of one length.

use std::ops::RangeInclusive;
use std::path::Path;
use std::{fs, io};

use crate::time::Seconds;
use crate::verify::replay::Remembered;

/// Seconds that one file covers.
const MINUTE: i64 = 60;
/// A mark, the second of the minute, and a checksum over both and the minute.
pub(super) const RECORD_BYTES: usize = 16 + 4 + 4;

pub(super) fn minute_of(at: Seconds) -> i64 {
    at.0.div_euclid(MINUTE)
}

/// The seconds of a minute.
pub(super) fn seconds(minute: i64) -> RangeInclusive<Seconds> {
    let first = minute.saturating_mul(MINUTE);
    Seconds(first)..=Seconds(first.saturating_add(MINUTE - 1))
}

/// The minutes for which there are files, in order. Other files are ignored.
pub(super) fn segments(directory: &Path) -> io::Result<Vec<i64>> {
    let mut minutes = Vec::new();
    for entry in fs::read_dir(directory)? {
        // An incomplete list is an error: what is missing from it would be forgotten.
        minutes.extend(entry?.file_name().to_str().and_then(minute_named));
    }
    minutes.sort_unstable();
    Ok(minutes)
}

/// The minute that a name stands for, if it is written as this program writes it and its seconds are in range.
fn minute_named(name: &str) -> Option<i64> {
    let minute: i64 = name.parse().ok()?;
    let fits = minute.checked_mul(MINUTE)?.checked_add(MINUTE - 1).is_some();
    (fits && minute.to_string() == name).then_some(minute)
}

pub(super) fn encode(one: &Remembered) -> [u8; RECORD_BYTES] {
    let mut record = [0; RECORD_BYTES];
    record[..16].copy_from_slice(&one.mark);
    // Always less than 60, so the cast loses nothing.
    let second = one.good_until.0.rem_euclid(MINUTE) as u32;
    record[16..20].copy_from_slice(&second.to_be_bytes());
    let sum = checksum(&record[..20], minute_of(one.good_until));
    record[20..].copy_from_slice(&sum);
    record
}

fn checksum(bytes: &[u8], minute: i64) -> [u8; 4] {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&minute.to_be_bytes());
    sum.update(bytes);
    sum.finalize().to_be_bytes()
}

/// Damage of a file: bytes that belong to no record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Damage {
    /// Less than a record, at the end. A process that is killed while it writes leaves this, and its request was never
    /// answered. On a full disk it was answered; but that is counted as lost when it happens, like the records after it of
    /// which nothing was written.
    pub(super) cut: usize,
    /// Anywhere else, or more than a record: there may have been records of accepted requests here.
    pub(super) holes: usize,
}

/// Passes on every valid record; returns the damage.
pub(super) fn decode(mut bytes: &[u8], minute: i64, mut each: impl FnMut(Remembered)) -> Damage {
    // Bytes that belong to no record: all of them, and those since the last record.
    let (mut skipped, mut run) = (0, 0);
    while !bytes.is_empty() {
        let first = bytes.split_first_chunk().and_then(|(record, rest)| Some((good(record, minute)?, rest)));
        match first {
            Some((one, rest)) => {
                each(one);
                (bytes, run) = (rest, 0);
            }
            None => (bytes, skipped, run) = (&bytes[1..], skipped + 1, run + 1),
        }
    }
    let cut = if run < RECORD_BYTES { run } else { 0 };
    Damage { cut, holes: skipped - cut }
}

fn good(record: &[u8; RECORD_BYTES], minute: i64) -> Option<Remembered> {
    let [mark @ .., a, b, c, d, _, _, _, _] = *record;
    let second = i64::from(u32::from_be_bytes([a, b, c, d]));
    let whole = second < MINUTE && checksum(&record[..20], minute) == record[20..];
    whole.then(|| Remembered { mark, good_until: Seconds(seconds(minute).start().0.saturating_add(second)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_767_225_600;

    fn records(count: u8) -> Vec<u8> {
        (0..count).flat_map(|n| encode(&Remembered { mark: [n; 16], good_until: Seconds(NOW + 30) })).collect()
    }

    fn decoded(bytes: &[u8]) -> (usize, Damage) {
        let mut good = 0;
        let damage = decode(bytes, NOW / 60, |one| {
            assert_eq!(one.good_until, Seconds(NOW + 30));
            good += 1;
        });
        (good, damage)
    }

    #[test]
    fn a_cut_record_differs_from_a_hole() {
        let whole = records(10);
        let cut = |cut| Damage { cut, holes: 0 };
        let holes = |holes| Damage { cut: 0, holes };
        for (bytes, good, damage) in [
            (whole.clone(), 10, cut(0)),
            (Vec::new(), 0, cut(0)),
            (whole[..whole.len() - 7].to_vec(), 9, cut(17)),
            (whole[..5].to_vec(), 0, cut(5)),
            ([&whole[..48], &[0; 100][..], &whole[48..]].concat(), 10, holes(100)),
            ([&whole[..30], &whole[31..]].concat(), 9, holes(23)),
            // A record that was cut, and others after it by a process that went on.
            ([&whole[..30], &whole[48..]].concat(), 9, holes(6)),
            (whole[1..].to_vec(), 9, holes(23)),
            (vec![0; 4_096], 0, holes(4_096)),
            ([&whole[..], &[7; RECORD_BYTES]].concat(), 10, holes(RECORD_BYTES)),
            ([&whole[1..], &whole[..3]].concat(), 9, Damage { cut: 3, holes: 23 }),
        ] {
            assert_eq!(decoded(&bytes), (good, damage));
        }
    }

    #[test]
    fn an_impossible_second_is_damage() {
        let mut record = encode(&Remembered { mark: [1; 16], good_until: Seconds(NOW + 30) });
        record[16..20].copy_from_slice(&60_u32.to_be_bytes());
        let sum = checksum(&record[..20], NOW / 60);
        record[20..].copy_from_slice(&sum);
        assert_eq!(decoded(&record), (0, Damage { cut: 0, holes: RECORD_BYTES }));
    }

    #[test]
    fn only_names_that_this_program_writes_are_minutes() {
        for name in ["0", "1", "-5", "29453760", "153722867280912929"] {
            assert_eq!(minute_named(name).map(|minute| minute.to_string()).as_deref(), Some(name));
        }
        for name in ["", "+5", "05", "-0", " 5", "5 ", "5.tmp", "9223372036854775807", "-9223372036854775808"] {
            assert_eq!(minute_named(name), None, "{name:?}");
        }
        assert_eq!(minute_named("153722867280912930"), None, "its seconds overflow");
        assert_eq!(seconds(i64::MAX).end(), &Seconds(i64::MAX));
    }
}
