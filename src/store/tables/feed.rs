//! What verifiers read: all credentials with their secrets in runs, and what changed since.

use std::collections::BTreeSet;

use crate::store::{Row, StoreError, Tx};

use super::{CredentialRecord, Record, SecretRecord};

/// Hands over the next run of credentials behind the id `after`, up to the id `until`, ordered by id. The rows have the
/// columns of [`Record::select`]; they are handed over whole so that a tag can be checked before anything is read.
pub fn credentials_after(
    tx: &mut dyn Tx,
    (after, until): (&str, &str),
    limit: i64,
    each: &mut dyn FnMut(Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT {} FROM credential WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3",
        CredentialRecord::select()
    );
    tx.each(&sql, &[after.into(), until.into(), limit.into()], each)
}

/// Hands over the secrets that work at second `now` of the credentials behind the id `after` up to the id `until`,
/// ordered by credential.
pub fn live_secrets_after(
    tx: &mut dyn Tx,
    (after, until): (&str, &str),
    now: i64,
    each: &mut dyn FnMut(Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT {} FROM secret WHERE credential > $1 AND credential <= $2 \
         AND (valid_until IS NULL OR valid_until > $3) ORDER BY credential, no",
        SecretRecord::select()
    );
    tx.each(&sql, &[after.into(), until.into(), now.into()], each)
}

/// Hands over one credential.
pub fn credential_row(
    tx: &mut dyn Tx,
    id: &str,
    each: &mut dyn FnMut(Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    tx.each(&format!("SELECT {} FROM credential WHERE id = $1", CredentialRecord::select()), &[id.into()], each)
}

/// Hands over the secrets of one credential that work at second `now`.
pub fn live_secrets_of(
    tx: &mut dyn Tx,
    credential: &str,
    now: i64,
    each: &mut dyn FnMut(Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT {} FROM secret WHERE credential = $1 AND (valid_until IS NULL OR valid_until > $2) ORDER BY no",
        SecretRecord::select()
    );
    tx.each(&sql, &[credential.into(), now.into()], each)
}

/// The statements of [`changed_credentials`], so that a test can ask a database how it would go about them. Two, because a
/// UNION may be answered by a walk along all ids to spare the sort.
pub const CHANGED: [&str; 2] =
    ["SELECT id FROM credential WHERE change > $1", "SELECT credential FROM secret WHERE change > $1"];

/// Ids of the credentials that changed, or a secret of theirs, behind the change number `since`, in order.
pub fn changed_credentials(tx: &mut dyn Tx, since: i64) -> Result<BTreeSet<String>, StoreError> {
    let mut changed = BTreeSet::new();
    for sql in CHANGED {
        tx.each(sql, &[since.into()], &mut |mut row| {
            changed.insert(row.text()?);
            Ok(())
        })?;
    }
    Ok(changed)
}

/// The id in the middle of all, so that two threads can read half each; `None` when there are none.
pub fn middle_credential(tx: &mut dyn Tx, count: i64) -> Result<Option<String>, StoreError> {
    let row = tx.row("SELECT id FROM credential ORDER BY id LIMIT 1 OFFSET $1", &[(count / 2).into()])?;
    row.map(|mut row| row.text()).transpose()
}
