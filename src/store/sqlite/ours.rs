//! Whether a database is one of keydesk, word for word; and the steps that make one.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use rusqlite::Connection;

use crate::store::{Cancel, Commit, STEPS, Step, StoreError, WriteTx};

use super::{
    failed::{error, failed},
    lock,
    tx::SqliteTx,
};

/// `KDsk`: tells a keydesk database from any other (`PRAGMA application_id`).
const APPLICATION_ID: i64 = 0x4b44_736b;
/// The newest schema step.
pub(super) const LAST: i64 = STEPS.len() as i64;
/// No schema has this number.
pub(super) const UNCHECKED: i64 = i64::MIN;

/// Carries the rows of a desk over a step, between its two halves, and once more behind the last step, with none; all in
/// one transaction.
pub type Carry<'a> = &'a mut dyn FnMut(&mut dyn WriteTx, Option<&Step>) -> Result<(), StoreError>;

/// Brings a database from the step `done` to the step `last`, in one transaction, which `carry` may write in after the first
/// half of each step. Hands the connection back.
pub(super) fn apply(connection: Connection, (done, last): (i64, i64), carry: Carry<'_>) -> Result<Connection, StoreError> {
    let connection = Mutex::new(connection);
    let mut tx = SqliteTx::begin(lock(&connection), true, &Cancel::default())?;
    for step in STEPS.iter().filter(|step| step.no > done && step.no <= last) {
        let [before, after] = step.for_sqlite();
        tx.batch(&before)?;
        tx.batch(&format!("INSERT INTO schema_step (no, applied_at) VALUES ({}, unixepoch())", step.no))?;
        carry(&mut tx, Some(step))?;
        tx.batch(&after)?;
    }
    carry(&mut tx, None)?;
    tx.batch(&format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {last}"))?;
    match Box::new(tx).commit() {
        Commit::Committed => Ok(connection.into_inner().unwrap_or_else(PoisonError::into_inner)),
        Commit::NotCommitted(why) => Err(why),
        Commit::Unknown => Err(StoreError::Unknown),
    }
}

/// Nothing to carry over: there are no rows yet.
pub(super) fn no_rows(_: &mut dyn WriteTx, _: Option<&Step>) -> Result<(), StoreError> {
    Ok(())
}

/// Refuses another program's database, a newer keydesk's, and one whose schema is not word for word ours: a planted
/// trigger or view would run inside our transactions.
///
/// Says which step the database is at, and the number of the schema that was looked at. In a transaction of its own:
/// another process may bring the database up to date at this moment.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<(i64, i64), StoreError> {
    let one_state = connection.unchecked_transaction().map_err(failed(connection))?;
    let found = (step(connection, path)?, number(connection)?);
    one_state.commit().map(|()| found).map_err(failed(connection))
}

/// The same inside a transaction that is open, if the schema is another than the one that was `known` to be good: it may
/// be changed while a desk is open too. Says which one it is now.
pub(super) fn check_again(connection: &Connection, path: &Path, known: i64) -> Result<i64, StoreError> {
    let now = number(connection)?;
    if now != known && step(connection, path)? < LAST {
        let place = path.display();
        return Err(StoreError::Foreign(format!(
            "{place} is older than it was when it was opened. Nothing was changed; find out who put an old file back, then start keydesk again."
        )));
    }
    Ok(now)
}

/// The number that is another whenever the schema is. Whoever plants something and puts the number back plants nothing:
/// SQLite itself goes by it, and keeps the schema that it read before.
fn number(connection: &Connection) -> Result<i64, StoreError> {
    let mut version = connection.prepare_cached("PRAGMA schema_version").map_err(failed(connection))?;
    version.query_row([], |row| row.get(0)).map_err(failed(connection))
}

fn step(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
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
    let expected = apply(expected, (0, is), &mut no_rows)?;
    match schema(connection)? == schema(&expected)? {
        true => Ok(is),
        false => Err(StoreError::Foreign(format!(
            "The schema of {place} was changed outside keydesk (a table, index, trigger or view that is not its own). It was left alone; restore a backup."
        ))),
    }
}

pub(super) fn schema(connection: &Connection) -> Result<Vec<[Option<String>; 4]>, StoreError> {
    // The two tables of ANALYZE are harmless and an operator's right. By their names alone: `writable_schema` plants a
    // trigger under any other name that SQLite reserves.
    let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema \
               WHERE NOT (type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4')) ORDER BY type, name";
    let mut statement = connection.prepare(sql).map_err(failed(connection))?;
    let rows = statement.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]));
    rows.and_then(Iterator::collect).map_err(failed(connection))
}
