//! Counters: how many credentials there are of each kind in each state. They only inform and have no tag: whoever can
//! write the database by hand can make them anything.

use crate::store::{Query, StoreError, Tx, WriteTx};

/// Limit on a counter: no store has so many credentials.
const MOST: i64 = 1 << 62;

/// Adds to a number; the row is made when it is not there. One that can only be made up stays as it is: it would
/// overflow, and a number that decides nothing must not keep anybody from making a key or revoking one.
pub fn add_to_tally(tx: &mut dyn WriteTx, kind: &str, state: &str, n: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO tally (kind, state, n) VALUES ($1, $2, $3) ON CONFLICT (kind, state) DO UPDATE \
               SET n = CASE WHEN tally.n BETWEEN $4 AND $5 THEN tally.n + excluded.n ELSE tally.n END";
    tx.queue(sql, &[kind.into(), state.into(), n.into(), (-MOST).into(), MOST.into()])
}

/// The query of [`tallies`].
pub fn tallies_query() -> Query {
    Query::new("SELECT kind, state, n FROM tally ORDER BY kind, state", [])
}

/// All numbers: kind, state, number.
pub fn tallies(tx: &mut dyn Tx) -> Result<Vec<(String, String, i64)>, StoreError> {
    numbers(tx, &tallies_query().sql)
}

/// What the numbers should be: kind, state, number of rows.
pub fn counted(tx: &mut dyn Tx) -> Result<Vec<(String, String, i64)>, StoreError> {
    numbers(tx, "SELECT kind, state, COUNT(*) FROM credential GROUP BY kind, state ORDER BY kind, state")
}

/// Puts what is counted in the place of all numbers.
pub fn count_anew(tx: &mut dyn WriteTx) -> Result<(), StoreError> {
    tx.execute("DELETE FROM tally", &[])?;
    let sql = "INSERT INTO tally (kind, state, n) SELECT kind, state, COUNT(*) FROM credential GROUP BY kind, state";
    tx.execute(sql, &[]).map(|_| ())
}

fn numbers(tx: &mut dyn Tx, sql: &str) -> Result<Vec<(String, String, i64)>, StoreError> {
    tx.rows(sql, &[])?.into_iter().map(|mut row| Ok((row.text()?, row.text()?, row.int()?))).collect()
}
