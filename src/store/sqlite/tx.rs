//! Transactions on a SQLite connection.

use std::{borrow::Cow, sync::MutexGuard};

use rusqlite::{Connection, ErrorCode, types::ValueRef};

use crate::store::{Cancel, Cell, Commit, StoreError, Tx, Value, WriteTx};

use super::failed::failed;

/// Virtual machine steps between two looks at the cancel flag: a few microseconds.
const STEPS_BETWEEN_LOOKS: i32 = 4_000;

/// A transaction that holds the connection until it ends.
pub(super) struct SqliteTx<'a> {
    connection: MutexGuard<'a, Connection>,
    open: bool,
}

impl<'a> SqliteTx<'a> {
    pub(super) fn begin(
        mut connection: MutexGuard<'a, Connection>,
        write: bool,
        cancel: &Cancel,
    ) -> Result<Self, StoreError> {
        if !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK").map_err(failed(&connection))?;
        }
        let watched = cancel.clone();
        let look = (!write).then_some(move || watched.is_cancelled());
        connection.progress_handler(STEPS_BETWEEN_LOOKS, look).map_err(failed(&connection))?;
        // IMMEDIATE: a transaction that reads first and then wants to write could find that it may not.
        let begin = if write { "BEGIN IMMEDIATE" } else { "BEGIN DEFERRED" };
        connection.execute_batch(begin).map_err(failed(&connection))?;
        Ok(Self { connection, open: true })
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Runs statements that have no parameters and no rows.
    pub(super) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(failed(&self.connection))
    }
}

impl Tx for SqliteTx<'_> {
    fn damage(&mut self, _: &Cancel) -> Result<Option<String>, StoreError> {
        let said: String = self
            .connection
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
            .map_err(failed(&self.connection))?;
        Ok((said != "ok").then_some(said))
    }

    fn catalogue(&mut self) -> Result<Vec<u8>, StoreError> {
        self.lines()
    }

    fn each(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(&numbered(sql)).map_err(failed(&self.connection))?;
        let columns = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(failed(&self.connection))?;
        let mut room: Vec<Cell<'static>> = Vec::with_capacity(columns);
        while let Some(row) = rows.next().map_err(failed(&self.connection))? {
            // The same room for every row: collecting an empty vector's iterator keeps its allocation, and gives it the
            // lifetime of this row.
            let mut cells: Vec<Cell<'_>> = room.into_iter().map(|cell| cell as Cell<'_>).collect();
            for column in 0..columns {
                cells.push(row.get_ref(column).map_err(failed(&self.connection)).and_then(cell)?);
            }
            each(&cells)?;
            cells.clear();
            room = cells.into_iter().map(|_| Cell::Null).collect();
        }
        Ok(())
    }
}

impl SqliteTx<'_> {
    fn lines(&self) -> Result<Vec<u8>, StoreError> {
        let mut out = Vec::new();
        for row in super::ours::schema(&self.connection)? {
            for text in row {
                let text = text.unwrap_or_default();
                out.extend_from_slice(&(text.len() as u32).to_be_bytes());
                out.extend_from_slice(text.as_bytes());
            }
        }
        Ok(out)
    }
}

impl WriteTx for SqliteTx<'_> {
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        let mut statement = self.connection.prepare_cached(&numbered(sql)).map_err(failed(&self.connection))?;
        let changed = statement.execute(rusqlite::params_from_iter(params)).map_err(failed(&self.connection))?;
        Ok(changed as u64)
    }

    fn commit(mut self: Box<Self>) -> Commit {
        match self.connection.execute_batch("COMMIT") {
            Ok(()) => {
                self.open = false;
                Commit::Committed
            }
            // An error of the disk while the log was synced: what is on it only shows when it is read again.
            Err(why) if why.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) => Commit::Unknown,
            Err(why) => Commit::NotCommitted(failed(&self.connection)(why)),
        }
    }
}

impl Drop for SqliteTx<'_> {
    fn drop(&mut self) {
        if self.open && !self.connection.is_autocommit() {
            // Nothing more can be done if this fails; `begin` looks again.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

/// SQLite numbers `$1` by first appearance and `?1` by its number.
fn numbered(sql: &str) -> Cow<'_, str> {
    if sql.contains('$') { Cow::Owned(sql.replace('$', "?")) } else { Cow::Borrowed(sql) }
}

fn cell(value: ValueRef<'_>) -> Result<Cell<'_>, StoreError> {
    match value {
        ValueRef::Null => Ok(Cell::Null),
        ValueRef::Integer(n) => Ok(Cell::Int(n)),
        // What is no text is no text: whoever wants one says so, and one such row stops nobody who looks at all of them.
        ValueRef::Text(text) => Ok(std::str::from_utf8(text).map_or(Cell::Bytes(text), Cell::Text)),
        ValueRef::Blob(bytes) => Ok(Cell::Bytes(bytes)),
        ValueRef::Real(_) => Err(StoreError::Broken("a column holds a fraction".to_owned())),
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::ToSqlOutput::Borrowed;
        Ok(match self {
            Self::Null => Borrowed(ValueRef::Null),
            Self::Int(n) => Borrowed(ValueRef::Integer(*n)),
            Self::Text(text) => Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) => Borrowed(ValueRef::Blob(bytes)),
        })
    }
}
