//! Index of the replay journal: which files there are, and how long each was, so that a file that is removed while no
//! verifier runs is missed by the next.
//!
//! Written when a file is created, before anything is in it, and again while the files grow; like the files it is not
//! synced.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read as _},
    path::Path,
    sync::{Mutex, PoisonError},
};

use crate::files::{self, Access};

/// Name of the index file, which is not a minute.
const NAME: &str = "list";
/// Limit on the size of the index in bytes: a few lines, unless somebody makes many files.
const MOST: u64 = 1 << 20;

/// Minutes with the bytes that their file had; `None` for one whose file was missed, until its minute has passed.
pub(super) type Lengths = BTreeMap<i64, Option<u64>>;

/// The list, and what of it a file no longer tells.
#[derive(Debug, Default)]
pub(super) struct List(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    written: Option<String>,
    missed: Vec<i64>,
}

impl List {
    /// Reads the index of a directory.
    pub(super) fn read(directory: &Path) -> io::Result<Lengths> {
        let mut text = String::new();
        files::open(&directory.join(NAME), Access::Read)?.0.take(MOST).read_to_string(&mut text)?;
        decode(&text).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it is damaged"))
    }

    /// A file that should be there is not, or is shorter than it was: each process that starts is to know that.
    pub(super) fn missed(&self, minute: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).missed.push(minute);
    }

    /// Writes what is there from the minute of `now` on, unless the list says so already.
    pub(super) fn write(&self, directory: &Path, now: i64) -> io::Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.missed.retain(|minute| *minute >= now);
        let mut lengths = Lengths::new();
        for minute in super::minutes(directory)?.into_iter().filter(|minute| *minute >= now) {
            match fs::symlink_metadata(directory.join(minute.to_string())) {
                Ok(meta) if meta.is_file() => _ = lengths.insert(minute, Some(meta.len())),
                _ => {}
            }
        }
        lengths.extend(state.missed.iter().map(|minute| (*minute, None)));
        let text = encode(&lengths);
        let place = directory.join(NAME);
        if state.written.as_ref() == Some(&text) && fs::symlink_metadata(&place).is_ok_and(|meta| meta.is_file()) {
            return Ok(());
        }
        files::replace_soon(&place, text.as_bytes())?;
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
    fn a_list_is_read_as_it_was_written_and_not_if_a_byte_of_it_is_gone() {
        let lengths: Lengths = [(29_453_760, Some(48)), (29_453_761, None), (29_453_762, Some(0))].into();
        for lengths in [lengths, Lengths::new()] {
            let text = encode(&lengths);
            assert_eq!(decode(&text), Some(lengths));
            assert!((0..text.len()).all(|end| decode(&text[..end]).is_none()), "{text}");
            assert!((0..text.len()).all(|at| decode(&[&text[..at], &text[at + 1..]].concat()).is_none()), "{text}");
        }
    }
}
