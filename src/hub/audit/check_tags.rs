//! Checks the tag of every row that decides something.

use crate::hub::HubError;
use crate::hub::tx::row_tags;
use crate::store::tables::{self, CredentialRecord, Record, SecretRecord, Tagged, UserRecord};
use crate::store::{Cell, Tx};
use crate::vault::{TagInput, Vault};

/// The first key, secret or user whose tag is wrong, in words.
pub(crate) fn first_mismatch(tx: &mut dyn Tx, vault: &Vault) -> Result<Option<String>, HubError> {
    let said = |what: String| Some(format!("{what} was changed outside keydesk"));
    if let Some(key) = wrong::<CredentialRecord>(tx, vault, "key")? {
        return Ok(said(format!("the key {key}")));
    }
    if let Some(id) = wrong::<SecretRecord>(tx, vault, "credential")? {
        let of: Option<Tagged<CredentialRecord>> = tables::get(tx, "id", &id)?;
        return Ok(said(format!("a secret of the key {}", of.map_or(id, |row| row.record.key))));
    }
    Ok(wrong::<UserRecord>(tx, vault, "name")?.and_then(|name| said(format!("the user {name}"))))
}

/// The value of a column in the first row whose tag is wrong.
fn wrong<T: Record>(tx: &mut dyn Tx, vault: &Vault, column: &str) -> Result<Option<String>, HubError> {
    // Columns follow id and version.
    let place = T::COLUMNS.iter().position(|name| *name == column).map(|i| i + 2);
    let (mut room, mut found) = (TagInput::default(), None);
    tables::each_tagged::<T>(tx, &mut |row| {
        if found.is_none() && !row_tags::cells_intact::<T>(vault, row, &mut room) {
            found = Some(match (place.and_then(|place| row.get(place)), row.first()) {
                (Some(Cell::Text(text)), _) | (_, Some(Cell::Text(text))) => (*text).to_owned(),
                _ => "without a name".to_owned(),
            });
        }
        Ok(())
    })?;
    Ok(found)
}
