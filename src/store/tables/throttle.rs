//! Wrong passwords by name, whether a user of that name exists or not.

use crate::store::{Row, StoreError, Tx, Value};

use super::Record;

/// Failed sign-ins of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThrottleRecord {
    /// Keyed hash of the name, in hex.
    pub id: String,
    /// Version of the row.
    pub version: i64,
    /// Wrong passwords since the last right one or the last pause.
    pub failed: i64,
    /// How many pauses in a row the name has had: each doubles the next.
    pub pauses: i64,
    /// End of the pause, in Unix milliseconds.
    pub locked_until: Option<i64>,
    /// Time of the last try, in Unix milliseconds.
    pub at: i64,
}

impl Record for ThrottleRecord {
    const TABLE: &'static str = "throttle";
    // Only those of users are summed, which the table alone does not tell.
    const SUMMED: bool = false;
    const COLUMNS: &'static [&'static str] = &["failed", "pauses", "locked_until", "at"];

    fn id(&self) -> &str {
        &self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn values(&self) -> Vec<Value> {
        vec![self.failed.into(), self.pauses.into(), self.locked_until.into(), self.at.into()]
    }

    fn read(id: String, version: i64, row: &mut Row) -> Result<Self, StoreError> {
        let (failed, pauses) = (row.int()?, row.int()?);
        Ok(Self { id, version, failed, pauses, locked_until: row.maybe_int()?, at: row.int()? })
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
