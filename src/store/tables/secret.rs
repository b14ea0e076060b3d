//! Secrets: one row for each secret of a credential, which never changes once written. The row of the credential says
//! which of them work; a secret that it does not name is dead.

use crate::store::{StoreError, Tx};

use super::record::record;
use super::{Record as _, Tagged};

record! {
    /// One secret of a credential.
    SecretRecord in "secret" {
        /// Id of the credential.
        credential: String,
        /// 1 for the first, one more with each rotation.
        no: i64,
        /// Scheme byte and what the scheme keeps, sealed.
        sealed: Vec<u8>,
        /// When it was made, in Unix milliseconds.
        created_at: i64,
        /// Name of the user who made it.
        created_by: String,
    }
}

/// The key of a credential whose row names a secret that is not there. A row that was changed by hand is reported by
/// its tag.
pub fn without_a_named_secret(tx: &mut dyn Tx) -> Result<Option<String>, StoreError> {
    let sql = "SELECT c.key FROM credential c \
               LEFT JOIN secret s ON s.credential = c.id AND s.no = c.secret_no \
               LEFT JOIN secret o ON o.credential = c.id AND o.no = c.older_no \
               WHERE (c.secret_no <> 0 AND s.id IS NULL) OR (c.older_no IS NOT NULL AND o.id IS NULL) ORDER BY c.id LIMIT 1";
    tx.row(sql, &[])?.map(|mut row| row.text()).transpose()
}

/// Secrets in the order of their ids, after one, each with the kind of its credential.
pub fn secrets_after(
    tx: &mut dyn Tx,
    after: &str,
    limit: i64,
) -> Result<Vec<(Tagged<SecretRecord>, String)>, StoreError> {
    let columns: Vec<_> = SecretRecord::COLUMNS.iter().map(|column| format!("s.{column}")).collect();
    let sql = format!(
        "SELECT s.id, s.version, {}, s.tag, c.kind FROM secret s JOIN credential c ON c.id = s.credential \
         WHERE s.id > $1 ORDER BY s.id LIMIT $2",
        columns.join(", "),
    );
    let rows = tx.rows(&sql, &[after.into(), limit.into()])?;
    rows.into_iter().map(|mut row| Ok((Tagged::take(&mut row)?, row.text()?))).collect()
}
