//! Opens and makes SQLite databases; refuses what is not ours.

use std::{
    fs::{DirBuilder, OpenOptions, Permissions},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use crate::store::{STEPS, Store, StoreError};

use super::{
    FileId, SqliteStore,
    failed::{error, failed},
};

/// `KDsk`: tells a keydesk database from any other (`PRAGMA application_id`).
const APPLICATION_ID: i64 = 0x4b44_736b;
/// The newest schema step.
const LAST: i64 = STEPS.len() as i64;
/// How long a writer waits for another.
const BUSY: Duration = Duration::from_secs(5);

/// Writes the first rows of a new desk.
type Fill<'a> = &'a mut dyn FnMut(Arc<dyn Store>) -> Result<(), StoreError>;

/// What is at a path.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing, or an empty file.
    Nothing,
    /// A database of keydesk.
    Desk,
}

impl SqliteStore {
    /// Looks without changing anything; an error when it is something else.
    pub fn look(path: &Path) -> Result<Found, StoreError> {
        match std::fs::metadata(path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Found::Nothing),
            Err(e) => Err(unreachable(path, &e)),
            Ok(meta) if meta.is_file() && meta.len() == 0 => Ok(Found::Nothing),
            Ok(meta) if meta.is_file() => Ok(Found::Desk),
            Ok(_) => {
                Err(StoreError::Foreign(format!("{} is no file. Name a database with --data-dir.", path.display())))
            }
        }
    }

    /// Opens a desk that is there.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let writer = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        upgrade(&writer, path)?;
        close_to_others(path);
        settle(&writer)?;
        let reader = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        settle(&reader)?;
        reader.pragma_update(None, "query_only", true).map_err(failed(&reader))?;
        let file = FileId::of(path).map_err(|e| unreachable(path, &e))?;
        Ok(Self {
            writer: Mutex::new(writer),
            reader: Some(Mutex::new(reader)),
            file: Some(file),
            data_version: Mutex::default(),
        })
    }

    /// Makes the schema in a new file (0600 in a directory 0700); what `fill` writes is committed with it, or nothing.
    /// An error means that there is no file; [`SqliteStore::open`] comes next.
    pub fn create(path: &Path, fill: Fill<'_>) -> Result<(), StoreError> {
        if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(|e| unreachable(path, &e))?;
        }
        // The file is made next to its place and renamed into it when whole, so that no half-made desk is ever found.
        let building = path.with_extension(format!("new-{}", std::process::id()));
        remove(&building)?;
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&building)
            .map_err(|e| unreachable(path, &e))?;
        // The error that matters is the first one.
        let made = Self::build(&building, fill).and_then(|()| publish(&building, path));
        made.inspect_err(|_| drop(remove(&building)))
    }

    fn build(path: &Path, fill: Fill<'_>) -> Result<(), StoreError> {
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        settle(&connection)?;
        apply(&connection, 0, LAST)?;
        let store =
            Arc::new(Self { writer: Mutex::new(connection), reader: None, file: None, data_version: Mutex::default() });
        fill(store.clone())?;
        let store =
            Arc::into_inner(store).ok_or_else(|| StoreError::Broken("the new desk is still in use".to_owned()))?;
        let connection = store.writer.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Folds the log into the file, so that the file alone is the desk when it is renamed.
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(failed(&connection))?;
        connection.close().map_err(|(connection, e)| failed(&connection)(e))
    }

    /// An empty schema in memory.
    pub fn in_memory() -> Result<Self, StoreError> {
        let connection = Connection::open_in_memory().map_err(|e| error(&e, None))?;
        harden(&connection)?;
        apply(&connection, 0, LAST)?;
        Ok(Self { writer: Mutex::new(connection), reader: None, file: None, data_version: Mutex::default() })
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    // A symbolic link in the way of the directory is fine, one in place of the file is not.
    let path = path.canonicalize().map_err(|e| unreachable(path, &e))?;
    let connection = Connection::open_with_flags(&path, flags).map_err(|e| error(&e, Some(&path)))?;
    connection.busy_timeout(BUSY).map_err(failed(&connection))?;
    harden(&connection)?;
    Ok(connection)
}

/// What a hostile database file must not be able to do.
fn harden(connection: &Connection) -> Result<(), StoreError> {
    let configs = [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
    ];
    for (config, on) in configs {
        connection.set_db_config(config, on).map_err(failed(connection))?;
    }
    connection.pragma_update(None, "secure_delete", true).map_err(failed(connection))?;
    connection.pragma_update(None, "cell_size_check", true).map_err(failed(connection))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// The modes of every connection to a file.
fn settle(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).map_err(failed(connection))?;
    connection.pragma_update(None, "synchronous", "full").map_err(failed(connection))
}

