//! Turns SQLite's errors into sentences.

use std::path::Path;

use rusqlite::{Connection, ErrorCode};

use crate::store::StoreError;

/// Free bytes needed to open a database: the shared memory, and a page of its log.
const ROOM: u64 = 36 * 1024;

/// Converts an error of a connection.
pub(super) fn failed(connection: &Connection) -> impl Fn(rusqlite::Error) -> StoreError + '_ {
    |why| error(&why, connection.path().map(Path::new))
}

/// Converts an error of the database at a path (`None` in memory).
pub(super) fn error(why: &rusqlite::Error, database: Option<&Path>) -> StoreError {
    sentence(why, || database.is_some_and(is_full))
}

/// The message of SQLite names tables and columns at most, never a value.
fn sentence(why: &rusqlite::Error, is_full: impl Fn() -> bool) -> StoreError {
    let unavailable = |sentence: &str| StoreError::Unavailable(sentence.to_owned());
    let full = "The disk is full. Nothing was changed; make room, then try again.";
    match why.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            unavailable("The database is locked by another program. Nothing was changed; try again in a moment.")
        }
        Some(ErrorCode::DiskFull) => unavailable(full),
        // SQLite reports a full disk only for its own writes. A file that it could not create or
        // extend is an I/O error.
        Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure) if is_full() => unavailable(full),
        Some(ErrorCode::ReadOnly) => unavailable(
            "The database cannot be written. Nothing was changed; check its file and directory, then try again.",
        ),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::SystemIoFailure) => {
            StoreError::Unavailable(format!(
                "The database cannot be reached ({why}). Nothing was changed; check the disk and the room on it, then try \
                 again."
            ))
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Foreign(format!(
            "The database is damaged or is no database ({why}). It was left as it is; restore a backup."
        )),
        Some(ErrorCode::OperationInterrupted) => StoreError::Cancelled,
        _ => StoreError::Broken(why.to_string()),
    }
}

/// Whether there is no space beside a database, for bytes or for another file.
fn is_full(database: &Path) -> bool {
    let Some(disk) = database.parent().and_then(|dir| rustix::fs::statvfs(dir).ok()) else { return false };
    // Some file systems allocate inodes on demand and report none.
    let no_file = disk.f_files > 0 && disk.f_favail == 0;
    no_file || disk.f_bavail.saturating_mul(disk.f_frsize) < ROOM
}

pub(super) fn unreachable(path: &Path, why: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!(
        "The database {} cannot be used: {why}. Nothing was changed; check its file and directory.",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    fn said(code: i32, is_full: bool) -> String {
        sentence(&rusqlite::Error::SqliteFailure(ffi::Error::new(code), None), || is_full).to_string()
    }

    #[test]
    fn failing_to_create_a_file_on_a_full_disk_says_so() {
        let full = said(ffi::SQLITE_FULL, false);
        assert!(full.contains("disk is full") && full.contains("make room"), "{full}");
        for code in [
            ffi::SQLITE_IOERR_SHMSIZE,
            ffi::SQLITE_IOERR_SHMOPEN,
            ffi::SQLITE_IOERR_WRITE,
            ffi::SQLITE_IOERR_TRUNCATE,
            ffi::SQLITE_CANTOPEN,
        ] {
            assert_eq!(said(code, true), full, "{code}");
            assert!(said(code, false).contains("cannot be reached"), "{code}: {}", said(code, false));
        }
        for code in [ffi::SQLITE_BUSY, ffi::SQLITE_CORRUPT, ffi::SQLITE_READONLY, ffi::SQLITE_MISUSE] {
            assert_eq!(said(code, true), said(code, false), "the disk has nothing to do with it: {code}");
        }
    }

    #[test]
    fn only_a_disk_known_to_be_full_is_called_full() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!is_full(&dir.path().join("keydesk.db")));
        assert!(!is_full(&dir.path().join("gone/keydesk.db")) && !is_full(Path::new("/")));
    }
}
