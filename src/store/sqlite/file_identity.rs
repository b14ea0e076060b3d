//! File identity: which files a connection has open. To everybody else, a file that was renamed over one of them is
//! another database.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use crate::store::{NEWEST_STEP, StoreError};

use super::sql_error::unreachable;

/// Identity of a file, whatever its name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    fn of(meta: &Metadata) -> Self {
        Self { device: meta.dev(), inode: meta.ino() }
    }
}

/// The log and the shared memory beside a database.
pub(super) type SidecarIds = [FileId; 2];

/// A database at a path. Nothing here opens a file: closing it again would release every lock that this
/// process has on it.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    pub(super) path: PathBuf,
    pub(super) database: FileId,
    beside: [PathBuf; 2],
    /// Step and schema that were found when the desk was opened, if this program does not know the step: the holder of
    /// the keys decides whether to trust it. Any other schema is refused.
    beyond: OnceLock<(i64, Vec<u8>)>,
}

/// How often, and how long each time, to wait for somebody who is closing the database.
pub(super) const LOOKS: u32 = 20;
pub(super) const BETWEEN: Duration = Duration::from_millis(5);

impl DatabaseFile {
    pub(super) fn find(path: &Path) -> Result<Self, StoreError> {
        let found = path.canonicalize().and_then(|full| Ok((path.metadata()?, full)));
        let (meta, full) = found.map_err(|e| unreachable(path, &e))?;
        Ok(Self { path: path.to_owned(), database: FileId::of(&meta), beside: beside(&full), beyond: OnceLock::new() })
    }

    /// An error unless the file at the path is still the one that was found.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        match self.path.metadata().is_ok_and(|now| FileId::of(&now) == self.database) {
            true => Ok(()),
            false => Err(StoreError::Unavailable(format!(
                "The database {} was removed or replaced. Nothing was changed; put it back, then start keydesk again.",
                self.path.display()
            ))),
        }
    }

    /// Remembers the schema of a step that this program does not know.
    pub(super) fn found_beyond(&self, step: i64, catalogue: Vec<u8>) {
        let _ = self.beyond.set((step, catalogue));
    }

    /// Whether this is the remembered schema.
    pub(super) fn is_beyond(&self, step: i64, catalogue: &[u8]) -> bool {
        self.beyond.get().is_some_and(|(of, is)| *of == step && is == catalogue)
    }

    /// The step of the schema.
    pub(super) fn step(&self) -> i64 {
        self.beyond.get().map_or(NEWEST_STEP, |(step, _)| *step)
    }

    /// The two files beside the database as they are now; `None` unless both are there.
    pub(super) fn beside(&self) -> Option<SidecarIds> {
        let [log, memory] = &self.beside;
        let id = |file: &Path| file.symlink_metadata().ok().map(|meta| FileId::of(&meta));
        Some([id(log)?, id(memory)?])
    }

    /// Removes shared memory whose log is gone. It refers to pages that no longer exist, and whoever joins those who
    /// still have the old log open would read an empty one by it. SQLite makes the log first and removes it first, so
    /// for a moment a database that is being closed looks like this.
    pub(super) fn take_away_leftover(&self) {
        let [log, memory] = &self.beside;
        let is_left_over = || log.symlink_metadata().is_err() && memory.symlink_metadata().is_ok();
        for _ in 0..LOOKS {
            if !is_left_over() {
                return;
            }
            std::thread::sleep(BETWEEN);
        }
        if is_left_over() {
            let _ = std::fs::remove_file(memory);
        }
    }

    /// The error when the files beside the database are no longer those that were opened.
    pub(super) fn lost(&self) -> StoreError {
        StoreError::Unavailable(format!(
            "The files beside {} (-wal, -shm) were removed or replaced while keydesk had them open. Nothing was changed \
             now, but what was saved last may be lost: look whether it is there, then try again.",
            self.path.display()
        ))
    }

    /// The error while another part of this process still uses files that are gone.
    pub(super) fn held(&self) -> StoreError {
        StoreError::Unavailable(format!(
            "Files beside {} (-wal, -shm) that were removed or replaced are still in use. Nothing was changed; try again \
             in a moment.",
            self.path.display()
        ))
    }
}

fn beside(full: &Path) -> [PathBuf; 2] {
    ["-wal", "-shm"].map(|ending| {
        let mut file = full.as_os_str().to_owned();
        file.push(ending);
        file.into()
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn another_file_of_the_same_name_is_detected() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let write = |ending: &str| fs::write(dir.path().join(format!("a.db{ending}")), ending).unwrap();
        write("");
        let place = DatabaseFile::find(&path).unwrap();
        assert_eq!(place.beside(), None);
        write("-wal");
        assert_eq!(place.beside(), None, "one of them is not enough");
        write("-shm");
        let both = place.beside().unwrap();
        fs::rename(dir.path().join("a.db-shm"), dir.path().join("kept")).unwrap();
        write("-shm");
        assert_ne!(place.beside().unwrap(), both);
        fs::rename(dir.path().join("kept"), dir.path().join("a.db-shm")).unwrap();
        assert_eq!(place.beside().unwrap(), both);
        place.check().unwrap();
        fs::rename(&path, dir.path().join("away")).unwrap();
        assert!(place.check().is_err());
        write("");
        assert!(place.check().is_err());
    }

    #[test]
    fn shared_memory_is_removed_only_when_its_log_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        ["a.db", "a.db-wal", "a.db-shm"].iter().for_each(|file| fs::write(dir.path().join(file), "1").unwrap());
        let place = DatabaseFile::find(&path).unwrap();
        place.take_away_leftover();
        assert!(place.beside().is_some());
        fs::remove_file(dir.path().join("a.db-wal")).unwrap();
        place.take_away_leftover();
        assert!(path.exists() && !dir.path().join("a.db-shm").exists());
    }
}