/// The steps after `done` up to `last`, in one transaction.
fn apply(connection: &Connection, done: i64, last: i64) -> Result<(), StoreError> {
    let steps: String = STEPS
        .iter()
        .filter(|step| step.no > done && step.no <= last)
        .map(|step| {
            let note = format!("INSERT INTO schema_step (no, applied_at) VALUES ({}, unixepoch());", step.no);
            step.for_sqlite() + "\n" + &note
        })
        .collect();
    let all = format!(
        "BEGIN IMMEDIATE; {steps} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {last}; COMMIT"
    );
    connection.execute_batch(&all).map_err(failed(connection))
}

/// Brings an older desk to this keydesk's schema. Of two processes that start at once, one does it.
fn upgrade(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let is = check_ours(connection, path)?;
    if is == LAST {
        return Ok(());
    }
    match apply(connection, is, LAST) {
        Ok(()) => Ok(()),
        Err(why) => {
            // The other process may have been faster; then everything is as it should be.
            let _ = connection.execute_batch("ROLLBACK");
            check_ours(connection, path).ok().filter(|is| *is == LAST).map(|_| ()).ok_or(why)
        }
    }
}

/// Refuses another program's database, a newer keydesk's, and one whose schema is not word for word ours: a planted
/// trigger or view would run inside our transactions.
///
/// Says which step the database is at.
fn check_ours(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    // Number and text of one state: another process may bring the database up to date at this moment.
    let one_state = connection.unchecked_transaction().map_err(failed(connection))?;
    let pragma =
        |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(failed(connection));
    let place = path.display();
    if pragma("application_id")? != APPLICATION_ID {
        return Err(StoreError::Foreign(format!(
            "{place} is not a database of keydesk. It was left alone; name another place with --data-dir."
        )));
    }
    let is = pragma("user_version")?;
    if is > LAST {
        return Err(StoreError::Foreign(format!(
            "{place} was made by a newer keydesk (schema {is}, this one knows {LAST}). It was left alone; install the newer keydesk."
        )));
    }
    let expected = Connection::open_in_memory().map_err(|e| error(&e, None))?;
    apply(&expected, 0, is)?;
    match schema(connection)? == schema(&expected)? {
        true => one_state.commit().map(|()| is).map_err(failed(connection)),
        false => Err(StoreError::Foreign(format!(
            "The schema of {place} was changed outside keydesk (a table, index, trigger or view that is not its own). It was left alone; restore a backup."
        ))),
    }
}

fn schema(connection: &Connection) -> Result<Vec<[Option<String>; 4]>, StoreError> {
    // The two tables of ANALYZE are harmless and an operator's right. By their names alone: `writable_schema` plants a
    // trigger under any other name that SQLite reserves.
    let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema \
               WHERE NOT (type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4')) ORDER BY type, name";
    let mut statement = connection.prepare(sql).map_err(failed(connection))?;
    let rows = statement.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]));
    rows.and_then(Iterator::collect).map_err(failed(connection))
}

/// Puts the finished file in its place, unless something is there already.
fn publish(building: &Path, path: &Path) -> Result<(), StoreError> {
    if path.metadata().is_ok_and(|m| m.is_file() && m.len() == 0) {
        std::fs::remove_file(path).map_err(|e| unreachable(path, &e))?;
    }
    let (here, dir) = (rustix::fs::CWD, path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")));
    rustix::fs::renameat_with(here, building, here, path, rustix::fs::RenameFlags::NOREPLACE)
        .map_err(|e| unreachable(path, &e.into()))?;
    let synced = std::fs::File::open(dir).and_then(|dir| dir.sync_all());
    // Of a file that may be gone after the next crash nothing may depend.
    synced.inspect_err(|_| drop(std::fs::remove_file(path))).map_err(|e| unreachable(path, &e))
}

/// A copy that was put back has the modes of the one who copied it. Whoever may not change them may still use the desk.
fn close_to_others(path: &Path) {
    for file in files(path) {
        if let Ok(meta) = file.metadata()
            && meta.mode() & 0o007 != 0
        {
            let _ = std::fs::set_permissions(&file, Permissions::from_mode(meta.mode() & 0o7770));
        }
    }
}

/// The database and the two files that SQLite keeps beside it.
fn files(path: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|ending| {
        let mut file = path.as_os_str().to_owned();
        file.push(ending);
        file.into()
    })
}

fn remove(building: &Path) -> Result<(), StoreError> {
    for file in files(building) {
        match std::fs::remove_file(file) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(unreachable(building, &e)),
            _ => {}
        }
    }
    Ok(())
}

fn unreachable(path: &Path, why: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!(
        "The database {} cannot be used: {why}. Nothing was changed; check its file and directory.",
        path.display()
    ))
}
