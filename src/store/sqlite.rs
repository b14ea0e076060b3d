//! SQLite: one file, WAL, every commit on disk before it is reported.

mod failed;
#[cfg(target_os = "linux")]
mod notice;
mod open;
mod ours;
mod tx;

use std::{
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
};

use rusqlite::Connection;

use super::{Cancel, Notice, Store, StoreError, Tx, WriteTx};

use failed::failed;
pub use open::Found;
use tx::SqliteTx;

/// A desk in a SQLite database.
pub struct SqliteStore {
    writer: Mutex<Connection>,
    /// None in memory, where there is one connection for everything.
    reader: Option<Mutex<Connection>>,
    file: Option<FileId>,
    /// `PRAGMA data_version` of the reader when it was last looked at.
    data_version: Mutex<Option<i64>>,
    /// `PRAGMA schema_version` of the schema that was looked at last and is ours.
    schema: AtomicI64,
}

/// Which file the connections have open. One that was renamed over it is another desk to everybody else.
#[derive(Debug)]
struct FileId {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl FileId {
    fn of(path: &Path) -> std::io::Result<Self> {
        let meta = path.symlink_metadata()?;
        Ok(Self { path: path.to_owned(), device: meta.dev(), inode: meta.ino() })
    }

    fn check(&self) -> Result<(), StoreError> {
        let same = Self::of(&self.path).is_ok_and(|now| (now.device, now.inode) == (self.device, self.inode));
        let gone = || {
            StoreError::Unavailable(format!(
                "The database {} was removed or replaced. Nothing was changed; put it back, then start keydesk again.",
                self.path.display()
            ))
        };
        if same { Ok(()) } else { Err(gone()) }
    }
}

impl SqliteStore {
    /// Begins a transaction, in a schema that is ours.
    fn begin<'a>(
        &self,
        connection: MutexGuard<'a, Connection>,
        write: bool,
        cancel: &Cancel,
    ) -> Result<SqliteTx<'a>, StoreError> {
        let tx = SqliteTx::begin(connection, write, cancel)?;
        if let Some(file) = &self.file {
            let now = ours::check_again(tx.connection(), &file.path, self.schema.load(Relaxed))?;
            self.schema.store(now, Relaxed);
        }
        Ok(tx)
    }
}

impl Store for SqliteStore {
    fn write(&self) -> Result<Box<dyn WriteTx + '_>, StoreError> {
        self.file.as_ref().map_or(Ok(()), FileId::check)?;
        Ok(Box::new(self.begin(lock(&self.writer), true, &Cancel::default())?))
    }

    fn read(&self, cancel: &Cancel) -> Result<Box<dyn Tx + '_>, StoreError> {
        self.file.as_ref().map_or(Ok(()), FileId::check)?;
        let connection = lock(self.reader.as_ref().unwrap_or(&self.writer));
        Ok(Box::new(self.begin(connection, false, cancel)?))
    }

    fn changed(&self) -> Result<bool, StoreError> {
        self.file.as_ref().map_or(Ok(()), FileId::check)?;
        // The number stands still for what a connection commits itself, and in memory there is only one connection.
        let Some(reader) = &self.reader else { return Ok(true) };
        let reader = lock(reader);
        let now = reader.pragma_query_value(None, "data_version", |row| row.get(0)).map_err(failed(&reader))?;
        let mut known = self.data_version.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(known.replace(now) != Some(now))
    }

    #[cfg(target_os = "linux")]
    fn notice(&self) -> Option<Box<dyn Notice>> {
        Some(Box::new(notice::Writes::beside(&self.file.as_ref()?.path)?))
    }

    #[cfg(not(target_os = "linux"))]
    fn notice(&self) -> Option<Box<dyn Notice>> {
        None
    }
}

/// A thread that panicked while it held the connection left at worst an open transaction, which `begin` rolls back.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}
