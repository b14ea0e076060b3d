//! Commit notifications by inotify: the kernel reports writes to the files beside the database, so that nobody has to
//! poll.
//!
//! Reliable because WAL needs shared memory: every writer of the database is on this machine.

use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use rustix::io::Errno;

use crate::store::Notice;

/// An inotify watch on the directory of a database.
pub struct DirectoryWatch(OwnedFd);

impl DirectoryWatch {
    /// `None` when the kernel has no watch left for us (`fs.inotify.max_user_watches`): then callers poll.
    pub fn beside(database: &Path) -> Option<Self> {
        let watch = inotify::init(CreateFlags::CLOEXEC).ok()?;
        // Watches the directory, because the log beside the database comes and goes, and the database may be replaced.
        let what =
            WatchFlags::MODIFY | WatchFlags::CREATE | WatchFlags::DELETE | WatchFlags::MOVE | WatchFlags::ONLYDIR;
        inotify::add_watch(&watch, database.parent()?, what).ok()?;
        Some(Self(watch))
    }
}

impl Notice for DirectoryWatch {
    fn wait(&mut self) -> bool {
        let mut buffer = [MaybeUninit::<u8>::uninit(); 4096];
        loop {
            // Only that something happened matters: a commit is several writes, read together.
            match rustix::io::read(&self.0, &mut buffer) {
                Ok((read, _)) => return !read.is_empty(),
                Err(Errno::INTR) => {}
                Err(_) => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_beside_the_database_is_reported_and_a_read_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("keydesk.db");
        std::fs::write(&database, "1").unwrap();
        let mut writes = DirectoryWatch::beside(&database).unwrap();
        let (told, hears) = std::sync::mpsc::channel();
        std::thread::spawn(move || while writes.wait() && told.send(()).is_ok() {});
        std::fs::read(&database).unwrap();
        assert!(hears.recv_timeout(std::time::Duration::from_millis(100)).is_err());
        std::fs::write(dir.path().join("keydesk.db-wal"), "2").unwrap();
        hears.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
    }
}
