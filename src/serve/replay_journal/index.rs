//! Index of the replay journal: the files and their lengths, so that the next verifier notices if one was removed while no
//! verifier ran.
//!
//! Written when a file is created, before its first record, and again as the files grow. Like the files, it is not synced.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::files::{self, Access};

use crate::serve::replay_journal::record::segments;

/// Name of the file; names of minutes are numbers.
const NAME: &str = "list";
/// Limit on the size of the index in bytes: a few lines, unless somebody creates many files.
const MAX_BYTES: u64 = 1 << 20;

/// Minutes with the lengths of their files in bytes; `None` for a missing file, until its minute has passed.
pub(super) type Lengths = BTreeMap<i64, Option<u64>>;

/// What was last written into the index, and which files are missing.
#[derive(Debug, Default)]
pub(super) struct SegmentIndex(Mutex<IndexState>);

#[derive(Debug, Default)]
struct IndexState {
    written: Option<String>,
    missing: Vec<i64>,
}

/// Whether a directory has an index of its files.
pub(in crate::serve) fn has_index(directory: &Path) -> bool {
    SegmentIndex::read(directory).is_ok()
}

impl SegmentIndex {
    /// Reads the index of a directory.
    pub(super) fn read(directory: &Path) -> io::Result<Lengths> {
        let mut text = String::new();
        files::open(&directory.join(NAME), Access::Read)?.0.take(MAX_BYTES).read_to_string(&mut text)?;
        decode(&text).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it is damaged"))
    }

    /// A file is missing or shorter than it was: every process that starts must know that.
    pub(super) fn add_missing(&self, minute: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).missing.push(minute);
    }

    /// Writes the files from the minute `now` on, unless the index has them already.
    pub(super) fn write(&self, directory: &Path, now: i64) -> io::Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.missing.retain(|minute| *minute >= now);
        let mut lengths = Lengths::new();
        for minute in segments(directory)?.into_iter().filter(|minute| *minute >= now) {
            match fs::symlink_metadata(directory.join(minute.to_string())) {
                Ok(meta) if meta.is_file() => _ = lengths.insert(minute, Some(meta.len())),
                _ => {}
            }
        }
        lengths.extend(state.missing.iter().map(|minute| (*minute, None)));
        let text = encode(&lengths);
        let place = directory.join(NAME);
        if state.written.as_ref() == Some(&text) && fs::symlink_metadata(&place).is_ok_and(|meta| meta.is_file()) {
            return Ok(());
        }
        files::replace_unsynced(&place, text.as_bytes())?;
        state.written = Some(text);
        Ok(())
    }
}

fn encode(lengths: &Lengths) -> String {
    let line = |(minute, length): (&i64, &Option<u64>)| match length {
        Some(length) => format!("{minute} {length}\n"),
        None => format!("{minute} missed\n"),
    };
    let lines: String = lengths.iter().map(line).collect();
    let sum = crc32fast::hash(lines.as_bytes());
    format!("{lines}end {sum:08x}\n")
}

fn decode(text: &str) -> Option<Lengths> {
    let (lines, sum) = text.strip_suffix('\n')?.rsplit_once("end ")?;
    if sum.len() != 8 || u32::from_str_radix(sum, 16).ok()? != crc32fast::hash(lines.as_bytes()) {
        return None;
    }
    let line = |line: &str| {
        let (minute, length) = line.split_once(' ')?;
        let length = if length == "missed" { None } else { Some(length.parse().ok()?) };
        Some((minute.parse().ok()?, length))
    };
    lines.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_with_a_missing_byte_is_not_read() {
        let lengths: Lengths = [(29_453_760, Some(48)), (29_453_761, None), (29_453_762, Some(0))].into();
        for lengths in [lengths, Lengths::new()] {
            let text = encode(&lengths);
            assert_eq!(decode(&text), Some(lengths));
            assert!((0..text.len()).all(|end| decode(&text[..end]).is_none()), "{text}");
            assert!((0..text.len()).all(|at| decode(&[&text[..at], &text[at + 1..]].concat()).is_none()), "{text}");
        }
    }
}
