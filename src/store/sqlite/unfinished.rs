//! The file of a desk that is being made, under another name until it is whole; and those that a killed process left.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock};

use crate::store::StoreError;

use super::sql_error::unreachable;

/// A new file, locked while somebody is making it.
pub(super) struct UnfinishedFile {
    pub(super) path: PathBuf,
    /// Closed last: that releases the locks of SQLite as well.
    _locked: File,
}

impl UnfinishedFile {
    /// Makes one beside `path`, after it took away what others left there.
    pub(super) fn beside(path: &Path) -> Result<Self, StoreError> {
        let building = path.with_extension(format!("{NEW}{}", std::process::id()));
        leftovers(path).iter().for_each(|left| drop(remove(left)));
        remove(&building)?;
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&building);
        let file = made.map_err(|e| unreachable(path, &e))?;
        // Where files cannot be locked nothing is ever taken away.
        let _ = flock(&file, FlockOperation::NonBlockingLockExclusive);
        Ok(Self { path: building, _locked: file })
    }

    /// Takes it away.
    pub(super) fn remove(&self) {
        // The error that made it useless is the one that matters.
        let _ = remove(&self.path);
    }
}

const NEW: &str = "new-";

/// Files of this name that nobody is making any more.
fn leftovers(path: &Path) -> Vec<PathBuf> {
    let (Some(dir), Some(stem)) = (path.parent(), path.file_stem().and_then(|stem| stem.to_str())) else {
        return Vec::new();
    };
    let begins = format!("{stem}.{NEW}");
    let is_one = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        let number = name.and_then(|name| name.strip_prefix(&begins));
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
    };
    let found = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    found.filter(is_one).filter(|path| is_left(path)).collect()
}

fn is_left(path: &Path) -> bool {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path);
    file.is_ok_and(|file| flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok())
}

/// The files that SQLite keeps beside a database (<https://sqlite.org/tempfiles.html>), and the database last: while it is
/// there, others are found by its name.
pub(super) fn with_companions(path: &Path) -> [PathBuf; 4] {
    ["-journal", "-wal", "-shm", ""].map(|ending| {
        let mut file = path.as_os_str().to_owned();
        file.push(ending);
        file.into()
    })
}

fn remove(building: &Path) -> Result<(), StoreError> {
    for file in with_companions(building) {
        match fs::remove_file(file) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(unreachable(building, &e)),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_is_taken_away_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let kept = ["keydesk.new-", "keydesk.new-7x", "keydesk.old-7", "other.new-7", "keydesk.new-9.txt"];
        let left = ["", "-journal", "-wal", "-shm"].map(|ending| format!("keydesk.new-7{ending}"));
        kept.iter().copied().chain(left.iter().map(String::as_str)).for_each(|name| fs::write(at(name), "x").unwrap());
        let mine = UnfinishedFile::beside(&at("keydesk.db")).unwrap();
        assert!(kept.iter().all(|name| at(name).exists()) && !left.iter().any(|name| at(name).exists()));
        assert_eq!(leftovers(&at("keydesk.db")), Vec::<PathBuf>::new(), "this one is being made");
        mine.remove();
        assert!(!mine.path.exists());
    }
}
