//! Opens and creates SQLite databases; refuses those that are not keydesk's.

use std::fs::{DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rusqlite::Connection;

use crate::files;
use crate::store::{MigrateRows, NEWEST_STEP, Store, StoreError};

use super::connection::OpenConnection;
use super::file_identity::DatabaseFile;
use super::open_connections::{ConnectionSlot, OpeningGuard};
use super::raw_connection::{connect, connect_read_only, harden, settle};
use super::schema_check::{self, apply, no_rows};
use super::sql_error::{error, failed, unreachable};
use super::unfinished::{UnfinishedFile, with_companions};
use super::{SqliteStore, nothing_open};

/// Writes the first rows of a new desk.
type Fill<'a> = &'a mut dyn FnMut(Arc<dyn Store>) -> Result<(), StoreError>;

/// What was found at a path.
#[derive(Debug, PartialEq, Eq)]
pub enum FileContent {
    /// Nothing, or an empty file.
    Nothing,
    /// A database of keydesk.
    Desk,
}

impl SqliteStore {
    /// Inspects a path without changing anything; an error if something else is there.
    pub fn inspect(path: &Path) -> Result<FileContent, StoreError> {
        match std::fs::metadata(path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(FileContent::Nothing),
            Err(e) => Err(unreachable(path, &e)),
            Ok(meta) if meta.is_file() && meta.len() == 0 => Ok(FileContent::Nothing),
            Ok(meta) if meta.is_file() => Ok(FileContent::Desk),
            Ok(_) => {
                Err(StoreError::Foreign(format!("{} is not a file. Name a database with --data-dir.", path.display())))
            }
        }
    }

    /// Opens an existing desk. A desk of an older keydesk is migrated in one transaction, in which `migrate` converts
    /// its rows.
    pub fn open(path: &Path, migrate: MigrateRows<'_>) -> Result<Self, StoreError> {
        let path = &guarded(path)?;
        let place = Arc::new(DatabaseFile::find(path)?);
        let [writer, reader] = [Arc::<ConnectionSlot>::default(), Arc::<ConnectionSlot>::default()];
        let opening = OpeningGuard::begin(&place, &writer)?;
        // Stays open until the others are open: the last connection to close checkpoints the log.
        let first = connect(path)?;
        upgrade(&first, &place, migrate)?;
        close_to_others(path);
        *writer.lock() = Some(OpenConnection::open(&opening, &place, false)?);
        *reader.lock() = Some(OpenConnection::open(&opening.and(&reader), &place, true)?);
        drop(first);
        Ok(Self { writer, reader: Some(reader), place: Some(place), reopened: AtomicU64::new(0) })
    }

    /// Opens an existing desk for a short look: nothing is migrated or written, and its schema is not compared, since
    /// nothing that is read this way decides alone.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        let path = &guarded(path)?;
        let connection = connect_read_only(path)?;
        schema_check::is_ours(&connection, path)?;
        Ok(Self::alone(connection))
    }

    /// Creates the schema in a new file (0600 in a directory 0700), together with what `fill` writes, or nothing.
    /// After an error there is no file; [`SqliteStore::open`] comes next.
    pub fn create(path: &Path, fill: Fill<'_>) -> Result<(), StoreError> {
        let path = &guarded(path)?;
        if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(|e| unreachable(path, &e))?;
        }
        // The file is created under another name and renamed when complete, so that no incomplete desk is ever found.
        let building = UnfinishedFile::beside(path)?;
        let made = Self::build(&building.path, fill).and_then(|()| publish(&building.path, path));
        made.inspect_err(|_| building.remove())
    }

    fn build(path: &Path, fill: Fill<'_>) -> Result<(), StoreError> {
        let connection = connect(path)?;
        settle(&connection)?;
        let store = Arc::new(Self::alone(connection));
        apply(&store, (0, NEWEST_STEP), None, &mut no_rows)?;
        fill(store.clone())?;
        let store =
            Arc::into_inner(store).ok_or_else(|| StoreError::Broken("the new desk is still in use".to_owned()))?;
        let held = store.writer.lock();
        let connection = &held.as_ref().ok_or_else(nothing_open)?.connection;
        // Checkpoints the log, so that the file alone is the desk when it is renamed.
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(failed(connection))
    }

    /// Over one connection that nobody else can reach.
    pub(super) fn alone(connection: Connection) -> Self {
        let writer = Arc::new(ConnectionSlot::holding(OpenConnection::alone(connection)));
        Self { writer, reader: None, place: None, reopened: AtomicU64::new(0) }
    }

    /// An empty schema in memory.
    pub fn in_memory() -> Result<Self, StoreError> {
        let connection = Connection::open_in_memory().map_err(|e| error(&e, None))?;
        harden(&connection)?;
        let store = Self::alone(connection);
        apply(&store, (0, NEWEST_STEP), None, &mut no_rows)?;
        Ok(store)
    }
}

/// The real path, for the database and the files beside it: symbolic links are followed here, once, and never again.
fn guarded(path: &Path) -> Result<PathBuf, StoreError> {
    files::guarded(path).map_err(|why| StoreError::Unavailable(why.to_string()))
}

/// Migrates an older desk to this keydesk's schema. Of two processes that start at once, one does it. The schema of a
/// newer keydesk is remembered.
fn upgrade(connection: &Connection, place: &DatabaseFile, migrate: MigrateRows<'_>) -> Result<(), StoreError> {
    let path = &place.path;
    let (is, catalogue) = schema_check::check(connection, path)?;
    if is > NEWEST_STEP {
        // Setting the journal mode would write to the file, which must not be changed.
        let mode: String =
            connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).map_err(failed(connection))?;
        if mode != "wal" {
            return Err(schema_check::newer(is, path));
        }
        place.found_beyond(is, catalogue.bytes());
    }
    if is >= NEWEST_STEP {
        return Ok(());
    }
    apply(&SqliteStore::alone(connect(path)?), (is, NEWEST_STEP), Some(path), migrate).or_else(|why| {
        // If the other process was faster, everything is fine.
        schema_check::check(connection, path).ok().filter(|(is, _)| *is == NEWEST_STEP).map(|_| ()).ok_or(why)
    })
}

/// Renames the finished file to its path, unless something is there already.
fn publish(building: &Path, path: &Path) -> Result<(), StoreError> {
    if path.metadata().is_ok_and(|m| m.is_file() && m.len() == 0) {
        std::fs::remove_file(path).map_err(|e| unreachable(path, &e))?;
    }
    let (here, dir) = (rustix::fs::CWD, path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")));
    let renamed = rustix::fs::renameat_with(here, building, here, path, rustix::fs::RenameFlags::NOREPLACE);
    renamed.map_err(|e| match e {
        rustix::io::Errno::EXIST => StoreError::DeskThere(path.display().to_string()),
        e => unreachable(path, &e.into()),
    })?;
    let synced = std::fs::File::open(dir).and_then(|dir| dir.sync_all());
    // Nothing may depend on a file that could be gone after the next crash.
    synced.inspect_err(|_| drop(std::fs::remove_file(path))).map_err(|e| unreachable(path, &e))
}

/// Closes the files to others and their group: a copy that was put back has the modes of whoever copied it. If others
/// have access, that of the group is an accident too. A user who may not change modes may still use the desk.
fn close_to_others(path: &Path) {
    for file in with_companions(path) {
        if let Ok(meta) = file.symlink_metadata()
            && meta.is_file()
            && meta.mode() & 0o007 != 0
        {
            let _ = std::fs::set_permissions(&file, Permissions::from_mode(meta.mode() & 0o7700));
        }
    }
}
