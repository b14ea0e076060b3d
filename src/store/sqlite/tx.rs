//! Transactions on a SQLite connection.

use std::borrow::Cow;
use std::sync::MutexGuard;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode};

use crate::store::{Cancel, Cell, Commit, StoreError, Tx, Value, WriteTx};

use super::catalogue::Catalogue;
use super::connection::OpenConnection;
use super::sql_error::failed;
use super::{SqliteStore, nothing_open};

/// A transaction that holds the connection until it ends.
pub(super) struct SqliteTx<'a> {
    store: &'a SqliteStore,
    held: MutexGuard<'a, Option<OpenConnection>>,
    cancel: Cancel,
    open: bool,
}

impl<'a> SqliteTx<'a> {
    /// A transaction that was begun.
    pub(super) fn new(store: &'a SqliteStore, held: MutexGuard<'a, Option<OpenConnection>>, cancel: &Cancel) -> Self {
        Self { store, held, cancel: cancel.clone(), open: true }
    }

    pub(super) fn live(&mut self) -> Result<&mut OpenConnection, StoreError> {
        self.held.as_mut().ok_or_else(nothing_open)
    }

    /// An error unless the files are those that were opened: otherwise nobody else would see the commit.
    fn has_its_files(&self) -> Result<(), StoreError> {
        let Some(place) = &self.store.place else { return Ok(()) };
        place.check()?;
        if self.held.as_ref().is_some_and(OpenConnection::has_its_files) { Ok(()) } else { Err(place.lost()) }
    }

    /// Drops the connection and its uncommitted changes if its files are gone.
    fn leave(&mut self) {
        if self.held.as_ref().is_some_and(|live| !live.has_its_files()) {
            self.store.throw_away(&mut self.held);
            // The caller learns it from the result of the commit, and then uses the reader to look it up.
            self.store.reader_slot().close_if_lost(true);
        }
    }

    /// Runs statements that have no parameters and no rows.
    pub(super) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        let connection = &self.live()?.connection;
        connection.execute_batch(sql).map_err(failed(connection))
    }
}

impl Tx for SqliteTx<'_> {
    fn each(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let connection = &self.live()?.connection;
        let mut statement = connection.prepare_cached(&numbered(sql)).map_err(failed(connection))?;
        let columns = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(failed(connection))?;
        let mut room: Vec<Cell<'static>> = Vec::with_capacity(columns);
        while let Some(row) = rows.next().map_err(failed(connection))? {
            // Reuses one allocation for every row: collecting an empty vector's iterator keeps its allocation and gives
            // it the lifetime of this row.
            let mut cells: Vec<Cell<'_>> = room.into_iter().map(|cell| cell as Cell<'_>).collect();
            for column in 0..columns {
                cells.push(row.get_ref(column).map_err(failed(connection)).and_then(cell)?);
            }
            each(&cells)?;
            cells.clear();
            room = cells.into_iter().map(|_| Cell::Null).collect();
        }
        Ok(())
    }

    fn catalogue(&mut self) -> Result<Vec<u8>, StoreError> {
        Ok(Catalogue::read(&self.live()?.connection)?.bytes())
    }

    fn damage(&mut self, cancel: &Cancel) -> Result<Option<String>, StoreError> {
        let before = self.cancel.clone();
        let live = self.live()?;
        live.watch(Some(cancel))?;
        let said = check(&live.connection).map_err(failed(&live.connection));
        live.watch(Some(&before))?;
        said.map(|said| finding(&said))
    }
}

