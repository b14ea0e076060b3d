//! Reads for verifiers: all credentials with their secrets in batches, and what changed since.

use crate::store::{Cell, StoreError, Tx};

use crate::store::tables::{CredentialCells, CredentialRecord, Record as _};

/// Hands over the next run of credentials behind the id `after`, up to the id `until`, ordered by id. The rows have the
/// columns of [`Record::select`](crate::store::tables::Record::select); they are handed over whole so that a tag can be checked before anything is read.
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
    tx.each_of_many(&sql, &[after.into(), until.into(), limit.into()], each)
}

/// Hands over credential, number and sealed text of the secrets of the credentials behind the id `after` up to the id
/// `until`, ordered by credential. Dead ones too: which work, only the row of the credential says. Without their tags:
/// what is sealed opens only where it belongs, and nothing else of the row is looked at.
pub fn secrets_between(
    tx: &mut dyn Tx,
    (after, until): (&str, &str),
    each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql =
        "SELECT credential, no, sealed FROM secret WHERE credential > $1 AND credential <= $2 ORDER BY credential, no";
    tx.each_of_many(sql, &[after.into(), until.into()], each)
}

/// Hands over every credential, in no order and by no index.
pub fn every_credential(
    tx: &mut dyn Tx,
    each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    tx.each(&format!("SELECT {} FROM credential WHERE id || '' IS NOT NULL", CredentialRecord::select()), &[], each)
}

/// Hands over every secret as [`secrets_between`] does, in no order and by no index.
pub fn every_secret(
    tx: &mut dyn Tx,
    each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    tx.each("SELECT credential, no, sealed FROM secret WHERE credential || '' IS NOT NULL", &[], each)
}

/// The columns of a credential that a verifier keeps, borrowed from a row of [`credentials_after`].
#[derive(Clone, Copy, Debug)]
pub struct VerifierCells<'a> {
    /// Row id, a UUID.
    pub id: &'a str,
    /// `basic`, `hmac` or `legacy`.
    pub kind: &'a str,
    /// API key or Legacy username.
    pub key: &'a str,
    /// The display name.
    pub name: &'a str,
    /// `active`, `disabled` or `revoked`.
    pub state: &'a str,
    /// Start of validity in Unix seconds; none for no start.
    pub not_before: Option<i64>,
    /// End of validity in Unix seconds; none for never.
    pub expires_at: Option<i64>,
    /// Networks that it may be used from, in CIDR notation; empty for any.
    pub networks: &'a str,
    /// Algorithms that may sign (HMAC only); empty for any.
    pub algorithms: &'a str,
    /// `required` or `optional`.
    pub body_digest: &'a str,
    /// Change number of the store when it was last changed.
    pub change: i64,
    /// Number of the current secret.
    pub secret_no: i64,
    /// Number of the one before, and until when it works.
    pub older: Option<(i64, i64)>,
}

impl<'a> VerifierCells<'a> {
    /// Reads the columns of [`Record::select`](crate::store::tables::Record::select).
    pub fn read(row: &'a [Cell<'a>]) -> Result<Self, StoreError> {
        let cells = CredentialCells::of(row)?;
        Ok(Self {
            id: cells.id()?,
            kind: cells.kind()?,
            key: cells.key()?,
            name: cells.name()?,
            state: cells.state()?,
            not_before: cells.not_before()?,
            expires_at: cells.expires_at()?,
            networks: cells.networks()?,
            algorithms: cells.algorithms()?,
            body_digest: cells.body_digest()?,
            change: cells.change()?,
            secret_no: cells.secret_no()?,
            older: cells.older_no()?.zip(cells.older_until()?),
        })
    }
}

/// The columns of a secret that a verifier reads, borrowed from a row.
#[derive(Clone, Copy, Debug)]
pub struct SecretCells<'a> {
    /// Id of the credential.
    pub credential: &'a str,
    /// 1 for the first, one more with each rotation.
    pub no: i64,
    /// Scheme byte and what the scheme keeps, sealed.
    pub sealed: &'a [u8],
}

impl<'a> SecretCells<'a> {
    /// Reads the columns of [`secrets_between`].
    pub fn read(row: &[Cell<'a>]) -> Result<Self, StoreError> {
        let [credential, no, sealed] = row else {
            return Err(StoreError::Broken("a secret is too short".to_owned()));
        };
        Ok(Self { credential: credential.text()?, no: no.int()?, sealed: sealed.bytes()? })
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

/// Hands over the secrets of one credential as [`secrets_between`] does.
pub fn secrets_of(
    tx: &mut dyn Tx,
    credential: &str,
    each: &mut dyn FnMut(&[Cell<'_>]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    tx.each("SELECT credential, no, sealed FROM secret WHERE credential = $1 ORDER BY no", &[credential.into()], each)
}

/// The statement of [`changed_credentials`], so that a test can ask a database how it would go about it.
pub const CHANGED: &str = "SELECT id FROM credential WHERE change > $1";

/// Ids of the credentials that changed behind the change number `since`, in order. A new secret is a change of its
/// credential.
pub fn changed_credentials(tx: &mut dyn Tx, since: i64) -> Result<Vec<String>, StoreError> {
    let rows = tx.rows(CHANGED, &[since.into()])?.into_iter();
    // An id that is no text is of no row of keydesk's.
    let mut ids: Vec<_> = rows.filter_map(|mut row| row.text().ok()).collect();
    ids.sort_unstable();
    Ok(ids)
}

/// The id about in the middle of all, so that two threads can read half each; `None` when there are none.
pub fn middle_credential(tx: &mut dyn Tx, count: i64) -> Result<Option<String>, StoreError> {
    tx.middle_id(CredentialRecord::TABLE, count)
}
