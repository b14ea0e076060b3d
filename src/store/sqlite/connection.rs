//! An open connection, with the catalogue and files that it was opened on.

use std::sync::Arc;
use std::sync::atomic::AtomicI32;
use std::sync::atomic::Ordering::Relaxed;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::store::{Cancel, StoreError};

use super::catalogue::Catalogue;
use super::file_identity::{DatabaseFile, SidecarIds};
use super::open_connections::{Entry, OpeningGuard};
use super::sql_error::failed;
use super::{raw_connection, schema_check};

/// Virtual machine steps between two looks at the cancel flag: a few microseconds.
const STEPS_BETWEEN_LOOKS: i32 = 4_000;
/// Length of the log, in pages, from which a commit runs a checkpoint, as SQLite does by itself.
const FOLDED_FROM: i32 = 1_000;
/// Attempts while others open and close the database.
const TRIES: u32 = 3;

/// A connection that is reused for many transactions.
pub(super) struct OpenConnection {
    pub(super) connection: Connection,
    /// None for a database in memory, which nobody else can open.
    opened: Option<Opened>,
    /// The data version that was last reported as changed.
    data_version: Option<i64>,
}

/// What a connection found when it opened its file.
struct Opened {
    place: Arc<DatabaseFile>,
    catalogue: Catalogue,
    /// The state in which the database had this catalogue.
    looked_at: Option<i64>,
    beside: SidecarIds,
    /// Pages in the log after the last commit.
    pages: Arc<AtomicI32>,
    /// Dropped last, when the connection is closed.
    _entry: Entry,
}

impl OpenConnection {
    /// Wraps a connection that nobody else can reach.
    pub(super) fn alone(connection: Connection) -> Self {
        Self { connection, opened: None, data_version: None }
    }

    /// Opens a connection to a desk whose schema is keydesk's and up to date.
    pub(super) fn open(
        opening: &OpeningGuard<'_>,
        place: &Arc<DatabaseFile>,
        reads_only: bool,
    ) -> Result<Self, StoreError> {
        for _ in 0..TRIES {
            let before = place.beside();
            let (mut connection, catalogue) = connect(place)?;
            if reads_only {
                connection.pragma_update(None, "query_only", true).map_err(failed(&connection))?;
            }
            let pages = Arc::new(AtomicI32::new(0));
            let told = pages.clone();
            // Replaces SQLite's own hook, which would checkpoint a log into a database that it may no longer belong to.
            let count = move |_: &mut rusqlite::hooks::Wal, now| {
                told.store(now, Relaxed);
                Ok(())
            };
            connection.wal_hook(Some(count)).map_err(failed(&connection))?;
            // If somebody closed the database or removed files just now, it is unknown which files were opened.
            let beside = place.beside().filter(|now| before.is_none_or(|before| before == *now));
            if let Some(beside) = beside {
                let _entry = opening.note(place.database, beside);
                let opened = Opened { place: place.clone(), catalogue, looked_at: None, beside, pages, _entry };
                return Ok(Self { connection, opened: Some(opened), data_version: None });
            }
        }
        Err(place.lost())
    }

    /// Begins a transaction.
    pub(super) fn begin(&mut self, write: bool, cancel: &Cancel) -> Result<(), StoreError> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK").map_err(failed(&self.connection))?;
        }
        self.watch((!write).then_some(cancel))?;
        // IMMEDIATE: a transaction that reads first could fail when it wants to write.
        let begin = if write { "BEGIN IMMEDIATE" } else { "BEGIN DEFERRED" };
        self.connection.execute_batch(begin).map_err(failed(&self.connection))
    }

    /// Whether the database still has the catalogue that was opened, in the transaction that was begun. If not, the
    /// connection knows tables, triggers and root pages that no longer exist, and must be dropped.
    pub(super) fn is_still(&mut self) -> Result<bool, StoreError> {
        let Some(opened) = &mut self.opened else { return Ok(true) };
        // This fixes the state that the transaction sees. If nobody committed since, it was checked already.
        let version = data_version(&self.connection)?;
        if opened.looked_at == Some(version) {
            return Ok(true);
        }
        let same = opened.catalogue.is_still(&self.connection)?;
        opened.looked_at = same.then_some(version);
        Ok(same)
    }

    /// Whether anybody else committed anything since this was last asked.
    pub(super) fn changed(&mut self) -> Result<bool, StoreError> {
        let now = data_version(&self.connection)?;
        Ok(self.data_version.replace(now) != Some(now))
    }

    /// Interrupts running statements once `cancel` is set.
    pub(super) fn watch(&mut self, cancel: Option<&Cancel>) -> Result<(), StoreError> {
        let look = cancel.cloned().map(|cancel| move || cancel.is_cancelled());
        self.connection.progress_handler(STEPS_BETWEEN_LOOKS, look).map_err(failed(&self.connection))
    }

    /// Whether the files beside the database are those that were opened.
    pub(super) fn has_its_files(&self) -> bool {
        self.opened.as_ref().is_none_or(|opened| opened.place.beside() == Some(opened.beside))
    }

    /// Runs a checkpoint when the log is long. One that fails is tried again after the next commit.
    pub(super) fn fold(&self) {
        if self.opened.as_ref().is_some_and(|opened| opened.pages.load(Relaxed) >= FOLDED_FROM) {
            let _ = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        }
    }
}

/// The last connection to close checkpoints the log and removes the files beside the database, by name: not if those
/// files belong to another database by now.
impl Drop for OpenConnection {
    fn drop(&mut self) {
        let same = |opened: &Opened| opened.place.check().is_ok() && opened.place.beside() == Some(opened.beside);
        if self.opened.as_ref().is_some_and(same) {
            let _ = self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
        }
    }
}

/// `PRAGMA data_version`: a number that changes with every commit by another connection, by which SQLite drops its
/// cached pages. The statement does not look at the schema.
fn data_version(connection: &Connection) -> Result<i64, StoreError> {
    let mut version = connection.prepare_cached("PRAGMA data_version").map_err(failed(connection))?;
    version.query_row([], |row| row.get(0)).map_err(failed(connection))
}

/// A connection that leaves the files alone when it is closed, and the catalogue that it opened.
pub(super) fn connect(place: &DatabaseFile) -> Result<(Connection, Catalogue), StoreError> {
    let connection = raw_connection::connect(&place.path)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(failed(&connection))?;
    let (step, catalogue) = schema_check::check(&connection, &place.path)?;
    schema_check::newest(step, &catalogue, place)?;
    raw_connection::settle(&connection)?;
    // A first read opens the files beside the database: they exist from here on.
    connection.query_row("PRAGMA schema_version", [], |_| Ok(())).map_err(failed(&connection))?;
    Ok((connection, catalogue))
}
