//! What verifiers read: all credentials with their secrets in runs, and what changed since.

use std::collections::BTreeSet;

use crate::store::{Cell, Row, StoreError, Tx};

use super::{CredentialRecord, Record, SecretRecord};

/// Hands over the next run of credentials behind the id `after`, up to the id `until`, ordered by id. The rows have the
/// columns of [`Record::select`]; they are handed over whole so that a tag can be checked before anything is read.
pub fn credentials_after(
    tx: &mut dyn Tx,
    (after, until): (&str, &str),
    limit: i64,
    each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
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
    each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT {} FROM secret WHERE credential > $1 AND credential <= $2 \
         AND (valid_until IS NULL OR valid_until > $3) ORDER BY credential, no",
        SecretRecord::select()
    );
    tx.each(&sql, &[after.into(), until.into(), now.into()], each)
}

/// What a verifier keeps of a row of [`credentials_after`].
#[derive(Clone, Copy, Debug)]
pub struct CredentialCells<'a> {
    /// UUID.
    pub id: &'a str,
    /// Kind.
    pub kind: &'a str,
    /// API key or Legacy username.
    pub key: &'a str,
    /// Name.
    pub name: &'a str,
    /// State.
    pub state: &'a str,
    /// Unix seconds.
    pub not_before: Option<i64>,
    /// Unix seconds.
    pub expires_at: Option<i64>,
    /// CIDRs.
    pub networks: &'a str,
    /// Algorithms.
    pub algorithms: &'a str,
    /// `required` or `optional`.
    pub body_digest: &'a str,
}

impl<'a> CredentialCells<'a> {
    /// Reads the columns of [`Record::select`].
    pub fn read(row: &[Cell<'a>]) -> Result<Self, StoreError> {
        let [id, _, kind, key, name, _, state, _, not_before, expires_at, networks, _, algorithms, body_digest, ..] =
            row
        else {
            return Err(StoreError::Broken("a credential is too short".to_owned()));
        };
        Ok(Self {
            id: id.text()?,
            kind: kind.text()?,
            key: key.text()?,
            name: name.text()?,
            state: state.text()?,
            not_before: not_before.maybe_int()?,
            expires_at: expires_at.maybe_int()?,
            networks: networks.text()?,
            algorithms: algorithms.text()?,
            body_digest: body_digest.text()?,
        })
    }
}

/// What a verifier keeps of a row of [`live_secrets_after`].
#[derive(Clone, Copy, Debug)]
pub struct SecretCells<'a> {
    /// Id of the credential.
    pub credential: &'a str,
    /// 1 for the first, one more with each rotation.
    pub no: i64,
    /// Scheme byte and what the scheme keeps, sealed.
    pub sealed: &'a [u8],
    /// Unix seconds; NULL for the current one.
    pub valid_until: Option<i64>,
}

impl<'a> SecretCells<'a> {
    /// Reads the columns of [`Record::select`].
    pub fn read(row: &[Cell<'a>]) -> Result<Self, StoreError> {
        let [_, _, credential, no, sealed, valid_until, ..] = row else {
            return Err(StoreError::Broken("a secret is too short".to_owned()));
        };
        Ok(Self {
            credential: credential.text()?,
            no: no.int()?,
            sealed: sealed.bytes()?,
            valid_until: valid_until.maybe_int()?,
        })
    }
}

/// Hands over one credential.
pub fn credential_row(
    tx: &mut dyn Tx,
    id: &str,
    each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    tx.each(&format!("SELECT {} FROM credential WHERE id = $1", CredentialRecord::select()), &[id.into()], each)
}

/// Hands over the secrets of one credential that work at second `now`.
pub fn live_secrets_of(
    tx: &mut dyn Tx,
    credential: &str,
    now: i64,
    each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
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
        tx.each(sql, &[since.into()], &mut |cells| {
            changed.insert(Row::copied(cells).text()?);
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
