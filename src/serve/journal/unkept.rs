//! Until when signatures may have been accepted that no file holds. Its own file has its room from the beginning, so that
//! it can be written when a disk is full: then records find no place, and a process that starts next has to know.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::Path,
    sync::{Mutex, PoisonError},
};

use crate::time::Seconds;

/// Its name, which is no minute's.
const NAME: &str = "unkept";
/// Digits of a second, and a line break.
const LENGTH: usize = 20;

/// The file, once it is there.
#[derive(Debug, Default)]
pub(super) struct Unkept(Mutex<Option<File>>);

impl Unkept {
    /// Opens it; one that is new is written whole.
    pub(super) fn open(&self, directory: &Path) -> io::Result<()> {
        let place = directory.join(NAME);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .custom_flags(super::AT_ONCE)
            .open(place)?;
        if super::regular(&file)?.len() < LENGTH as u64 {
            write(&file, Seconds(0))?;
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
        Ok(())
    }

    /// A signature that ends then was accepted and is in no file. Never taken back: it is over when it has passed.
    pub(super) fn note(&self, end: Seconds) {
        let file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = file.as_ref().filter(|file| read(file).is_none_or(|before| before < end)) {
            // Whatever can be done for a disk that takes nothing was done when the file was made.
            let _ = write(file, end);
        }
    }

    /// Until when something is missing, by the file in a directory; `None` if it was never made.
    pub(super) fn until(directory: &Path) -> io::Result<Option<Seconds>> {
        match OpenOptions::new().read(true).custom_flags(super::AT_ONCE).open(directory.join(NAME)) {
            Ok(file) => read(&file).map(Some).ok_or_else(|| io::ErrorKind::InvalidData.into()),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(why),
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
