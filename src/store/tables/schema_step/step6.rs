//! Migration of step 6: rows in the form before it, and how they are converted.

use crate::store::{Cell, Query, StoreError, Tx, Value, WriteTx};

/// Columns of a credential under its tag, in order.
const CREDENTIAL: &str = "kind, key, name, name_fold, state, listed, not_before, expires_at, networks, note, algorithms, \
                          body_digest, created_at, created_by, changed_at, changed_by, changed_how, change";
/// Columns of a secret under its tag, in order.
const SECRET: &str = "credential, no, sealed, valid_until, created_at, created_by, change";

/// Where a credential's time of the last change stands among [`old_credentials`]' columns.
pub const CHANGED_AT: usize = 16;

/// Hands over credentials behind the id `after`: id, version, the columns under the tag, tag.
pub fn old_credentials(
    tx: &mut dyn Tx,
    after: &str,
    limit: i64,
    each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql = format!("SELECT id, version, {CREDENTIAL}, tag FROM credential WHERE id > $1 ORDER BY id LIMIT $2");
    tx.each(&sql, &[after.into(), limit.into()], each)
}

/// Hands over the secrets of the credentials behind the id `after` up to `until`, in the same form, by credential and
/// number.
pub fn old_secrets(
    tx: &mut dyn Tx,
    (after, until): (&str, &str),
    each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT id, version, {SECRET}, tag FROM secret WHERE credential > $1 AND credential <= $2 ORDER BY credential, no"
    );
    tx.each(&sql, &[after.into(), until.into()], each)
}

/// Gives a credential its numbers of secrets and its tag.
pub fn migrate_credential(tx: &mut dyn WriteTx, id: &str, numbers: [Value; 3], tag: &[u8]) -> Result<(), StoreError> {
    let sql = "UPDATE credential SET secret_no = $2, older_no = $3, older_until = $4, tag = $5 WHERE id = $1";
    let [no, older, until] = numbers;
    tx.execute(sql, &[id.into(), no, older, until, tag.into()]).map(|_| ())
}

/// Gives a secret the version that all have, and its tag.
pub fn migrate_secret(tx: &mut dyn WriteTx, id: &str, tag: &[u8]) -> Result<(), StoreError> {
    tx.execute("UPDATE secret SET version = 1, tag = $2 WHERE id = $1", &[id.into(), tag.into()]).map(|_| ())
}

/// Gives the account a tag.
pub fn migrate_account(tx: &mut dyn WriteTx, id: &str, tag: &[u8]) -> Result<(), StoreError> {
    tx.execute("UPDATE account SET tag = $2 WHERE id = $1", &[id.into(), tag.into()]).map(|_| ())
}

/// The query of [`old_users`].
pub fn old_users_query() -> Query {
    Query::new("SELECT id, name, changed_at FROM person ORDER BY name", [])
}

/// Id, name and time of the last change of every user. Columns that came later are not there yet.
pub fn old_users(tx: &mut dyn Tx) -> Result<Vec<(String, String, i64)>, StoreError> {
    let rows = old_users_query().rows(tx)?;
    rows.into_iter().map(|mut row| Ok((row.text()?, row.text()?, row.int()?))).collect()
}

/// Takes the tag of a user away: the row is not as the trail left it.
pub fn spoil_user(tx: &mut dyn WriteTx, id: &str) -> Result<(), StoreError> {
    tx.execute("UPDATE person SET tag = $2 WHERE id = $1", &[id.into(), Vec::new().into()]).map(|_| ())
}
