//! How many credentials meet some conditions, a run of them at a time: no index knows.

use crate::store::tables::{Condition, CredentialRecord, Record as _, Tagged};
use crate::store::{Row, StoreError, Tx, Value};

/// A run of credentials in the order of their ids, and what they must meet.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The id behind which it begins; empty for the first.
    pub after: &'a str,
    /// Its length.
    pub length: i64,
    /// Whether revoked ones are among them.
    pub revoked: bool,
    /// Read off the rows themselves.
    pub conditions: &'a [Condition],
}

impl Run<'_> {
    fn sql(&self, columns: &str, end: &str) -> (String, Vec<Value>) {
        let mut params = vec![self.after.into(), self.length.into()];
        let mut conditions = String::new();
        self.conditions.iter().for_each(|condition| condition.add(&mut conditions, &mut params));
        let listed = if self.revoked { "" } else { " AND listed = 1" };
        let sql = format!(
            "SELECT {columns} FROM (SELECT * FROM credential WHERE id > $1 ORDER BY id LIMIT $2) c \
             WHERE TRUE{listed}{conditions}{end}"
        );
        (sql, params)
    }
}

/// The last id of a run; `None` if it is the last run.
pub fn end_of_run(tx: &mut dyn Tx, run: Run<'_>) -> Result<Option<String>, StoreError> {
    let sql = format!("SELECT id FROM credential WHERE id > $1 ORDER BY id LIMIT 1 OFFSET {}", run.length - 1);
    tx.row(&sql, &[run.after.into()])?.map(|mut row| row.text()).transpose()
}

/// How many of a run meet the conditions, by kind.
pub fn count_in_run(tx: &mut dyn Tx, run: Run<'_>) -> Result<Vec<(String, i64)>, StoreError> {
    let (sql, params) = run.sql("kind, COUNT(*)", " GROUP BY kind");
    let read = |row: &mut Row| Ok((row.text()?, row.int()?));
    tx.rows(&sql, &params)?.iter_mut().map(read).collect()
}

/// Those of a run that meet the conditions.
pub fn rows_of_run(tx: &mut dyn Tx, run: Run<'_>) -> Result<Vec<Tagged<CredentialRecord>>, StoreError> {
    let (sql, params) = run.sql(&CredentialRecord::select(), "");
    tx.rows(&sql, &params)?.iter_mut().map(Tagged::take).collect()
}
