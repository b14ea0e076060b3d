//! Reads for the overview: every credential with its last use, a run at a time, and numbers that an index answers.

use crate::store::tables::{CredentialRecord, Record as _};
use crate::store::{Cell, Query, StoreError, Tx};

/// Takes up a row and the time of its last use.
type Surveyed<'a> = dyn FnMut(&[Cell<'_>], Option<i64>) -> Result<(), StoreError> + 'a;

/// Hands over the next run of credentials behind the id `after`, ordered by id, each with the time of its last use in
/// Unix seconds. A row has the columns of [`Record::select`](crate::store::tables::Record::select).
pub fn survey(tx: &mut dyn Tx, after: &str, limit: i64, each: &mut Surveyed<'_>) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT {}, (SELECT MAX(u.at) FROM usage u WHERE u.credential = c.id) FROM credential c WHERE id > $1 \
         ORDER BY id LIMIT $2",
        CredentialRecord::select()
    );
    tx.each(&sql, &[after.into(), limit.into()], &mut |row| match row {
        [columns @ .., Cell::Int(at)] => each(columns, Some(*at)),
        [columns @ .., _] => each(columns, None),
        [] => Ok(()),
    })
}

/// The query of [`count_ending`].
pub fn count_ending_query(kind: &str, from: i64, until: i64) -> Query {
    let sql = "SELECT COUNT(*) FROM credential WHERE kind = $1 AND state = 'active' AND expires_at IS NOT NULL \
               AND expires_at >= $2 AND expires_at < $3";
    Query::new(sql, [kind.into(), from.into(), until.into()])
}

/// How many active credentials of a kind have an expiry in `[from, until)`.
pub fn count_ending(tx: &mut dyn Tx, kind: &str, from: i64, until: i64) -> Result<i64, StoreError> {
    count_ending_query(kind, from, until).row(tx)?.map_or(Ok(0), |mut row| row.int())
}

/// The query of [`count_starting`].
pub fn count_starting_query(kind: &str, now: i64, soon: i64) -> Query {
    let sql = "SELECT COUNT(*), COUNT(CASE WHEN expires_at <= $2 THEN 1 END), \
               COUNT(CASE WHEN expires_at > $2 AND expires_at < $3 THEN 1 END) FROM credential \
               WHERE kind = $1 AND state = 'active' AND not_before IS NOT NULL AND not_before > $2";
    Query::new(sql, [kind.into(), now.into(), soon.into()])
}

/// Active credentials of a kind that start after second `now`: all, those whose expiry is not after `now`, and those
/// whose expiry is after `now` and before `soon`.
pub fn count_starting(tx: &mut dyn Tx, kind: &str, now: i64, soon: i64) -> Result<[i64; 3], StoreError> {
    match count_starting_query(kind, now, soon).row(tx)? {
        Some(mut row) => Ok([row.int()?, row.int()?, row.int()?]),
        None => Ok([0; 3]),
    }
}
