//! The head: one row that every change locks, counts up and authenticates with a MAC.

use crate::store::{Query, Row, StoreError, Tx, WriteTx};

/// State of the whole store: identity, change number, end of the trail, sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadRow {
    /// Identity of this store; another one means: load all.
    pub store_id: String,
    /// Raised when the store was put back to an older state on purpose.
    pub epoch: i64,
    /// Change number: one more with each change that a verifier or a list has to follow.
    pub change: i64,
    /// Number of the last row of the trail.
    pub trail_no: i64,
    /// Hash of the last row of the trail.
    pub trail_hash: Vec<u8>,
    /// Count and sum of the rows of each tagged table, sealed.
    pub sums: Vec<u8>,
    /// MAC over the other columns, with the head key.
    pub mac: Vec<u8>,
}

const COLUMNS: &str = "store_id, epoch, change, trail_no, trail_hash, sums, mac";

/// The query of [`head`].
pub fn head_query() -> Query {
    Query::new(format!("SELECT {COLUMNS} FROM head WHERE one = 1"), [])
}

/// The query of [`lock_head`]. An UPDATE that changes nothing is the lock that every database knows.
pub fn lock_head_query() -> Query {
    Query::new(format!("UPDATE head SET change = change WHERE one = 1 RETURNING {COLUMNS}"), [])
}

/// Reads the head; none before set-up.
pub fn head(tx: &mut dyn Tx) -> Result<Option<HeadRow>, StoreError> {
    head_query().row(tx)?.map(read).transpose()
}

/// Locks the head against other writers and reads it; none before set-up.
pub fn lock_head(tx: &mut dyn WriteTx) -> Result<Option<HeadRow>, StoreError> {
    lock_head_query().row(tx)?.map(read).transpose()
}

fn read(mut row: Row) -> Result<HeadRow, StoreError> {
    Ok(HeadRow {
        store_id: row.text()?,
        epoch: row.int()?,
        change: row.int()?,
        trail_no: row.int()?,
        trail_hash: row.bytes()?,
        sums: row.bytes()?,
        mac: row.bytes()?,
    })
}

/// Writes the first head.
pub fn insert_head(tx: &mut dyn WriteTx, head: &HeadRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO head (one, store_id, epoch, change, trail_no, trail_hash, sums, mac) \
               VALUES (1, $1, $2, $3, $4, $5, $6, $7)";
    tx.queue(sql, &values(head))
}

/// Replaces the head.
pub fn update_head(tx: &mut dyn WriteTx, head: &HeadRow) -> Result<(), StoreError> {
    let sql = "UPDATE head SET store_id = $1, epoch = $2, change = $3, trail_no = $4, trail_hash = $5, sums = $6, mac = $7 \
               WHERE one = 1";
    tx.queue(sql, &values(head))
}

fn values(head: &HeadRow) -> [crate::store::Value; 7] {
    [
        (&head.store_id).into(),
        head.epoch.into(),
        head.change.into(),
        head.trail_no.into(),
        head.trail_hash.as_slice().into(),
        head.sums.as_slice().into(),
        head.mac.as_slice().into(),
    ]
}
