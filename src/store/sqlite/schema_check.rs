//! Schema check: whether a database has exactly keydesk's schema; and the migration steps that make one.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use rusqlite::Connection;

use crate::store::{Cancel, Commit, MigrateRows, Migration, NEWEST_STEP, STEPS, StoreError, WriteTx};

use super::SqliteStore;
use super::catalogue::Catalogue;
use super::file_identity::DatabaseFile;
use super::sql_error::{error, failed};

/// `KDsk`: tells a keydesk database from any other (`PRAGMA application_id`).
const APPLICATION_ID: i64 = 0x4b44_736b;

/// Migrates a database from step `done` to step `last` in one transaction; `migrate` may write in it after the first
/// half of each step.
///
/// If an older desk is at `path`, its schema is checked in the same transaction: anything planted before would run
/// in it.
pub(super) fn apply(
    store: &SqliteStore,
    (done, last): (i64, i64),
    path: Option<&Path>,
    migrate: MigrateRows<'_>,
) -> Result<(), StoreError> {
    let mut tx = store.begin(&store.writer, true, &Cancel::default())?;
    // Another process may have been faster while this one waited for the lock.
    if let Some(path) = path
        && step(&tx.live()?.connection, path)?.0 != done
    {
        return Err(StoreError::Unavailable(
            "The database was brought up to date by another keydesk at this moment. Try again.".to_owned(),
        ));
    }
    for step in STEPS.iter().filter(|step| step.no > done && step.no <= last) {
        let [before, after] = step.for_sqlite();
        tx.batch(&before)?;
        tx.batch(&format!("INSERT INTO schema_step (no, applied_at) VALUES ({}, unixepoch())", step.no))?;
        migrate(&mut tx, Migration::Step(step))?;
        tx.batch(&after)?;
    }
    migrate(&mut tx, Migration::Ends)?;
    tx.batch(&format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {last}"))?;
    match Box::new(tx).commit() {
        Commit::Committed => Ok(()),
        Commit::NotCommitted(why) => Err(why),
        Commit::Unknown => Err(StoreError::Unknown),
    }
}

fn step_of(connection: &Connection) -> Result<i64, StoreError> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed(connection))
}

/// There are no rows to migrate yet.
pub(super) fn no_rows(_: &mut dyn WriteTx, _: Migration<'_>) -> Result<(), StoreError> {
    Ok(())
}

/// Refuses another program's database, a newer keydesk's, and one whose schema differs from ours in a single word: a
/// planted trigger or view would run inside our transactions.
///
/// Returns the step of the database and its catalogue, which the connection compares from here on. Runs in a
/// transaction of its own: another process may be migrating the database.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<(i64, Catalogue), StoreError> {
    let one_state = connection.unchecked_transaction().map_err(failed(connection))?;
    let found = step(connection, path)?;
    one_state.commit().map(|()| found).map_err(failed(connection))
}

/// Refuses a desk that is older than it was when it was opened, and one of a newer keydesk, unless it is
/// the one that was found then.
pub(super) fn newest(step: i64, catalogue: &Catalogue, place: &DatabaseFile) -> Result<(), StoreError> {
    if step == NEWEST_STEP || place.is_beyond(step, &catalogue.bytes()) {
        return Ok(());
    }
    if step > NEWEST_STEP {
        return Err(newer(step, &place.path));
    }
    Err(StoreError::Foreign(format!(
        "{} is older than it was when it was opened. Nothing was changed; find out who put an old file back, then start keydesk \
         again.",
        place.path.display()
    )))
}

/// The error for a database of a newer keydesk.
pub(super) fn newer(step: i64, path: &Path) -> StoreError {
    StoreError::Foreign(format!(
        "{} was made by a newer keydesk (schema {step}, this one knows {NEWEST_STEP}). It was left alone; install the newer keydesk.",
        path.display()
    ))
}

/// Refuses another program's database.
pub(super) fn is_ours(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let id = connection.pragma_query_value(None, "application_id", |row| row.get::<_, i64>(0));
    match id.map_err(failed(connection))? {
        APPLICATION_ID => Ok(()),
        _ => Err(StoreError::Foreign(format!(
            "{} is not a database of keydesk. It was left alone; name another place with --data-dir.",
            path.display()
        ))),
    }
}

fn step(connection: &Connection, path: &Path) -> Result<(i64, Catalogue), StoreError> {
    is_ours(connection, path)?;
    let place = path.display();
    let is = step_of(connection)?;
    let found = Catalogue::load(connection)?;
    // Only a holder of the master key can judge the schema of a newer keydesk, by the tag of its step.
    if is > NEWEST_STEP || found.entries() == expected(is)?.entries() {
        return Ok((is, found));
    }
    Err(StoreError::Foreign(format!(
        "The schema of {place} was changed outside keydesk (a table, index, trigger or view that is not its own). It was left \
         alone; restore a backup."
    )))
}

/// The catalogue that our steps create.
fn expected(step: i64) -> Result<Arc<Catalogue>, StoreError> {
    static NEWEST: OnceLock<Arc<Catalogue>> = OnceLock::new();
    if let Some(newest) = NEWEST.get().filter(|_| step == NEWEST_STEP) {
        return Ok(newest.clone());
    }
    let made = SqliteStore::alone(Connection::open_in_memory().map_err(|e| error(&e, None))?);
    apply(&made, (0, step), None, &mut no_rows)?;
    let mut tx = made.begin(&made.writer, false, &Cancel::default())?;
    let made = Arc::new(Catalogue::read(&tx.live()?.connection)?);
    Ok(if step == NEWEST_STEP { NEWEST.get_or_init(|| made).clone() } else { made })
}
