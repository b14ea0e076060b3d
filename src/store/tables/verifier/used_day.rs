//! Requests of each credential by day, and of all together.

use crate::store::{Row, StoreError, Tx, Value, WriteTx};

use crate::store::tables::record::bulk::{runs, values};

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
    for run in runs(rows) {
        let from = "SELECT c.id, told.day, told.n, told.refused FROM told JOIN credential c ON c.id = told.credential";
        add(tx, run, from)?;
    }
    Ok(())
}

/// Adds to the numbers of all credentials together.
pub fn add_to_every(tx: &mut dyn WriteTx, rows: &[UsedDayRow]) -> Result<(), StoreError> {
    runs(rows).try_for_each(|run| add(tx, run, "SELECT told.credential, told.day, told.n, told.refused FROM told"))
}

fn add(tx: &mut dyn WriteTx, rows: &[UsedDayRow], from: &str) -> Result<(), StoreError> {
    let sum = |column: &str| {
        format!(
            "{column} = CASE WHEN used_day.{column} BETWEEN 0 AND {BEYOND} THEN used_day.{column} ELSE 0 END + excluded.{column}"
        )
    };
    // The condition tells SQLite that what follows is no join.
    let sql = format!(
        "WITH told (credential, day, n, refused) AS (VALUES {}) INSERT INTO used_day (credential, day, n, refused) \
         {from} WHERE TRUE ON CONFLICT (credential, day) DO UPDATE SET {}, {}",
        values(rows.len(), 4, 1),
        sum("n"),
        sum("refused")
    );
    let params = rows
        .iter()
        .flat_map(|row| -> [Value; 4] { [(&row.credential).into(), row.day.into(), row.n.into(), row.refused.into()] });
    tx.execute(&sql, &params.collect::<Vec<_>>()).map(|_| ())
}

/// The days of one credential, or of [`EVERY`], from `from` on; oldest first, days without requests left out.
pub fn used_days(tx: &mut dyn Tx, credential: &str, from: i64) -> Result<Vec<UsedDayRow>, StoreError> {
    let sql = "SELECT credential, day, n, refused FROM used_day WHERE credential = $1 AND day >= $2 ORDER BY day";
    tx.rows(sql, &[credential.into(), from.into()])?.iter_mut().map(read).collect()
}

/// The days of several credentials from `from` on, in one statement; days without requests are left out.
pub fn used_days_of(tx: &mut dyn Tx, credentials: &[String], from: i64) -> Result<Vec<UsedDayRow>, StoreError> {
    if credentials.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<_> = (0..credentials.len()).map(|i| format!("${}", i + 2)).collect();
    let sql = format!(
        "SELECT credential, day, n, refused FROM used_day WHERE credential IN ({}) AND day >= $1 ORDER BY credential, day",
        places.join(", ")
    );
    let params: Vec<Value> = [from.into()].into_iter().chain(credentials.iter().map(Value::from)).collect();
    tx.rows(&sql, &params)?.iter_mut().map(read).collect()
}

/// The credentials that were used most on a day, `most` of them.
pub fn most_used_of_day(tx: &mut dyn Tx, day: i64, most: i64) -> Result<Vec<String>, StoreError> {
    let sql = format!(
        "SELECT credential FROM used_day WHERE day = $1 AND n <= {BEYOND} ORDER BY n DESC, credential LIMIT $2"
    );
    let rows = tx.rows(&sql, &[day.into(), (most + 1).into()])?;
    let ids = rows.into_iter().map(|mut row| row.text()).collect::<Result<Vec<_>, _>>()?;
    // The sum over all is the first of every day.
    Ok(ids.into_iter().filter(|id| id != EVERY).take(usize::try_from(most).unwrap_or_default()).collect())
}

/// The credentials that were refused at least `least` times on a day, most often first, `most` of them.
pub fn refused_on_day(tx: &mut dyn Tx, day: i64, least: i64, most: i64) -> Result<Vec<String>, StoreError> {
    let sql = format!(
        "SELECT credential FROM used_day WHERE day = $1 AND refused > 0 AND refused BETWEEN $2 AND {BEYOND} \
         AND credential <> '' ORDER BY refused DESC, credential LIMIT $3"
    );
    tx.rows(&sql, &[day.into(), least.into(), most.into()])?.into_iter().map(|mut row| row.text()).collect()
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
        "COALESCE((SELECT SUM(CASE WHEN d.refused BETWEEN 0 AND {BEYOND} THEN d.refused ELSE 0 END) FROM used_day d \
         WHERE d.credential = c.id AND d.day >= {from}), 0) > {more}"
    )
}

fn read(row: &mut Row) -> Result<UsedDayRow, StoreError> {
    let (credential, day) = (row.text()?, row.int()?);
    let mut number = || row.int().map(|n| if (0..=BEYOND).contains(&n) { n } else { 0 });
    Ok(UsedDayRow { credential, day, n: number()?, refused: number()? })
}
