//! How many credentials there are of each kind in each state.

use crate::store::{StoreError, Tx, WriteTx};

/// Adds to a number; the row is made when it is not there.
pub fn add_to_tally(tx: &mut dyn WriteTx, kind: &str, state: &str, n: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO tally (kind, state, n) VALUES ($1, $2, $3) \
               ON CONFLICT (kind, state) DO UPDATE SET n = tally.n + excluded.n";
    tx.execute(sql, &[kind.into(), state.into(), n.into()]).map(|_| ())
}

/// All numbers: kind, state, number.
pub fn tallies(tx: &mut dyn Tx) -> Result<Vec<(String, String, i64)>, StoreError> {
    let rows = tx.rows("SELECT kind, state, n FROM tally", &[])?;
    rows.into_iter().map(|mut row| Ok((row.text()?, row.text()?, row.int()?))).collect()
}
