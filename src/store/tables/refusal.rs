//! What verifiers refused: the last few for each known credential.

use crate::store::{Row, StoreError, Tx, WriteTx};

/// Refusals that are kept of one credential.
pub const REFUSALS_KEPT: i64 = 20;

/// One refused request. Never a field's value of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalRow {
    /// Unix seconds.
    pub at: i64,
    /// Tells refusals of the same second apart.
    pub id: String,
    /// The reason's word.
    pub reason: String,
    /// Which field or component the reason is about.
    pub component: Option<String>,
    /// Seconds by which the client's clock was ahead.
    pub clock_offset: Option<i64>,
    /// Address of the client.
    pub address: Option<String>,
}

/// Adds a refusal of a credential that exists; of any other it does nothing.
pub fn insert_refusal(tx: &mut dyn WriteTx, credential: &str, row: &RefusalRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO refusal (credential, at, id, reason, component, clock_offset, address) \
               SELECT id, $2, $3, $4, $5, $6, $7 FROM credential WHERE id = $1";
    let params = [
        credential.into(),
        row.at.into(),
        (&row.id).into(),
        (&row.reason).into(),
        row.component.clone().into(),
        row.clock_offset.into(),
        row.address.clone().into(),
    ];
    tx.execute(sql, &params).map(|_| ())
}

/// Forgets all but the last refusals of a credential.
pub fn forget_old_refusals(tx: &mut dyn WriteTx, credential: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM refusal WHERE credential = $1 AND id NOT IN \
               (SELECT id FROM refusal WHERE credential = $1 ORDER BY at DESC, id DESC LIMIT $2)";
    tx.execute(sql, &[credential.into(), REFUSALS_KEPT.into()]).map(|_| ())
}

/// The last refusals of a credential, newest first.
pub fn refusals(tx: &mut dyn Tx, credential: &str) -> Result<Vec<RefusalRow>, StoreError> {
    let sql = "SELECT at, id, reason, component, clock_offset, address FROM refusal WHERE credential = $1 \
               ORDER BY at DESC, id DESC";
    let read = |mut row: Row| {
        Ok(RefusalRow {
            at: row.int()?,
            id: row.text()?,
            reason: row.text()?,
            component: row.maybe_text()?,
            clock_offset: row.maybe_int()?,
            address: row.maybe_text()?,
        })
    };
    tx.rows(sql, &[credential.into()])?.into_iter().map(read).collect()
}
