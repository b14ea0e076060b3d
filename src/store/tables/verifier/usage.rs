//! Last use of each secret, as verifiers report it, and which credentials have not been used yet.

use std::collections::HashMap;

use crate::store::{Query, Row, StoreError, Tx, Value, WriteTx};

use crate::store::bulk::{places, runs};
use crate::store::tables::record::all_rows;

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

/// A secret that was not used yet: kind and id of its credential, its number, and whether it waits. One that does was never
/// used, and its credential neither.
pub type Unused<'a> = (&'a str, &'a str, i64, bool);

/// The rows of new secrets.
pub fn insert_usages(tx: &mut dyn WriteTx, unused: &[Unused<'_>]) -> Result<(), StoreError> {
    let row = |(kind, credential, secret_no, waiting): &Unused<'_>| -> Vec<Value> {
        vec![(*kind).into(), (*credential).into(), (*secret_no).into(), (*waiting).into()]
    };
    let sql = "INSERT INTO usage (kind, credential, secret_no, waiting) {rows}";
    tx.queue_rows(sql, &[], unused.iter().map(row).collect())
}

/// The row of another secret of a credential: it waits in the place of the one that waits for its first use, if one does.
pub fn insert_later_usage(
    tx: &mut dyn WriteTx,
    (kind, credential): (&str, &str),
    secret_no: i64,
) -> Result<(), StoreError> {
    let insert = "INSERT INTO usage (kind, credential, secret_no, at, address, waiting) SELECT $1, $2, $3, NULL, NULL, \
                  CASE WHEN EXISTS (SELECT 1 FROM usage u WHERE u.credential = $2 AND u.waiting = 1) THEN 1 ELSE 0 END";
    tx.queue(insert, &[kind.into(), credential.into(), secret_no.into()])?;
    let others = "UPDATE usage SET waiting = 0 WHERE credential = $1 AND secret_no <> $2 AND waiting = 1";
    tx.queue(others, &[credential.into(), secret_no.into()])
}

/// A use of one secret of a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseRow {
    /// The credential's id.
    pub credential: String,
    /// Which of its secrets.
    pub secret_no: i64,
    /// Time of the use, in Unix seconds.
    pub at: i64,
    /// Address of the client.
    pub address: Option<String>,
}

/// Notes uses; an older report does not replace a newer one. A stored use after second `latest` lies in the future,
/// where only a wrong clock can have put it, so it counts as older than any report. The caller names one use for each
/// credential and secret.
pub fn put_usages(tx: &mut dyn WriteTx, uses: &[UseRow], latest: i64) -> Result<(), StoreError> {
    // No row of the table may match two uses, so two secrets of one credential go into two statements.
    let mut rounds: Vec<Vec<&UseRow>> = vec![Vec::with_capacity(uses.len())];
    let mut seen: HashMap<&str, usize> = HashMap::with_capacity(uses.len());
    for one in uses {
        let round = seen.entry(&one.credential).and_modify(|round| *round += 1).or_insert(0);
        if *round == rounds.len() {
            rounds.push(Vec::new());
        }
        rounds[*round].push(one);
    }
    for mut round in rounds {
        // In the same order for every writer, as for every lock.
        round.sort_unstable_by(|a, b| a.credential.cmp(&b.credential));
        put_round(tx, &round, latest)?;
    }
    Ok(())
}

/// Uses of different credentials. One use of any of its secrets is enough: the credential does not
/// wait any more.
fn put_round(tx: &mut dyn WriteTx, uses: &[&UseRow], latest: i64) -> Result<(), StoreError> {
    let sql = "WITH used (credential, no, at, address) AS ({rows}) UPDATE usage SET \
         at = CASE WHEN secret_no <> used.no THEN CASE WHEN usage.at > $1 THEN used.at - 1 ELSE usage.at END \
         WHEN usage.at < used.at OR usage.at IS NULL OR usage.at > $1 THEN used.at ELSE usage.at END, \
         address = CASE WHEN secret_no = used.no AND (usage.at IS NULL OR usage.at <= used.at OR usage.at > $1) \
         THEN used.address ELSE usage.address END, waiting = 0 \
         FROM used WHERE usage.credential = used.credential AND (usage.at > $1 OR usage.waiting = 1 \
         OR (secret_no = used.no AND (usage.at IS NULL OR usage.at <= used.at)))";
    let row = |one: &&UseRow| -> Vec<Value> {
        vec![(&one.credential).into(), one.secret_no.into(), one.at.into(), one.address.clone().into()]
    };
    tx.queue_rows(sql, &[latest.into()], uses.iter().map(row).collect())
}

