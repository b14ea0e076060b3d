//! Last use of each secret, as verifiers report it, and which credentials wait for their first.

use crate::store::{Row, StoreError, Tx, WriteTx};

/// Last use of one secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageRow {
    /// Which secret of the credential.
    pub secret_no: i64,
    /// Unix seconds; `None` when it was never used.
    pub at: Option<i64>,
    /// Address of the client.
    pub address: Option<String>,
}

/// The row of a new secret; one that is `waiting` was never used, and its credential neither.
pub fn insert_usage(
    tx: &mut dyn WriteTx,
    (kind, credential): (&str, &str),
    secret_no: i64,
    waiting: bool,
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO usage (kind, credential, secret_no, at, address, waiting) VALUES ($1, $2, $3, NULL, NULL, $4)";
    tx.execute(sql, &[kind.into(), credential.into(), secret_no.into(), waiting.into()]).map(|_| ())
}

/// Notes a use; an older report does not replace a newer one. A use of any of the credential's secrets that is behind
/// second `latest` is of a time that is still to come, and was in truth before this one.
pub fn put_usage(tx: &mut dyn WriteTx, credential: &str, row: &UsageRow, latest: i64) -> Result<(), StoreError> {
    let sql = "UPDATE usage SET at = CASE WHEN secret_no = $2 THEN $3 ELSE $3 - 1 END, \
               address = CASE WHEN secret_no = $2 THEN $4 ELSE address END \
               WHERE credential = $1 AND (at > $5 OR (secret_no = $2 AND (at IS NULL OR at <= $3)))";
    let params = [credential.into(), row.secret_no.into(), row.at.into(), row.address.clone().into(), latest.into()];
    tx.execute(sql, &params)?;
    // One use of any of its secrets is enough: the credential does not wait any more.
    stop_waiting(tx, credential).map(|_| ())
}

/// A credential waits no longer for its first use; says whether it did until now.
pub fn stop_waiting(tx: &mut dyn WriteTx, credential: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE usage SET waiting = 0 WHERE credential = $1 AND waiting = 1";
    tx.execute(sql, &[credential.into()]).map(|rows| rows > 0)
}

/// A credential that comes back waits again if none of its secrets was ever used.
pub fn wait_again(tx: &mut dyn WriteTx, credential: &str) -> Result<(), StoreError> {
    // One row of a credential waits, its newest: it is one credential that waits, however many secrets it had.
    let sql = "UPDATE usage SET waiting = 1 WHERE credential = $1 \
               AND secret_no = (SELECT MAX(u.secret_no) FROM usage u WHERE u.credential = $1) \
               AND NOT EXISTS (SELECT 1 FROM usage u WHERE u.credential = $1 AND u.at IS NOT NULL)";
    tx.execute(sql, &[credential.into()]).map(|_| ())
}

/// Last uses of a credential's secrets, newest secret first.
pub fn usages(tx: &mut dyn Tx, credential: &str) -> Result<Vec<UsageRow>, StoreError> {
    let sql = "SELECT secret_no, at, address FROM usage WHERE credential = $1 ORDER BY secret_no DESC";
    let read = |mut row: Row| Ok(UsageRow { secret_no: row.int()?, at: row.maybe_int()?, address: row.maybe_text()? });
    tx.rows(sql, &[credential.into()])?.into_iter().map(read).collect()
}

/// Keys of a kind and the addresses that they were last used from, `most` of them.
pub fn last_addresses(tx: &mut dyn Tx, kind: &str, most: i64) -> Result<Vec<(String, String)>, StoreError> {
    let sql = "SELECT c.key, u.address FROM credential c JOIN usage u ON u.credential = c.id \
               WHERE c.kind = $1 AND u.address IS NOT NULL LIMIT $2";
    let rows = tx.rows(sql, &[kind.into(), most.into()])?;
    rows.into_iter().map(|mut row| Ok((row.text()?, row.text()?))).collect()
}

/// How many active credentials of a kind were never used, counted up to `most`.
pub fn count_waiting(tx: &mut dyn Tx, kind: &str, most: i64) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM \
               (SELECT DISTINCT credential FROM usage WHERE kind = $1 AND waiting = 1 LIMIT $2) AS some";
    tx.row(sql, &[kind.into(), most.into()])?.map_or(Ok(0), |mut row| row.int())
}

/// How many active credentials of a kind expire in `[from, until)`, counted up to `most`.
pub fn count_expiring(tx: &mut dyn Tx, kind: &str, from: i64, until: i64, most: i64) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM credential WHERE kind = $1 AND state = 'active' \
               AND expires_at IS NOT NULL AND expires_at >= $2 AND expires_at < $3 LIMIT $4) AS some";
    tx.row(sql, &[kind.into(), from.into(), until.into(), most.into()])?.map_or(Ok(0), |mut row| row.int())
}

/// Notes that a gateway asked; only the first time counts.
pub fn note_asked(tx: &mut dyn WriteTx, at: i64) -> Result<(), StoreError> {
    tx.execute("INSERT INTO asked (one, at) VALUES (1, $1) ON CONFLICT (one) DO NOTHING", &[at.into()]).map(|_| ())
}

/// Whether a gateway ever asked about a credential.
pub fn ever_asked(tx: &mut dyn Tx) -> Result<bool, StoreError> {
    Ok(tx.row("SELECT 1 FROM asked", &[])?.is_some())
}
