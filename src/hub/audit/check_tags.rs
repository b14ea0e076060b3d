//! Checks the tag of every row that decides something.

use crate::hub::HubError;
use crate::hub::tx::row_tags;
use crate::store::tables::{self, CredentialRecord, Record, SecretRecord, SshKeyRecord, Tagged, UserRecord};
use crate::store::{Cell, Tx};
use crate::vault::{TagInput, Vault};

/// Most credentials that are named.
const NAMED: usize = 100;

/// A credential whose tag is wrong.
pub(crate) struct Tampered {
    /// Its key.
    key: String,
    /// Its name, as it is now.
    pub(crate) name: String,
}

/// The credentials whose tag is wrong, the first of them.
pub(crate) fn tampered_credentials(tx: &mut dyn Tx, vault: &Vault) -> Result<Vec<Tampered>, HubError> {
    let [key, name] = ["key", "name"].map(place::<CredentialRecord>);
    let (mut room, mut found) = (TagInput::default(), Vec::new());
    tables::each_tagged::<CredentialRecord>(tx, &mut |row| {
        if found.len() < NAMED && !row_tags::cells_intact::<CredentialRecord>(vault, row, &mut room) {
            found.push(Tampered { key: named(row, key), name: named(row, name) });
        }
        Ok(())
    })?;
    Ok(found)
}

/// The first key, secret, user or SSH key whose tag is wrong, in words.
pub(crate) fn first_mismatch(
    tx: &mut dyn Tx,
    vault: &Vault,
    tampered: &[Tampered],
) -> Result<Option<String>, HubError> {
    let said = |what: String| Some(format!("{what} was changed outside keydesk"));
    if let Some(Tampered { key, .. }) = tampered.first() {
        return Ok(said(format!("the key {key}")));
    }
    if let Some(id) = wrong::<SecretRecord>(tx, vault, "credential")? {
        let of: Option<Tagged<CredentialRecord>> = tables::get(tx, "id", &id)?;
        return Ok(said(format!("a secret of the key {}", of.map_or(id, |row| row.record.key))));
    }
    if let Some(name) = wrong::<UserRecord>(tx, vault, "name")? {
        return Ok(said(format!("the user {name}")));
    }
    Ok(wrong::<SshKeyRecord>(tx, vault, "fingerprint")?.and_then(|key| said(format!("the SSH key {key}"))))
}

/// Where a column stands in a row: columns follow id and version.
fn place<T: Record>(column: &str) -> Option<usize> {
    T::COLUMNS.iter().position(|name| *name == column).map(|i| i + 2)
}

/// The text at a place of a row, or its id.
fn named(row: &[Cell<'_>], place: Option<usize>) -> String {
    match (place.and_then(|place| row.get(place)), row.first()) {
        (Some(Cell::Text(text)), _) | (_, Some(Cell::Text(text))) => (*text).to_owned(),
        _ => "without a name".to_owned(),
    }
}

/// The value of a column in the first row whose tag is wrong.
fn wrong<T: Record>(tx: &mut dyn Tx, vault: &Vault, column: &str) -> Result<Option<String>, HubError> {
    let place = place::<T>(column);
    let (mut room, mut found) = (TagInput::default(), None);
    tables::each_tagged::<T>(tx, &mut |row| {
        if found.is_none() && !row_tags::cells_intact::<T>(vault, row, &mut room) {
            found = Some(named(row, place));
        }
        Ok(())
    })?;
    Ok(found)
}
