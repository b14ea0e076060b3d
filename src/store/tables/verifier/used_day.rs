//! Requests of each credential by day, and of all together.

use crate::store::{Query, Row, StoreError, Tx, Value, WriteTx};

use crate::store::bulk::{places, runs};
use crate::store::tables::record::all_rows;

/// The id in the rows that have the sum over all credentials.
pub const EVERY: &str = "";

/// Requests of one credential on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedDayRow {
    /// Id of the credential, or [`EVERY`].
    pub credential: String,
    /// Days since 1970, UTC.
    pub day: i64,
    /// Requests that might pass.
    pub n: i64,
    /// Requests that were refused.
    pub refused: i64,
}

/// More than there will ever be: a number from here on was written by hand, and counts as none.
const BEYOND: i64 = 1 << 53;

/// Adds to the numbers of credentials that exist, and of no others. The caller names each credential and day once.
pub fn add_used_days(tx: &mut dyn WriteTx, rows: &[UsedDayRow]) -> Result<(), StoreError> {
    add(tx, rows, "SELECT c.id, told.day, told.n, told.refused FROM told JOIN credential c ON c.id = told.credential")
}

/// Adds to the numbers of all credentials together.
pub fn add_to_every(tx: &mut dyn WriteTx, rows: &[UsedDayRow]) -> Result<(), StoreError> {
    add(tx, rows, "SELECT told.credential, told.day, told.n, told.refused FROM told")
}

fn add(tx: &mut dyn WriteTx, rows: &[UsedDayRow], from: &str) -> Result<(), StoreError> {
    let sum = |column: &str| {
        format!(
            "{column} = CASE WHEN used_day.{column} BETWEEN 0 AND {BEYOND} THEN used_day.{column} ELSE 0 END + excluded.{column}"
        )
    };
    // The condition tells SQLite that what follows is no join.
    let sql = format!(
        "WITH told (credential, day, n, refused) AS ({{rows}}) INSERT INTO used_day (credential, day, n, refused) \
         {from} WHERE TRUE ON CONFLICT (credential, day) DO UPDATE SET {}, {}",
        sum("n"),
        sum("refused")
    );
    let row = |row: &UsedDayRow| -> Vec<Value> {
        vec![(&row.credential).into(), row.day.into(), row.n.into(), row.refused.into()]
    };
    tx.queue_rows(&sql, &[], rows.iter().map(row).collect())
}

/// The query of [`used_days`].
pub fn used_days_query(credential: &str, from: i64) -> Query {
    let sql = "SELECT credential, day, n, refused FROM used_day WHERE credential = $1 AND day >= $2 ORDER BY day";
    Query::new(sql, [credential.into(), from.into()])
}

/// The days of one credential, or of [`EVERY`], from `from` on; oldest first, days without requests left out.
pub fn used_days(tx: &mut dyn Tx, credential: &str, from: i64) -> Result<Vec<UsedDayRow>, StoreError> {
    used_days_query(credential, from).rows(tx)?.iter_mut().map(read).collect()
}

/// The days of several credentials from `from` on, in one statement; days without requests are left out.
pub fn used_days_of(tx: &mut dyn Tx, credentials: &[String], from: i64) -> Result<Vec<UsedDayRow>, StoreError> {
    let of_run = |ids: &[String]| {
        let sql = format!(
            "SELECT credential, day, n, refused FROM used_day WHERE credential IN ({}) AND day >= $1 \
             ORDER BY credential, day",
            places(ids.len(), 2)
        );
        Query::new(sql, [from.into()].into_iter().chain(ids.iter().map(Value::from)).collect::<Vec<_>>())
    };
    all_rows(tx, runs(credentials).map(of_run).collect())?.iter_mut().map(read).collect()
}

/// The credentials that were used most on any of some days, `most` of each, in no order; some are named again.
pub fn most_used_of_days(tx: &mut dyn Tx, days: &[i64], most: i64) -> Result<Vec<String>, StoreError> {
    let sql = format!(
        "SELECT credential FROM used_day WHERE day = $1 AND n <= {BEYOND} ORDER BY n DESC, credential LIMIT $2"
    );
    // The sum over all is the first of every day.
    let of_day = |day: &i64| Query::new(sql.as_str(), [(*day).into(), (most + 1).into()]);
    let rows = all_rows(tx, days.iter().map(of_day).collect())?;
    let ids = rows.into_iter().map(|mut row| row.text()).collect::<Result<Vec<_>, _>>()?;
    Ok(ids.into_iter().filter(|id| id != EVERY).collect())
}

/// The credentials that were refused at least `least` times on any of some days, `most` of each; some are named again.
pub fn refused_on_days(tx: &mut dyn Tx, days: &[i64], least: i64, most: i64) -> Result<Vec<String>, StoreError> {
    let sql = format!(
        "SELECT credential FROM used_day WHERE day = $1 AND refused > 0 AND refused BETWEEN $2 AND {BEYOND} \
         AND credential <> '' ORDER BY refused DESC, credential LIMIT $3"
    );
    let of_day = |day: &i64| Query::new(sql.as_str(), [(*day).into(), least.into(), most.into()]);
    let rows = all_rows(tx, days.iter().map(of_day).collect())?;
    rows.into_iter().map(|mut row| row.text()).collect()
}

/// Forgets at most `most` rows of days before `day`; says how many.
pub fn forget_used_days(tx: &mut dyn WriteTx, day: i64, most: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM used_day WHERE (credential, day) IN \
               (SELECT credential, day FROM used_day WHERE day < $1 ORDER BY day LIMIT $2)";
    tx.execute(sql, &[day.into(), most.into()])
}

/// A condition of lists: refused more than `more` times since the day `from`.
pub(in crate::store::tables) fn refused_more(more: &str, from: &str) -> String {
    format!(
        "c.id IN (SELECT d.credential FROM used_day d WHERE d.day >= {from} AND d.refused > 0 AND d.refused <= {BEYOND} \
         GROUP BY d.credential HAVING SUM(d.refused) > {more})"
    )
}

fn read(row: &mut Row) -> Result<UsedDayRow, StoreError> {
    let (credential, day) = (row.text()?, row.int()?);
    let mut number = || row.int().map(|n| if (0..=BEYOND).contains(&n) { n } else { 0 });
    Ok(UsedDayRow { credential, day, n: number()?, refused: number()? })
}