impl WriteTx for SqliteTx<'_> {
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        let connection = &self.live()?.connection;
        let mut statement = connection.prepare_cached(&numbered(sql)).map_err(failed(connection))?;
        let changed = statement.execute(rusqlite::params_from_iter(params)).map_err(failed(connection))?;
        Ok(changed as u64)
    }

    fn rebuild_indexes(&mut self) -> Result<(), StoreError> {
        self.batch("REINDEX")
    }

    fn commit(mut self: Box<Self>) -> Commit {
        if let Err(why) = self.has_its_files() {
            self.leave();
            return Commit::NotCommitted(why);
        }
        let live = match self.live() {
            Ok(live) => live,
            Err(why) => return Commit::NotCommitted(why),
        };
        match live.connection.execute_batch("COMMIT") {
            Ok(()) => self.open = false,
            // An I/O error while the log was synced: only reading it again shows what was kept.
            Err(why) if why.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) => return Commit::Unknown,
            Err(why) => return Commit::NotCommitted(failed(&live.connection)(why)),
        }
        if self.has_its_files().is_err() {
            self.leave();
            return Commit::Unknown;
        }
        self.held.as_ref().into_iter().for_each(OpenConnection::fold);
        Commit::Committed
    }
}

impl Drop for SqliteTx<'_> {
    fn drop(&mut self) {
        if let Some(live) = self.held.as_ref().filter(|live| self.open && !live.connection.is_autocommit()) {
            // If this fails, `begin` rolls back again.
            let _ = live.connection.execute_batch("ROLLBACK");
        }
    }
}

/// The output of SQLite's integrity check: some lines, or `ok`.
fn check(connection: &Connection) -> rusqlite::Result<String> {
    let mut check = connection.prepare("PRAGMA integrity_check")?;
    let said = check.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(said.join("\n"))
}

/// The most important finding, on one line; `None` if there is none. A wrong index is worse than unused pages that were
/// left over when it was put there.
fn finding(said: &str) -> Option<String> {
    let lines = || said.lines().filter(|line| !line.starts_with("***") && *line != "ok");
    let line = lines().find(|line| !line.ends_with("never used")).or_else(|| lines().next())?;
    Some(line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
}

/// SQLite numbers `$1` by first appearance but `?1` by its number.
fn numbered(sql: &str) -> Cow<'_, str> {
    if sql.contains('$') { Cow::Owned(sql.replace('$', "?")) } else { Cow::Borrowed(sql) }
}

fn cell(value: ValueRef<'_>) -> Result<Cell<'_>, StoreError> {
    match value {
        ValueRef::Null => Ok(Cell::Null),
        ValueRef::Integer(n) => Ok(Cell::Int(n)),
        // Text that is not UTF-8 becomes bytes: a reader that wants text gets an error, and one such row does not stop
        // a reader of all rows.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Store as _, tables};

    fn number(store: &SqliteStore) -> i64 {
        let all = tables::tallies(&mut *store.read(&Cancel::default()).unwrap()).unwrap();
        all.first().map_or(0, |(.., n)| *n)
    }

    /// The files exist when the commit begins, and are gone when it writes.
    #[test]
    fn a_commit_into_vanished_files_is_unknown_until_the_next_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keydesk.db");
        SqliteStore::create(&path, &mut |_| Ok(())).unwrap();
        let store = SqliteStore::open(&path, &mut |_, _| Ok(())).unwrap();
        assert_eq!(number(&store), 0);
        let mut tx = store.begin(&store.writer, true, &Cancel::default()).unwrap();
        tables::add_to_tally(&mut tx, "basic", "active", 1).unwrap();
        let beside = ["-wal", "-shm"].map(|ending| dir.path().join(format!("keydesk.db{ending}")));
        let remove = move || {
            beside.iter().for_each(|file| std::fs::remove_file(file).unwrap());
            false
        };
        tx.live().unwrap().connection.commit_hook(Some(remove)).unwrap();
        assert_eq!(Box::new(tx).commit(), Commit::Unknown);
        assert_eq!(number(&store), 0, "asked at once, on what everybody has open");
        let mut tx = store.write().unwrap();
        tables::add_to_tally(&mut *tx, "basic", "active", 5).unwrap();
        assert_eq!(tx.commit(), Commit::Committed);
        assert_eq!((number(&store), store.reopened()), (5, 1));
    }
}
