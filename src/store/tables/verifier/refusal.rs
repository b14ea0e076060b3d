//! Refused requests, as verifiers report them: the last few for each known credential.

use crate::store::{Query, Row, StoreError, Tx, Value, WriteTx};

use crate::store::bulk::{runs, values};

/// One refused request, or several that are alike. Never a field's value of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalRow {
    /// The order in which they were written, whatever the clock said.
    pub no: i64,
    /// Time of the refusal in Unix seconds; of several, the last.
    pub at: i64,
    /// Tells refusals of the same second apart.
    pub id: String,
    /// How many requests it stands for.
    pub n: i64,
    /// Word of the verifier's reason (docs/verification.md).
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
    /// Id of the credential.
    pub credential: String,
    /// Kind of the credential.
    pub kind: String,
    /// API key or Legacy username of the credential.
    pub key: String,
    /// Name of the credential.
    pub name: String,
    /// The refusal itself.
    pub refusal: RefusalRow,
}

/// More refusals than there will ever be: a number from here on was written by hand.
const BEYOND: i64 = 1 << 53;

/// The number of the next refusal. The rows have no tag, and there is no number after the highest that a column holds:
/// near it all rows are renumbered in their order, so that a made-up number does not cost real refusals.
pub fn next_refusal(tx: &mut dyn WriteTx) -> Result<i64, StoreError> {
    let newest = |tx: &mut dyn WriteTx| {
        let row = tx.row("SELECT COALESCE(MAX(no), 0) FROM refusal", &[])?;
        row.map_or(Ok(0), |mut row| row.int())
    };
    let mut last = newest(tx)?;
    if last >= BEYOND {
        let sql = "UPDATE refusal SET no = numbered.no FROM \
                   (SELECT credential, at, id, ROW_NUMBER() OVER (ORDER BY no, at, id) AS no FROM refusal) AS numbered \
                   WHERE refusal.credential = numbered.credential AND refusal.at = numbered.at \
                   AND refusal.id = numbered.id";
        tx.execute(sql, &[])?;
        last = newest(tx)?;
    }
    Ok(last.max(0) + 1)
}

/// A refusal and the id of its credential.
pub type Of = (String, RefusalRow);

/// Adds refusals of credentials that exist; of any other nothing.
pub fn insert_refusals(tx: &mut dyn WriteTx, rows: &[Of]) -> Result<(), StoreError> {
    let sql = "WITH told (credential, no, at, id, n, reason, component, clock_offset, address, mistake) AS ({rows}) \
               INSERT INTO refusal (credential, no, at, id, n, reason, component, clock_offset, address, mistake) \
               SELECT c.id, told.no, told.at, told.id, told.n, told.reason, told.component, \
               CAST(told.clock_offset AS BIGINT), told.address, told.mistake \
               FROM told JOIN credential c ON c.id = told.credential";
    let values = |(credential, row): &Of| -> Vec<Value> {
        vec![
            credential.into(),
            row.no.into(),
            row.at.into(),
            (&row.id).into(),
            row.n.into(),
            (&row.reason).into(),
            row.component.clone().into(),
            row.clock_offset.into(),
            row.address.clone().into(),
            row.mistake.clone().into(),
        ]
    };
    tx.queue_rows(sql, &[], rows.iter().map(values).collect())
}

/// Puts refusals in the place of those that were like them: their ids stay, numbers and times are the newer ones.
pub fn repeat_refusals(tx: &mut dyn WriteTx, rows: &[Of]) -> Result<(), StoreError> {
    let sql = "WITH told (credential, id, no, at, n, clock_offset) AS ({rows}) UPDATE refusal SET no = told.no, \
               at = told.at, n = told.n, clock_offset = CAST(told.clock_offset AS BIGINT) FROM told \
               WHERE refusal.credential = told.credential AND refusal.id = told.id";
    let values = |(credential, row): &Of| -> Vec<Value> {
        let RefusalRow { id, no, at, n, clock_offset, .. } = row;
        vec![credential.into(), id.into(), (*no).into(), (*at).into(), (*n).into(), (*clock_offset).into()]
    };
    tx.queue_rows(sql, &[], rows.iter().map(values).collect())
}

/// Forgets some refusals: ids of credentials with ids of theirs.
pub fn forget_refusals(tx: &mut dyn WriteTx, named: &[(String, String)]) -> Result<(), StoreError> {
    for run in runs(named) {
        let credentials: Vec<_> = (0..run.len()).map(|i| format!("${}", 1 + 2 * i)).collect();
        // The first condition alone is what an index helps with.
        let sql = format!(
            "DELETE FROM refusal WHERE credential IN ({}) AND (credential, id) IN (VALUES {})",
            credentials.join(", "),
            values(run.len(), 2, 1)
        );
        let params = run.iter().flat_map(|(credential, id)| -> [Value; 2] { [credential.into(), id.into()] });
        tx.queue(&sql, &params.collect::<Vec<_>>())?;
    }
    Ok(())
}

/// Forgets all refusals of a credential.
pub fn forget_all_refusals(tx: &mut dyn WriteTx, credential: &str) -> Result<(), StoreError> {
    tx.queue("DELETE FROM refusal WHERE credential = $1", &[credential.into()])
}

const COLUMNS: &str = "r.no, r.at, r.id, r.n, r.reason, r.component, r.clock_offset, r.address, r.mistake";

/// The query of [`refusals`].
pub fn refusals_query(credential: &str) -> Query {
    let sql = format!("SELECT {COLUMNS} FROM refusal r WHERE r.credential = $1 ORDER BY r.no DESC");
    Query::new(sql, [credential.into()])
}

/// The last refusals of a credential, newest first.
pub fn refusals(tx: &mut dyn Tx, credential: &str) -> Result<Vec<RefusalRow>, StoreError> {
    refusals_query(credential).rows(tx)?.into_iter().map(|mut row| read(&mut row)).collect()
}

/// The newest refusals, of all credentials or of one, that are older than number `before`; newest first.
pub fn newest_refusals(
    tx: &mut dyn Tx,
    credential: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<RefusedRow>, StoreError> {
    let of = if credential.is_some() { "r.credential = $3 AND " } else { "" };
    // A first page begins with the highest number that there can be, not behind it.
    let older = if before.is_some() { "<" } else { "<=" };
    let sql = format!(
        "SELECT {COLUMNS}, c.id, c.kind, c.key, c.name FROM refusal r JOIN credential c ON c.id = r.credential \
         WHERE {of}r.no {older} $1 ORDER BY r.no DESC LIMIT $2"
    );
    let mut params = vec![before.unwrap_or(i64::MAX).into(), limit.into()];
    params.extend(credential.map(Value::from));
    let each = |mut row: Row| {
        let refusal = read(&mut row)?;
        Ok(RefusedRow { refusal, credential: row.text()?, kind: row.text()?, key: row.text()?, name: row.text()? })
    };
    tx.rows(&sql, &params)?.into_iter().map(each).collect()
}

fn read(row: &mut Row) -> Result<RefusalRow, StoreError> {
    Ok(RefusalRow {
        no: row.int()?,
        at: row.int()?,
        id: row.text()?,
        n: row.int()?,
        reason: row.text()?,
        component: row.maybe_text()?,
        clock_offset: row.maybe_int()?,
        address: row.maybe_text()?,
        mistake: row.maybe_text()?,
    })
}