/// A credential waits no longer for its first use.
pub fn stop_waiting(tx: &mut dyn WriteTx, credential: &str) -> Result<(), StoreError> {
    let sql = "UPDATE usage SET waiting = 0 WHERE credential = $1 AND waiting = 1";
    tx.queue(sql, &[credential.into()])
}

/// A credential that comes back waits again if none of its secrets was ever used.
pub fn wait_again(tx: &mut dyn WriteTx, credential: &str) -> Result<(), StoreError> {
    // One row of a credential waits, its newest: it is one credential that waits, however many secrets it had.
    let sql = "UPDATE usage SET waiting = 1 WHERE credential = $1 \
               AND secret_no = (SELECT MAX(u.secret_no) FROM usage u WHERE u.credential = $1) \
               AND NOT EXISTS (SELECT 1 FROM usage u WHERE u.credential = $1 AND u.at IS NOT NULL)";
    tx.queue(sql, &[credential.into()])
}

/// The query of [`usages`].
pub fn usages_query(credential: &str) -> Query {
    let sql = "SELECT secret_no, at, address FROM usage WHERE credential = $1 ORDER BY secret_no DESC";
    Query::new(sql, [credential.into()])
}

/// Last uses of a credential's secrets, newest secret first.
pub fn usages(tx: &mut dyn Tx, credential: &str) -> Result<Vec<UsageRow>, StoreError> {
    let read = |mut row: Row| Ok(UsageRow { secret_no: row.int()?, at: row.maybe_int()?, address: row.any_text()? });
    usages_query(credential).rows(tx)?.into_iter().map(read).collect()
}

/// Last uses of the secrets of several credentials, by credential, newest secret first.
pub fn usages_of(tx: &mut dyn Tx, credentials: &[String]) -> Result<HashMap<String, Vec<UsageRow>>, StoreError> {
    let of_run = |ids: &[String]| {
        let sql = format!(
            "SELECT credential, secret_no, at, address FROM usage WHERE credential IN ({}) \
             ORDER BY credential, secret_no DESC",
            places(ids.len(), 1)
        );
        Query::new(sql, ids.iter().map(Value::from).collect::<Vec<_>>())
    };
    let mut found: HashMap<String, Vec<UsageRow>> = HashMap::with_capacity(credentials.len());
    for mut row in all_rows(tx, runs(credentials).map(of_run).collect())? {
        let credential = row.text()?;
        let used = UsageRow { secret_no: row.int()?, at: row.maybe_int()?, address: row.any_text()? };
        found.entry(credential).or_default().push(used);
    }
    Ok(found)
}

/// Keys of a kind and the addresses that they were last used from, `most` of them.
pub fn last_addresses(tx: &mut dyn Tx, kind: &str, most: i64) -> Result<Vec<(String, String)>, StoreError> {
    let sql = "SELECT c.key, u.address FROM credential c JOIN usage u ON u.credential = c.id \
               WHERE c.kind = $1 AND u.address IS NOT NULL LIMIT $2";
    let rows = tx.rows(sql, &[kind.into(), most.into()])?;
    let both = |mut row: Row| Some((row.any_text().ok()??, row.any_text().ok()??));
    Ok(rows.into_iter().filter_map(both).collect())
}

/// Whether a credential of a kind was last used at that second or later. Reads all of them if none was.
pub fn used_since(tx: &mut dyn Tx, kind: &str, at: i64) -> Result<bool, StoreError> {
    Ok(tx.row("SELECT 1 FROM usage WHERE kind = $1 AND at >= $2 LIMIT 1", &[kind.into(), at.into()])?.is_some())
}

/// Locks the row that every writer of last uses or refusals locks first; a change of the desk does so after the head.
/// One lock order, so no deadlock. Until a gateway asks its time is 0.
pub fn lock_asked(tx: &mut dyn WriteTx) -> Result<(), StoreError> {
    // A row that conflicts is locked whether or not it is changed; unchanged, it is not written anew each time.
    let sql =
        "INSERT INTO asked (one, at) VALUES (1, 0) ON CONFLICT (one) DO UPDATE SET at = asked.at WHERE asked.at < 0";
    tx.queue(sql, &[])
}

/// Notes that a gateway asked, and locks as [`lock_asked`]; only the first time counts.
pub fn note_asked(tx: &mut dyn WriteTx, at: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO asked (one, at) VALUES (1, $1) \
               ON CONFLICT (one) DO UPDATE SET at = excluded.at WHERE asked.at = 0";
    tx.queue(sql, &[at.max(1).into()])
}

/// The query of [`ever_asked`].
pub fn ever_asked_query() -> Query {
    Query::new("SELECT 1 FROM asked WHERE at <> 0", [])
}

/// Whether a gateway ever asked about a credential.
pub fn ever_asked(tx: &mut dyn Tx) -> Result<bool, StoreError> {
    Ok(ever_asked_query().row(tx)?.is_some())
}
