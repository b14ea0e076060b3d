//! Log of the schema migrations that a database has taken.

mod step6;

use crate::store::{Query, Row, StoreError, Tx, WriteTx};

pub use step6::{
    CHANGED_AT, migrate_account, migrate_credential, migrate_secret, old_credentials, old_secrets, old_users,
    old_users_query, spoil_user,
};

/// A migration step as it was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// Number of the step.
    pub no: i64,
    /// When it was applied, in Unix seconds.
    pub applied_at: i64,
    /// `additive` or `breaking`.
    pub nature: String,
    /// The oldest step whose programs may use a database that has taken this one.
    pub oldest: i64,
    /// SHA-256 of the whole catalogue after it; empty where another came right behind it.
    pub catalogue: Vec<u8>,
    /// Tag over the other columns.
    pub tag: Vec<u8>,
}

/// The query of [`steps`].
pub fn steps_query() -> Query {
    Query::new("SELECT no, applied_at, nature, oldest, catalogue, tag FROM schema_step ORDER BY no DESC", [])
}

/// All steps, the newest first.
pub fn steps(tx: &mut dyn Tx) -> Result<Vec<StepRow>, StoreError> {
    let rows = steps_query().rows(tx)?;
    let read = |mut row: Row| {
        Ok(StepRow {
            no: row.int()?,
            applied_at: row.int()?,
            nature: row.text()?,
            oldest: row.int()?,
            catalogue: row.bytes()?,
            tag: row.bytes()?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Writes what is known of a step once all of them are taken.
pub fn sign_step(tx: &mut dyn WriteTx, row: &StepRow) -> Result<(), StoreError> {
    let sql = "UPDATE schema_step SET nature = $2, oldest = $3, catalogue = $4, tag = $5 WHERE no = $1";
    let (catalogue, tag) = (row.catalogue.as_slice(), row.tag.as_slice());
    let params = [row.no.into(), (&row.nature).into(), row.oldest.into(), catalogue.into(), tag.into()];
    tx.execute(sql, &params).map(|_| ())
}
