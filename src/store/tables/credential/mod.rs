//! Credentials.

mod found;
mod list;
mod names;
mod survey;
mod tally;

use crate::store::bulk::{places, runs};
use crate::store::{Cell, Query, StoreError, Tx, Value, WriteTx};

use super::record::{all_rows, record};
use super::{Record as _, Tagged};

pub use found::{Run, count_in_run, end_of_run, rows_of_run};
pub(super) use list::escaped;
pub use list::{Branch, Condition, Direction, Listed, Sort, credentials_called, next_to_expire, page, page_query};
pub use names::{NameCells, names_after, names_beginning};
pub use survey::{count_ending, count_ending_query, count_starting, count_starting_query, survey};
pub use tally::{add_to_tally, count_anew, counted, tallies, tallies_query};

record! {
    /// A credential. Networks and algorithms stay text here: what they mean is judged after the tag was.
    CredentialRecord in "credential", cells CredentialCells {
        /// `basic`, `hmac` or `legacy`.
        kind: String,
        /// API key or Legacy username.
        key: String,
        /// The display name, as typed.
        name: String,
        /// The name case-folded, for search and order.
        name_fold: String,
        /// `active`, `disabled` or `revoked`.
        state: String,
        /// Whether it is in the default list: revoked ones are not.
        listed: bool,
        /// Start of validity in Unix seconds; none for no start.
        not_before: Option<i64>,
        /// End of validity in Unix seconds; none for never.
        expires_at: Option<i64>,
        /// Networks that it may be used from, in CIDR notation; empty for any.
        networks: String,
        /// A note for users.
        note: String,
        /// Algorithms that may sign (HMAC only); empty for any.
        algorithms: String,
        /// `required` or `optional`.
        body_digest: String,
        /// When it was created, in Unix milliseconds.
        created_at: i64,
        /// Name of the user who made it.
        created_by: String,
        /// When it was last changed, in Unix milliseconds.
        changed_at: i64,
        /// Name of the user who last changed it.
        changed_by: String,
        /// What they did, in the past tense.
        changed_how: String,
        /// Change number of the store when it was last changed.
        change: i64,
        /// Number of the current secret; 0 when it has none.
        secret_no: i64,
        /// Number of the secret before it, which may still work.
        older_no: Option<i64>,
        /// When that one stops, or stopped, working, in Unix seconds.
        older_until: Option<i64>,
    } later {
        /// Who is responsible for it: a person, a team or an address; empty for nobody.
        owner: String = Cell::Text(""),
        /// The owner case-folded, for search.
        owner_fold: String = Cell::Text(""),
        /// Tags, in order, one blank between; empty for none.
        tags: String = Cell::Text(""),
    }
}

impl CredentialRecord {
    /// The secret before the current one, if it works at second `now`: its number, and until when.
    pub fn overlap(&self, now: i64) -> Option<(i64, i64)> {
        self.older_no.zip(self.older_until).filter(|(_, until)| *until > now)
    }

    /// Whether the secret with this number works at second `now`.
    pub fn names(&self, secret: i64, now: i64) -> bool {
        secret == self.secret_no || self.overlap(now).is_some_and(|(no, _)| no == secret)
    }
}

/// The query of [`credential_with_key`].
pub fn credential_with_key_query(kind: &str, key: &str) -> Query {
    let sql = format!("SELECT {} FROM credential WHERE kind = $1 AND key = $2", CredentialRecord::select());
    Query::new(sql, [kind.into(), key.into()])
}

/// The credential of a kind with this key.
pub fn credential_with_key(
    tx: &mut dyn Tx,
    kind: &str,
    key: &str,
) -> Result<Option<Tagged<CredentialRecord>>, StoreError> {
    credential_with_key_query(kind, key).row(tx)?.map(|mut row| Tagged::take(&mut row)).transpose()
}

/// The queries of [`keys_in_use`].
pub fn keys_in_use_queries(kind: &str, keys: &[String]) -> Vec<Query> {
    let of_run = |keys: &[String]| {
        let sql = format!("SELECT key FROM credential WHERE kind = $1 AND key IN ({})", places(keys.len(), 2));
        Query::new(sql, [kind.into()].into_iter().chain(keys.iter().map(Value::from)).collect::<Vec<_>>())
    };
    runs(keys).map(of_run).collect()
}

/// Those of some keys that credentials of a kind have, in no order.
pub fn keys_in_use(tx: &mut dyn Tx, kind: &str, keys: &[String]) -> Result<Vec<String>, StoreError> {
    all_rows(tx, keys_in_use_queries(kind, keys))?.into_iter().map(|mut row| row.text()).collect()
}

/// At most `limit` credentials of a kind with this folded name, revoked ones or all others.
pub fn credentials_named(
    tx: &mut dyn Tx,
    (kind, listed): (&str, bool),
    name_fold: &str,
    limit: i64,
) -> Result<Vec<Tagged<CredentialRecord>>, StoreError> {
    let sql = format!(
        "SELECT {} FROM credential WHERE kind = $1 AND listed = $2 AND name_fold = $3 ORDER BY id LIMIT $4",
        CredentialRecord::select()
    );
    let params = [kind.into(), i64::from(listed).into(), name_fold.into(), limit.into()];
    tx.rows(&sql, &params)?.iter_mut().map(Tagged::take).collect()
}

/// Gives a row that nobody trusts another key, `aside`, so that the key that it took is free again: the row with this
/// kind and key that has not the id `but`.
pub fn put_key_aside(
    tx: &mut dyn WriteTx,
    (kind, key): (&str, &str),
    but: &str,
    aside: &str,
) -> Result<(), StoreError> {
    let sql = "UPDATE credential SET key = $4 WHERE kind = $1 AND key = $2 AND id <> $3";
    tx.execute(sql, &[kind.into(), key.into(), but.into(), aside.into()]).map(|_| ())
}

/// Whether a listed credential of a kind has this name.
pub fn credentials_of(tx: &mut dyn Tx, kind: &str, name_fold: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM credential WHERE kind = $1 AND listed = 1 AND name_fold = $2 LIMIT 1";
    Ok(tx.row(sql, &[kind.into(), name_fold.into()])?.is_some())
}
