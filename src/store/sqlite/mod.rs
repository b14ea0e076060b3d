//! The SQLite driver: one file, WAL, every commit on disk before it is reported.
//!
//! Nothing that the database says about itself is trusted. A connection is only as good as what it opened: the schema
//! catalogue with its root pages, and the files. Both are checked in each transaction; when they differ, the connection
//! is closed and never used again.

mod catalogue;
mod connection;
mod file_identity;
mod freshness;
#[cfg(target_os = "linux")]
mod inotify;
mod open;
mod open_connections;
mod raw_connection;
mod schema_check;
mod sql_error;
mod tx;
mod unfinished;

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, MutexGuard};

use super::{Cancel, NEWEST_STEP, Notice, Store, StoreError, Tx, WriteTx};

use connection::OpenConnection;
use file_identity::DatabaseFile;
pub use open::FileContent;
use open_connections::{ConnectionSlot, OpeningGuard};
use tx::SqliteTx;

/// Attempts to open a connection for one transaction while another process keeps changing the schema.
const TRIES: u32 = 3;

/// A desk in a SQLite database.
pub struct SqliteStore {
    writer: Arc<ConnectionSlot>,
    /// None in memory, where there is one connection for everything.
    reader: Option<Arc<ConnectionSlot>>,
    place: Option<Arc<DatabaseFile>>,
    /// How often a connection was closed because it was not what is there any more.
    reopened: AtomicU64,
}

impl SqliteStore {
    fn reader_slot(&self) -> &Arc<ConnectionSlot> {
        self.reader.as_ref().unwrap_or(&self.writer)
    }

    /// Begins a transaction on a connection to the current database.
    fn begin<'a>(
        &'a self,
        slot: &'a Arc<ConnectionSlot>,
        write: bool,
        cancel: &Cancel,
    ) -> Result<SqliteTx<'a>, StoreError> {
        let mut held = slot.lock();
        let Some(place) = &self.place else {
            held.as_mut().ok_or_else(nothing_open)?.begin(write, cancel)?;
            return Ok(SqliteTx::new(self, held, cancel));
        };
        place.check()?;
        self.have_its_files(slot, &mut held, place)?;
        for _ in 0..TRIES {
            let live = match &mut *held {
                Some(live) => live,
                none => none.insert(OpenConnection::open(&OpeningGuard::begin(place, slot)?, place, !write)?),
            };
            live.begin(write, cancel)?;
            let looked = live.is_still();
            if looked == Ok(true) {
                return Ok(SqliteTx::new(self, held, cancel));
            }
            // Also after an error: it is unknown what the connection has loaded.
            self.throw_away(&mut held);
            looked?;
        }
        Err(StoreError::Unavailable(format!(
            "Another program goes on changing the schema of {}. Nothing was changed; find out which one, then try again.",
            place.path.display()
        )))
    }

    /// An error, once for each connection, when the files beside the database were removed or replaced.
    fn have_its_files(
        &self,
        slot: &ConnectionSlot,
        held: &mut MutexGuard<'_, Option<OpenConnection>>,
        place: &DatabaseFile,
    ) -> Result<(), StoreError> {
        let lost = held.as_ref().is_some_and(|live| !live.has_its_files());
        if lost {
            self.throw_away(held);
            self.close_others();
        }
        let was_lost = slot.was_lost();
        if was_lost {
            self.reopened.fetch_add(1, Relaxed);
        }
        if lost || was_lost { Err(place.lost()) } else { Ok(()) }
    }

    fn throw_away(&self, held: &mut MutexGuard<'_, Option<OpenConnection>>) {
        **held = None;
        self.reopened.fetch_add(1, Relaxed);
    }

    /// Closes the other connections of this store whose files are gone, unless they are in use.
    fn close_others(&self) {
        [Some(&self.writer), self.reader.as_ref()].into_iter().flatten().for_each(|slot| slot.close_if_lost(false));
    }
}

impl Store for SqliteStore {
    fn write(&self) -> Result<Box<dyn WriteTx + '_>, StoreError> {
        Ok(Box::new(self.begin(&self.writer, true, &Cancel::default())?))
    }

    fn read(&self, cancel: &Cancel) -> Result<Box<dyn Tx + '_>, StoreError> {
        Ok(Box::new(self.begin(self.reader_slot(), false, cancel)?))
    }

    fn changed(&self) -> Result<bool, StoreError> {
        // The data version ignores commits of the connection itself, and in memory there is only one connection.
        let (Some(reader), Some(place)) = (&self.reader, &self.place) else { return Ok(true) };
        place.check()?;
        let mut held = reader.lock();
        // A connection that is opened later sees everything that was committed before.
        let Some(live) = &mut *held else { return if reader.is_lost() { Err(place.lost()) } else { Ok(true) } };
        if !live.has_its_files() {
            self.throw_away(&mut held);
            reader.set_lost();
            self.close_others();
            return Err(place.lost());
        }
        live.changed()
    }

    fn reopened(&self) -> u64 {
        self.reopened.load(Relaxed)
    }

    fn fresh(&self) -> Result<bool, StoreError> {
        self.place.as_ref().map_or(Ok(true), |place| self.is_fresh(place))
    }

    fn step(&self) -> i64 {
        self.place.as_ref().map_or(NEWEST_STEP, |place| place.step())
    }

    #[cfg(target_os = "linux")]
    fn notice(&self) -> Option<Box<dyn Notice>> {
        Some(Box::new(inotify::DirectoryWatch::beside(&self.place.as_ref()?.path)?))
    }

    #[cfg(not(target_os = "linux"))]
    fn notice(&self) -> Option<Box<dyn Notice>> {
        None
    }
}

/// The error for a bug of this module.
fn nothing_open() -> StoreError {
    StoreError::Broken("no connection is open".to_owned())
}
