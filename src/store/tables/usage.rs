//! Last use of each secret, as verifiers report it.

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

/// A new secret waits for its first use.
pub fn insert_usage(tx: &mut dyn WriteTx, credential: &str, secret_no: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO usage (credential, secret_no, at, address, waiting) VALUES ($1, $2, NULL, NULL, 1)";
    tx.execute(sql, &[credential.into(), secret_no.into()]).map(|_| ())
}

/// Notes a use; an older report does not replace a newer one.
pub fn put_usage(tx: &mut dyn WriteTx, credential: &str, row: &UsageRow) -> Result<(), StoreError> {
    let sql =
        "UPDATE usage SET at = $3, address = $4 WHERE credential = $1 AND secret_no = $2 AND (at IS NULL OR at <= $3)";
    tx.execute(sql, &[credential.into(), row.secret_no.into(), row.at.into(), row.address.clone().into()])?;
    // One use of any of its secrets is enough: the credential does not wait any more.
    tx.execute("UPDATE usage SET waiting = 0 WHERE credential = $1 AND waiting = 1", &[credential.into()]).map(|_| ())
}

/// A credential that stops waits no longer; one that comes back waits again if it was never used.
pub fn set_waiting(tx: &mut dyn WriteTx, credential: &str, waiting: bool) -> Result<(), StoreError> {
    let sql = if waiting {
        "UPDATE usage SET waiting = 1 WHERE credential = $1 \
         AND NOT EXISTS (SELECT 1 FROM usage u WHERE u.credential = $1 AND u.at IS NOT NULL)"
    } else {
        "UPDATE usage SET waiting = 0 WHERE credential = $1"
    };
    tx.execute(sql, &[credential.into()]).map(|_| ())
}

/// Last uses of a credential's secrets, newest secret first.
pub fn usages(tx: &mut dyn Tx, credential: &str) -> Result<Vec<UsageRow>, StoreError> {
    let sql = "SELECT secret_no, at, address FROM usage WHERE credential = $1 ORDER BY secret_no DESC";
    let read = |mut row: Row| Ok(UsageRow { secret_no: row.int()?, at: row.maybe_int()?, address: row.maybe_text()? });
    tx.rows(sql, &[credential.into()])?.into_iter().map(read).collect()
}

/// How many active credentials were never used, counted up to `most`.
pub fn count_waiting(tx: &mut dyn Tx, most: i64) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM usage WHERE waiting = 1 LIMIT $1) AS some";
    tx.row(sql, &[most.into()])?.map_or(Ok(0), |mut row| row.int())
}

/// The kind of an active credential that was never used, if there is one.
pub fn kind_waiting(tx: &mut dyn Tx) -> Result<Option<String>, StoreError> {
    let sql = "SELECT c.kind FROM usage u JOIN credential c ON c.id = u.credential WHERE u.waiting = 1 LIMIT 1";
    tx.row(sql, &[])?.map(|mut row| row.text()).transpose()
}

/// Whether one of the first `most` secrets was ever used, or a verifier ever refused a credential.
pub fn ever_asked(tx: &mut dyn Tx, most: i64) -> Result<bool, StoreError> {
    let used = "SELECT 1 FROM (SELECT at FROM usage LIMIT $1) AS some WHERE at IS NOT NULL LIMIT 1";
    Ok(tx.row(used, &[most.into()])?.is_some() || tx.row("SELECT 1 FROM refusal LIMIT 1", &[])?.is_some())
}

/// How many active credentials expire in `[from, until)`, counted up to `most`.
pub fn count_expiring(tx: &mut dyn Tx, from: i64, until: i64, most: i64) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM credential WHERE state = 'active' AND expires_at IS NOT NULL \
               AND expires_at >= $1 AND expires_at < $2 LIMIT $3) AS some";
    tx.row(sql, &[from.into(), until.into(), most.into()])?.map_or(Ok(0), |mut row| row.int())
}
