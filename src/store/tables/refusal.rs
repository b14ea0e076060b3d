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
    /// The known mistake of a client that makes the signature right.
    pub mistake: Option<String>,
}

/// A refused request, and whose key it named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRow {
    /// The credential's id.
    pub credential: String,
    /// Its kind.
    pub kind: String,
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What was refused.
    pub refusal: RefusalRow,
}

/// Adds a refusal of a credential that exists; of any other it does nothing.
pub fn insert_refusal(tx: &mut dyn WriteTx, credential: &str, row: &RefusalRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO refusal (credential, at, id, reason, component, clock_offset, address, mistake) \
               SELECT id, $2, $3, $4, $5, $6, $7, $8 FROM credential WHERE id = $1";
    let params = [
        credential.into(),
        row.at.into(),
        (&row.id).into(),
        (&row.reason).into(),
        row.component.clone().into(),
        row.clock_offset.into(),
        row.address.clone().into(),
        row.mistake.clone().into(),
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
    let sql = "SELECT at, id, reason, component, clock_offset, address, mistake FROM refusal WHERE credential = $1 \
               ORDER BY at DESC, id DESC";
    tx.rows(sql, &[credential.into()])?.into_iter().map(|mut row| read(&mut row)).collect()
}

/// The newest refusals, of all credentials or of one, that are older than the one at `before`; newest first.
pub fn newest_refusals(
    tx: &mut dyn Tx,
    credential: Option<&str>,
    before: Option<(i64, &str)>,
    limit: i64,
) -> Result<Vec<RefusedRow>, StoreError> {
    // Behind every refusal there can be.
    let (at, id) = before.unwrap_or((i64::MAX, ""));
    let of = if credential.is_some() { "r.credential = $4 AND " } else { "" };
    let sql = format!(
        "SELECT r.at, r.id, r.reason, r.component, r.clock_offset, r.address, r.mistake, c.id, c.kind, c.key, c.name \
         FROM refusal r JOIN credential c ON c.id = r.credential \
         WHERE {of}(r.at, r.id) < ($1, $2) ORDER BY r.at DESC, r.id DESC LIMIT $3"
    );
    let mut params = vec![at.into(), id.into(), limit.into()];
    params.extend(credential.map(crate::store::Value::from));
    let each = |mut row: Row| {
        let refusal = read(&mut row)?;
        Ok(RefusedRow { refusal, credential: row.text()?, kind: row.text()?, key: row.text()?, name: row.text()? })
    };
    tx.rows(&sql, &params)?.into_iter().map(each).collect()
}

fn read(row: &mut Row) -> Result<RefusalRow, StoreError> {
    Ok(RefusalRow {
        at: row.int()?,
        id: row.text()?,
        reason: row.text()?,
        component: row.maybe_text()?,
        clock_offset: row.maybe_int()?,
        address: row.maybe_text()?,
        mistake: row.maybe_text()?,
    })
}
