//! Gaps of the replay journal: up to which expiry signatures may have been accepted that no file holds, because files are
//! gone or records could not be written. The file is allocated at the start, so that it can be written when the disk is
//! full: that is when records are lost, and the next process has to know.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::files::{self, Access};
use crate::time::Seconds;

/// Name of the file; names of minutes are numbers.
const NAME: &str = "unkept";
/// Digits of a second, and a line break.
const LENGTH: usize = 20;

/// The file of gaps, and what it has to say.
#[derive(Debug, Default)]
pub(super) struct Gaps(Mutex<GapState>);

#[derive(Debug, Default)]
struct GapState {
    /// The open file, with its device and inode.
    file: Option<(File, (u64, u64))>,
    until: Option<Seconds>,
}

impl Gaps {
    /// Creates the file if it is missing, and writes what it has to say.
    pub(super) fn open(&self, directory: &Path) -> io::Result<()> {
        let place = directory.join(NAME);
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state
            .file
            .as_ref()
            .is_some_and(|(_, held)| place.symlink_metadata().is_ok_and(|there| files::file_id(&there) == *held))
        {
            // Somebody else may have written into it.
            return state.write();
        }
        let (file, meta) = files::open(&place, Access::Write)?;
        if meta.len() < LENGTH as u64 {
            write(&file, state.until.unwrap_or(Seconds(0)))?;
        }
        state.file = Some((file, files::file_id(&meta)));
        state.write()
    }

    /// Signatures up to this expiry may have been accepted and are in no file. That is never taken back: it ends when the
    /// time has passed, and counts again if the clock steps back.
    pub(super) fn extend_to(&self, end: Seconds) -> io::Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.until = state.until.max(Some(end));
        state.write()
    }

    /// Reads the end of the gap from a directory; `None` if there is no file.
    pub(super) fn until(directory: &Path) -> io::Result<Option<Seconds>> {
        match files::open(&directory.join(NAME), Access::Read) {
            Ok((file, _)) => read(&file).map(Some).ok_or_else(|| io::ErrorKind::InvalidData.into()),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(why),
        }
    }
}

impl GapState {
    /// Writes the end of the gap, unless the file has a later one. An error if there is no file to write to.
    fn write(&self) -> io::Result<()> {
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
