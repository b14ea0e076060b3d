//! The one account, and the key ring as it is stored.

use crate::store::{Query, Row, StoreError, Tx, WriteTx};

use super::record::record;
use super::{Record as _, Tagged};

record! {
    /// The account, of which a store has one.
    AccountRecord in "account" {
        /// Name of the account, as set-up gave it.
        name: String,
        /// When it was made, in milliseconds.
        created_at: i64,
        /// A sealed text that only the right master key opens.
        key_check: Vec<u8>,
    }
}

/// One wrapped key of the ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingRecord {
    /// Number of the key.
    pub id: i64,
    /// `seal`, `guard` or `head`.
    pub purpose: String,
    /// Whether new values are sealed or tagged with this key.
    pub active: bool,
    /// The key, wrapped by the master key.
    pub wrapped: Vec<u8>,
    /// When it was made, in milliseconds.
    pub created_at: i64,
}

/// The query of [`account`].
pub fn account_query() -> Query {
    Query::new(format!("SELECT {} FROM account", AccountRecord::select()), [])
}

/// The account, once set-up made it.
pub fn account(tx: &mut dyn Tx) -> Result<Option<Tagged<AccountRecord>>, StoreError> {
    account_query().row(tx)?.map(|mut row| Tagged::take(&mut row)).transpose()
}

/// The query of [`ring`].
pub fn ring_query() -> Query {
    Query::new("SELECT id, purpose, active, wrapped, created_at FROM ring ORDER BY id", [])
}

/// The whole ring.
pub fn ring(tx: &mut dyn Tx) -> Result<Vec<RingRecord>, StoreError> {
    let rows = ring_query().rows(tx)?;
    let read = |mut row: Row| {
        Ok(RingRecord {
            id: row.int()?,
            purpose: row.text()?,
            active: row.flag()?,
            wrapped: row.bytes()?,
            created_at: row.int()?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// The query of [`ring_made_at`].
pub fn ring_made_at_query() -> Query {
    Query::new("SELECT MIN(created_at) FROM ring WHERE active = 1", [])
}

/// When the oldest active key was made: the age of the master key that wraps it.
pub fn ring_made_at(tx: &mut dyn Tx) -> Result<Option<i64>, StoreError> {
    let row = ring_made_at_query().row(tx)?;
    row.map_or(Ok(None), |mut row| row.maybe_int())
}

/// Adds a key to the ring.
pub fn insert_ring(tx: &mut dyn WriteTx, row: &RingRecord) -> Result<(), StoreError> {
    let sql = "INSERT INTO ring (id, purpose, active, wrapped, created_at) VALUES ($1, $2, $3, $4, $5)";
    let params =
        [row.id.into(), (&row.purpose).into(), row.active.into(), row.wrapped.as_slice().into(), row.created_at.into()];
    tx.execute(sql, &params).map(|_| ())
}
