//! Wrong passwords by name, whether a user of that name exists or not.

use crate::store::{StoreError, Tx};

use super::record::record;

record! {
    /// Failed sign-ins of one name.
    // Only those of users are summed, which the table alone does not tell.
    ThrottleRecord in "throttle", summed false {
        /// Wrong passwords since the last right one or the last pause.
        failed: i64,
        /// How many pauses in a row the name has had: each doubles the next.
        pauses: i64,
        /// End of the pause, in Unix milliseconds.
        locked_until: Option<i64>,
        /// Time of the last try, in Unix milliseconds.
        at: i64,
    }
}

/// How many names are remembered.
pub fn throttles(tx: &mut dyn Tx) -> Result<i64, StoreError> {
    tx.row("SELECT COUNT(*) FROM throttle", &[])?.map_or(Ok(0), |mut row| row.int())
}

/// Names that were not tried since `before` and are not locked at `now`.
pub fn old_throttles(tx: &mut dyn Tx, before: i64, now: i64) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT id FROM throttle WHERE at < $1 AND (locked_until IS NULL OR locked_until < $2)";
    tx.rows(sql, &[before.into(), now.into()])?.into_iter().map(|mut row| row.text()).collect()
}

/// Names that were not tried for longest.
pub fn oldest_throttles(tx: &mut dyn Tx, limit: i64) -> Result<Vec<String>, StoreError> {
    let rows = tx.rows("SELECT id FROM throttle ORDER BY at, id LIMIT $1", &[limit.into()])?;
    rows.into_iter().map(|mut row| row.text()).collect()
}
