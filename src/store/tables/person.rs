//! Users. The table is called `person`, since `user` is a reserved word of PostgreSQL.

use crate::store::{Row, StoreError, Tx, Value, WriteTx};

use super::{Record, Tagged};

/// A user of the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRecord {
    /// Row id, a UUID.
    pub id: String,
    /// Version of the row.
    pub version: i64,
    /// Sign-in name.
    pub name: String,
    /// The word of the role.
    pub role: String,
    /// The word of the state: active or disabled.
    pub state: String,
    /// Raised by everything that ends the user's sessions.
    pub epoch: i64,
    /// Argon2id string, sealed.
    pub password: Vec<u8>,
    /// Version of the password, bound as associated data: an older hash put back does not open.
    pub password_version: i64,
    /// The password was set by another user and must be changed at the next sign-in.
    pub must_change: bool,
    /// When the user was added, in Unix milliseconds.
    pub created_at: i64,
    /// Name of the user who made it.
    pub created_by: String,
    /// When the row was last changed, in Unix milliseconds.
    pub changed_at: i64,
    /// Name of the user who last changed it.
    pub changed_by: String,
    /// Change number of the store when it was last changed.
    pub change: i64,
}

impl Record for PersonRecord {
    const TABLE: &'static str = "person";
    const COLUMNS: &'static [&'static str] = &[
        "name",
        "role",
        "state",
        "epoch",
        "password",
        "password_version",
        "must_change",
        "created_at",
        "created_by",
        "changed_at",
        "changed_by",
        "change",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn values(&self) -> Vec<Value> {
        vec![
            (&self.name).into(),
            (&self.role).into(),
            (&self.state).into(),
            self.epoch.into(),
            self.password.as_slice().into(),
            self.password_version.into(),
            self.must_change.into(),
            self.created_at.into(),
            (&self.created_by).into(),
            self.changed_at.into(),
            (&self.changed_by).into(),
            self.change.into(),
        ]
    }

    fn read(id: String, version: i64, row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            id,
            version,
            name: row.text()?,
            role: row.text()?,
            state: row.text()?,
            epoch: row.int()?,
            password: row.bytes()?,
            password_version: row.int()?,
            must_change: row.flag()?,
            created_at: row.int()?,
            created_by: row.text()?,
            changed_at: row.int()?,
            changed_by: row.text()?,
            change: row.int()?,
        })
    }
}

/// All users, by name.
pub fn people(tx: &mut dyn Tx) -> Result<Vec<Tagged<PersonRecord>>, StoreError> {
    let sql = format!("SELECT {} FROM person ORDER BY name", PersonRecord::select());
    // What cannot be read is no user of keydesk's; that it is there, the sum over all rows tells.
    Ok(tx.rows(&sql, &[])?.iter_mut().filter_map(|row| Tagged::take(row).ok()).collect())
}

/// Removes whatever has the id or the name of a user who is written anew.
pub fn remove_people(tx: &mut dyn WriteTx, id: &str, name: &str) -> Result<(), StoreError> {
    let params = [id.into(), name.into()];
    tx.execute("DELETE FROM presence WHERE person IN (SELECT id FROM person WHERE id = $1 OR name = $2)", &params)?;
    tx.execute("DELETE FROM person WHERE id = $1 OR name = $2", &params).map(|_| ())
}

/// How many credentials that a user made are in use at second `now`: active, and not expired.
pub fn made_by(tx: &mut dyn Tx, name: &str, now: i64) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM credential WHERE created_by = $1 AND state = 'active' \
               AND (expires_at IS NULL OR expires_at > $2)";
    tx.row(sql, &[name.into(), now.into()])?.map_or(Ok(0), |mut row| row.int())
}

/// The last sign-in of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresenceRow {
    /// Time of the sign-in, in Unix milliseconds.
    pub at: i64,
    /// Address of the client.
    pub address: Option<String>,
}

/// Reads the last sign-in of a user.
pub fn presence(tx: &mut dyn Tx, person: &str) -> Result<Option<PresenceRow>, StoreError> {
    let row = tx.row("SELECT at, address FROM presence WHERE person = $1", &[person.into()])?;
    row.map(|mut row| Ok(PresenceRow { at: row.int()?, address: row.any_text()? })).transpose()
}

/// Notes a sign-in.
pub fn put_presence(tx: &mut dyn WriteTx, person: &str, row: &PresenceRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO presence (person, at, address) VALUES ($1, $2, $3) \
               ON CONFLICT (person) DO UPDATE SET at = excluded.at, address = excluded.address";
    tx.execute(sql, &[person.into(), row.at.into(), row.address.clone().into()]).map(|_| ())
}
