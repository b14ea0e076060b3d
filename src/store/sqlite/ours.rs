//! Whether a database is one of keydesk, word for word; and the steps that make one.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use rusqlite::Connection;

use crate::store::{STEPS, StoreError};

use super::{
    catalogue::Catalogue,
    failed::{error, failed},
};

/// `KDsk`: tells a keydesk database from any other (`PRAGMA application_id`).
const APPLICATION_ID: i64 = 0x4b44_736b;
/// The newest schema step.
pub(super) const LAST: i64 = STEPS.len() as i64;

/// The steps after `done` up to `last`, in one transaction.
pub(super) fn apply(connection: &Connection, done: i64, last: i64) -> Result<(), StoreError> {
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

/// Refuses another program's database, a newer keydesk's, and one whose schema is not word for word ours: a planted
/// trigger or view would run inside our transactions.
///
/// Says which step the database is at, and what was looked at, which is what the connection goes by from here on. In a
/// transaction of its own: another process may bring the database up to date at this moment.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<(i64, Catalogue), StoreError> {
    let one_state = connection.unchecked_transaction().map_err(failed(connection))?;
    let found = step(connection, path)?;
    one_state.commit().map(|()| found).map_err(failed(connection))
}

/// Refuses a desk that was brought up to date when it was opened, and no longer is.
pub(super) fn newest(step: i64, path: &Path) -> Result<(), StoreError> {
    match step == LAST {
        true => Ok(()),
        false => Err(StoreError::Foreign(format!(
            "{} is older than it was when it was opened. Nothing was changed; find out who put an old file back, then \
             start keydesk again.",
            path.display()
        ))),
    }
}

fn step(connection: &Connection, path: &Path) -> Result<(i64, Catalogue), StoreError> {
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
    let found = Catalogue::load(connection)?;
    match found.entries() == expected(is)?.entries() {
        true => Ok((is, found)),
        false => Err(StoreError::Foreign(format!(
            "The schema of {place} was changed outside keydesk (a table, index, trigger or view that is not its own). It was left alone; restore a backup."
        ))),
    }
}

/// What our steps make.
fn expected(step: i64) -> Result<Arc<Catalogue>, StoreError> {
    static NEWEST: OnceLock<Arc<Catalogue>> = OnceLock::new();
    if let Some(newest) = NEWEST.get().filter(|_| step == LAST) {
        return Ok(newest.clone());
    }
    let made = Connection::open_in_memory().map_err(|e| error(&e, None))?;
    apply(&made, 0, step)?;
    let made = Arc::new(Catalogue::read(&made)?);
    Ok(if step == LAST { NEWEST.get_or_init(|| made).clone() } else { made })
}
