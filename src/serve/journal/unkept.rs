//! Gaps of the replay journal: until when signatures may have been accepted that no file holds, because files are gone
//! or records could not be written. The file is allocated at the start, so that it can be written when the disk is
//! full: then records are lost, and the next process has to know.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt as _,
    path::Path,
    sync::{Mutex, PoisonError},
};

use crate::files::{self, Access};
use crate::time::Seconds;

/// Name of the file, which is not a minute.
const NAME: &str = "unkept";
/// Digits of a second, and a line break.
const LENGTH: usize = 20;

/// The file, and what is to stand in it.
#[derive(Debug, Default)]
pub(super) struct Unkept(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Once it is there, with what tells it from another.
    file: Option<(File, (u64, u64))>,
    until: Option<Seconds>,
}

impl Unkept {
    /// Makes it, if it is not there yet or no more. One that is new is written whole.
    pub(super) fn open(&self, directory: &Path) -> io::Result<()> {
        let place = directory.join(NAME);
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state
            .file
            .as_ref()
            .is_some_and(|(_, held)| place.symlink_metadata().is_ok_and(|there| files::which(&there) == *held))
        {
            // Somebody may have written into it.
            return state.put();
        }
        let (file, meta) = files::open(&place, Access::Write)?;
        if meta.len() < LENGTH as u64 {
            write(&file, state.until.unwrap_or(Seconds(0)))?;
        }
        state.file = Some((file, files::which(&meta)));
        state.put()
    }

    /// A signature that ends then may have been accepted and is in no file. Never taken back: it is over when it has
    /// passed, and counts again for a clock that steps back.
    pub(super) fn note(&self, end: Seconds) -> io::Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.until = state.until.max(Some(end));
        state.put()
    }

    /// Until when something is missing, by the file in a directory; `None` if it was never made.
    pub(super) fn until(directory: &Path) -> io::Result<Option<Seconds>> {
        match files::open(&directory.join(NAME), Access::Read) {
            Ok((file, _)) => read(&file).map(Some).ok_or_else(|| io::ErrorKind::InvalidData.into()),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(why),
        }
    }
}

impl State {
    /// Puts it into the file, unless more is there; an error if there is no file, and something to be put.
    fn put(&self) -> io::Result<()> {
        match (&self.file, self.until) {
            (_, None) => Ok(()),
            (None, Some(_)) => Err(io::ErrorKind::NotFound.into()),
            (Some((file, _)), Some(end)) if read(file).is_some_and(|before| before >= end) => Ok(()),
            (Some((file, _)), Some(end)) => write(file, end),
        }
    }
}

fn read(file: &File) -> Option<Seconds> {
    let mut digits = [0; LENGTH - 1];
    file.read_exact_at(&mut digits, 0).ok()?;
    std::str::from_utf8(&digits).ok()?.parse().ok().map(Seconds)
}

fn write(file: &File, end: Seconds) -> io::Result<()> {
    file.write_all_at(format!("{:0width$}\n", end.0.max(0), width = LENGTH - 1).as_bytes(), 0)
}
