//! A bare connection to a database file, hardened against hostile files.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::store::StoreError;

use super::sql_error::{error, failed};

/// How long a writer waits for another writer's lock.
const BUSY: Duration = Duration::from_secs(5);

pub(super) fn connect(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags).map_err(|e| error(&e, Some(path)))?;
    connection.busy_timeout(BUSY).map_err(failed(&connection))?;
    harden(&connection)?;
    Ok(connection)
}

/// How long a reader that sshd waits for waits itself.
const BUSY_READER: Duration = Duration::from_millis(500);

/// Opens a database of keydesk that is not written to, whatever its schema step is.
pub(super) fn connect_read_only(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags).map_err(|e| error(&e, Some(path)))?;
    connection.busy_timeout(BUSY_READER).map_err(failed(&connection))?;
    harden(&connection)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(failed(&connection))?;
    connection.pragma_update(None, "query_only", true).map_err(failed(&connection))?;
    Ok(connection)
}

/// Turns off what a hostile database file could abuse.
pub(super) fn harden(connection: &Connection) -> Result<(), StoreError> {
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

/// Sets the journal and sync modes of every connection to a file.
pub(super) fn settle(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).map_err(failed(connection))?;
    connection.pragma_update(None, "synchronous", "full").map_err(failed(connection))
}
