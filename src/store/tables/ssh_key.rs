//! SSH keys of users, and when each was last used.

use crate::store::{Query, StoreError, Tx, WriteTx};

use super::record::record;
use super::{Record as _, Tagged};

record! {
    /// An SSH key that opens the desk for one user.
    SshKeyRecord in "ssh_key" {
        /// The number by which the forced command names it; never given twice.
        no: i64,
        /// Id of its user.
        person: String,
        /// The algorithm, the first word of the line in a .pub file.
        algorithm: String,
        /// The public key in the wire format.
        blob: Vec<u8>,
        /// SHA-256 of the blob, as `ssh-keygen -lf` prints it.
        fingerprint: String,
        /// What people call it; empty for none.
        label: String,
        /// Networks that it may be used from, in CIDR notation; empty for any.
        networks: String,
        /// End of validity in Unix seconds; none for never.
        expires_at: Option<i64>,
        /// `active` or `removed`.
        state: String,
        /// When it was added, in Unix milliseconds.
        created_at: i64,
        /// Name of the user who added it.
        created_by: String,
        /// When the row was last changed, in Unix milliseconds.
        changed_at: i64,
        /// Name of the user who last changed it.
        changed_by: String,
        /// Change number of the store when it was last changed.
        change: i64,
    }
}

impl SshKeyRecord {
    /// The word for a key that opens the desk.
    pub const ACTIVE: &'static str = "active";
    /// The word for one that was removed.
    pub const REMOVED: &'static str = "removed";
}

/// When and from where a key was last used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SshUseRow {
    /// In Unix milliseconds.
    pub at: i64,
    /// Address of the client.
    pub address: Option<String>,
}

/// An active key of an active user as it stands in the database, for whoever has no key of the vault and can check no tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedKey {
    /// Its number.
    pub no: i64,
    /// The algorithm.
    pub algorithm: String,
    /// The public key in the wire format.
    pub blob: Vec<u8>,
    /// Networks that it may be used from; empty for any.
    pub networks: String,
    /// End of validity in Unix seconds; none for never.
    pub expires_at: Option<i64>,
}

/// All keys of a user, or of all users, by number; removed ones too if `all`.
pub fn ssh_keys(tx: &mut dyn Tx, person: Option<&str>, all: bool) -> Result<Vec<Tagged<SshKeyRecord>>, StoreError> {
    let mut sql = format!("SELECT {} FROM ssh_key WHERE ", SshKeyRecord::select());
    let mut params = Vec::new();
    if let Some(person) = person {
        sql.push_str("person = $1 AND ");
        params.push(person.into());
    }
    sql.push_str(if all { "no > 0" } else { "state = 'active'" });
    sql.push_str(" ORDER BY no");
    // What cannot be read is no key of keydesk's; that it is there, the sum over all rows tells.
    Ok(tx.rows(&sql, &params)?.iter_mut().filter_map(|row| Tagged::take(row).ok()).collect())
}

/// The query of [`ssh_key`].
pub fn ssh_key_query(no: i64) -> Query {
    Query::new(format!("SELECT {} FROM ssh_key WHERE no = $1", SshKeyRecord::select()), [no.into()])
}

/// The key of this number, if there is one.
pub fn ssh_key(tx: &mut dyn Tx, no: i64) -> Result<Option<Tagged<SshKeyRecord>>, StoreError> {
    let found = ssh_key_query(no).row(tx)?.map(|mut row| Tagged::<SshKeyRecord>::take(&mut row)).transpose()?;
    // An index that was written by hand leads to any row.
    Ok(found.filter(|row| row.record.no == no))
}

/// All rows with this fingerprint, the newest first.
pub fn ssh_keys_called(tx: &mut dyn Tx, fingerprint: &str) -> Result<Vec<Tagged<SshKeyRecord>>, StoreError> {
    super::all_by(tx, "fingerprint", fingerprint, "no DESC")
}

/// The number for the next key.
pub fn next_ssh_key(tx: &mut dyn Tx) -> Result<i64, StoreError> {
    let row = tx.row("SELECT COALESCE(MAX(no), 0) + 1 FROM ssh_key", &[])?;
    row.map_or(Ok(1), |mut row| row.int())
}

/// The active key with this fingerprint, if its user is active. Of a database whose tags nobody checks here.
pub fn offered_key(tx: &mut dyn Tx, fingerprint: &str) -> Result<Option<OfferedKey>, StoreError> {
    let sql = "SELECT k.no, k.algorithm, k.blob, k.networks, k.expires_at FROM ssh_key k \
               JOIN person p ON p.id = k.person \
               WHERE k.fingerprint = $1 AND k.state = 'active' AND p.state = 'active'";
    let row = tx.row(sql, &[fingerprint.into()])?;
    row.map(|mut row| {
        let (no, algorithm, blob) = (row.int()?, row.text()?, row.bytes()?);
        Ok(OfferedKey { no, algorithm, blob, networks: row.text()?, expires_at: row.maybe_int()? })
    })
    .transpose()
}

/// The last use of a key.
pub fn ssh_use(tx: &mut dyn Tx, key: &str) -> Result<Option<SshUseRow>, StoreError> {
    let row = tx.row("SELECT at, address FROM ssh_use WHERE key = $1", &[key.into()])?;
    row.map(|mut row| Ok(SshUseRow { at: row.int()?, address: row.any_text()? })).transpose()
}

/// Notes a use of a key.
pub fn put_ssh_use(tx: &mut dyn WriteTx, key: &str, row: &SshUseRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO ssh_use (key, at, address) VALUES ($1, $2, $3) \
               ON CONFLICT (key) DO UPDATE SET at = excluded.at, address = excluded.address";
    tx.queue(sql, &[key.into(), row.at.into(), row.address.clone().into()])
}

/// Removes the row of a key, and its last use, whatever is in it.
pub fn forget_ssh_key(tx: &mut dyn WriteTx, id: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM ssh_use WHERE key = $1", &[id.into()])?;
    tx.execute("DELETE FROM ssh_key WHERE id = $1", &[id.into()]).map(|_| ())
}
