//! Verifiers and desks that are at work, as each notes itself.

use crate::store::{Row, StoreError, Tx, WriteTx};

/// One process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProcessRecord {
    /// Drawn at each start.
    pub id: String,
    /// `verifier` or `desk`.
    pub kind: String,
    /// Name of the machine.
    pub host: String,
    /// Version of keydesk.
    pub version: String,
    /// The endpoints that gateways asked at, with blanks between.
    pub gateways: String,
    /// Unix seconds.
    pub started_at: i64,
    /// Unix seconds.
    pub seen_at: i64,
    /// Requests since its start.
    pub requests: i64,
    /// Requests in a minute, at the last rate.
    pub per_minute: i64,
    /// Epoch of the store that it has seen.
    pub epoch: i64,
    /// Last change of the store that it has seen.
    pub change: i64,
    /// The last batch of counts that it wrote.
    pub batch: i64,
    /// Tag over what it says of itself; empty in the row of an older program.
    pub tag: Vec<u8>,
}

const COLUMNS: &str =
    "id, kind, host, version, gateways, started_at, seen_at, requests, per_minute, epoch, change, batch, tag";

/// Notes a process, in the place of what it noted before.
pub fn put_process(tx: &mut dyn WriteTx, row: &ProcessRecord) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO process ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (id) DO UPDATE SET gateways = excluded.gateways, seen_at = excluded.seen_at, \
         requests = excluded.requests, per_minute = excluded.per_minute, epoch = excluded.epoch, \
         change = excluded.change, batch = excluded.batch, tag = excluded.tag"
    );
    let ProcessRecord { id, kind, host, version, gateways, .. } = row;
    let params = [
        id.into(),
        kind.into(),
        host.into(),
        version.into(),
        gateways.into(),
        row.started_at.into(),
        row.seen_at.into(),
        row.requests.into(),
        row.per_minute.into(),
        row.epoch.into(),
        row.change.into(),
        row.batch.into(),
        row.tag.as_slice().into(),
    ];
    tx.queue(&sql, &params)
}

/// Notes how far a process is that noted itself before, and that it is there.
pub fn put_process_position(tx: &mut dyn WriteTx, row: &ProcessRecord) -> Result<(), StoreError> {
    let sql = "UPDATE process SET seen_at = $2, epoch = $3, change = $4, tag = $5 WHERE id = $1";
    let ProcessRecord { id, seen_at, epoch, change, tag, .. } = row;
    let params = [id.into(), (*seen_at).into(), (*epoch).into(), (*change).into(), tag.as_slice().into()];
    tx.execute(sql, &params).map(|_| ())
}

/// Forgets a process that ends.
pub fn forget_process(tx: &mut dyn WriteTx, id: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM process WHERE id = $1", &[id.into()]).map(|_| ())
}

/// The last batch that a process wrote; `None` if it is not noted.
pub fn last_batch(tx: &mut dyn Tx, id: &str) -> Result<Option<i64>, StoreError> {
    tx.row("SELECT batch FROM process WHERE id = $1", &[id.into()])?.map(|mut row| row.int()).transpose()
}

/// Processes of a kind that were seen at second `since` or later, by host, `most` of them.
pub fn processes(tx: &mut dyn Tx, kind: &str, since: i64, most: i64) -> Result<Vec<ProcessRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM process WHERE kind = $1 AND seen_at >= $2 ORDER BY host, started_at, id LIMIT $3"
    );
    tx.rows(&sql, &[kind.into(), since.into(), most.into()])?.iter_mut().map(read).collect()
}

/// Forgets the processes that were last seen before second `before`.
pub fn forget_processes(tx: &mut dyn WriteTx, before: i64) -> Result<(), StoreError> {
    tx.queue("DELETE FROM process WHERE seen_at < $1", &[before.into()])
}

fn read(row: &mut Row) -> Result<ProcessRecord, StoreError> {
    Ok(ProcessRecord {
        id: row.text()?,
        kind: row.text()?,
        host: row.text()?,
        version: row.text()?,
        gateways: row.text()?,
        started_at: row.int()?,
        seen_at: row.int()?,
        requests: row.int()?,
        per_minute: row.int()?,
        epoch: row.int()?,
        change: row.int()?,
        batch: row.int()?,
        tag: row.bytes()?,
    })
}
