//! Users. The table is called `user`, since `user` is a reserved word of PostgreSQL.

use crate::store::{Cell, Query, StoreError, Tx, Value, WriteTx};

use super::record::record;
use super::{Record as _, Tagged};

record! {
    /// A user of the desk.
    UserRecord in "person" {
        /// Sign-in name.
        name: String,
        /// The word of the role.
        role: String,
        /// The word of the state: active or disabled.
        state: String,
        /// Raised by everything that ends the user's sessions.
        epoch: i64,
        /// Argon2id string, sealed.
        password: Vec<u8>,
        /// Version of the password, bound as associated data: an older hash put back does not open.
        password_version: i64,
        /// The password was set by another user and must be changed at the next sign-in.
        must_change: bool,
        /// When the user was added, in Unix milliseconds.
        created_at: i64,
        /// Name of the user who made it.
        created_by: String,
        /// When the row was last changed, in Unix milliseconds.
        changed_at: i64,
        /// Name of the user who last changed it.
        changed_by: String,
        /// Change number of the store when it was last changed.
        change: i64,
    } later {
        /// A note for Administrators; empty for none.
        note: String = Cell::Text(""),
    }
}

/// The query of [`users`].
pub fn users_query() -> Query {
    Query::new(format!("SELECT {} FROM person ORDER BY name", UserRecord::select()), [])
}

/// All users, by name.
pub fn users(tx: &mut dyn Tx) -> Result<Vec<Tagged<UserRecord>>, StoreError> {
    // What cannot be read is no user of keydesk's; that it is there, the sum over all rows tells.
    Ok(users_query().rows(tx)?.iter_mut().filter_map(|row| Tagged::take(row).ok()).collect())
}

/// Names of all users with the words of their roles and states, as they were at every step; of rows whose tags were not
/// checked.
pub fn roles_and_states(tx: &mut dyn Tx) -> Result<Vec<(String, String, String)>, StoreError> {
    let rows = tx.rows("SELECT name, role, state FROM person ORDER BY name", &[])?;
    rows.into_iter().map(|mut row| Ok((row.text()?, row.text()?, row.text()?))).collect()
}

/// Removes whatever has the id or the name of a user who is written anew.
pub fn remove_users(tx: &mut dyn WriteTx, id: &str, name: &str) -> Result<(), StoreError> {
    let params = [id.into(), name.into()];
    tx.execute("DELETE FROM presence WHERE person IN (SELECT id FROM person WHERE id = $1 OR name = $2)", &params)?;
    tx.execute("DELETE FROM person WHERE id = $1 OR name = $2", &params).map(|_| ())
}

/// How many credentials that a user created there are, and how many of them work at second `now`: active, begun and not expired.
/// Counted through indexes alone: one user may have created a million.
pub fn made_by(tx: &mut dyn Tx, name: &str, now: i64) -> Result<(i64, i64), StoreError> {
    let mut count = |sql: &str, params: &[Value]| tx.row(sql, params)?.map_or(Ok(0), |mut row| row.int());
    let created = count("SELECT COUNT(*) FROM credential WHERE created_by = $1", &[name.into()])?;
    let live = "created_by = $1 AND state = 'active' AND (expires_at IS NULL OR expires_at > $2)";
    let params = [name.into(), now.into()];
    let living = count(&format!("SELECT COUNT(*) FROM credential WHERE {live}"), &params)?;
    let coming = count(&format!("SELECT COUNT(*) FROM credential WHERE {live} AND not_before > $2"), &params)?;
    Ok((created, living - coming))
}

/// The last sign-in of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresenceRow {
    /// Time of the sign-in, in Unix milliseconds.
    pub at: i64,
    /// Address of the client.
    pub address: Option<String>,
    /// How it was proved, as in the trail; none where it was not noted.
    pub via: Option<String>,
}

/// The query of [`presence`].
pub fn presence_query(user: &str) -> Query {
    Query::new("SELECT at, address, via FROM presence WHERE person = $1", [user.into()])
}

/// Reads the last sign-in of a user.
pub fn presence(tx: &mut dyn Tx, user: &str) -> Result<Option<PresenceRow>, StoreError> {
    let row = presence_query(user).row(tx)?;
    row.map(|mut row| Ok(PresenceRow { at: row.int()?, address: row.any_text()?, via: row.any_text()? })).transpose()
}

/// Notes a sign-in.
pub fn put_presence(tx: &mut dyn WriteTx, user: &str, row: &PresenceRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO presence (person, at, address, via) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (person) DO UPDATE SET at = excluded.at, address = excluded.address, via = excluded.via";
    tx.queue(sql, &[user.into(), row.at.into(), row.address.clone().into(), row.via.clone().into()])
}
