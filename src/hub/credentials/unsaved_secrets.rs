//! Unsaved secrets: those that left the screen before anybody saved them, and whether that still matters.

use crate::account::Right;
use crate::credential::State;
use crate::hub::audit::action;
use crate::hub::credentials::mapping::{self, newest};
use crate::hub::tx::intent::Intent;
use crate::hub::tx::write::Change;
use crate::hub::{Actor, Hub, HubError, LossCause, UnsavedCredential, UnsavedSecret};
use crate::store::Tx;
use crate::store::tables::{self, CredentialRecord, Tagged};

impl Hub {
    /// Those of the secrets that were not replaced since and whose credential is not revoked.
    pub fn still_unsaved(&self, actor: &Actor, lost: &[UnsavedSecret]) -> Result<Vec<UnsavedCredential>, HubError> {
        self.read(actor, &Intent::new(Right::ManageCredentials, "look"), |tx| {
            let still = lost.iter().map(|one| self.lost_row(tx, one));
            still.filter_map(Result::transpose).collect()
        })
    }

    fn lost_row(&self, tx: &mut dyn Tx, lost: &UnsavedSecret) -> Result<Option<UnsavedCredential>, HubError> {
        let id = lost.id.to_string();
        let found: Option<Tagged<CredentialRecord>> = tables::get(tx, "id", &id)?;
        let Some(row) = found.filter(|row| row.record.state != State::Revoked.as_str()) else { return Ok(None) };
        if row.record.secret_no != lost.version {
            return Ok(None);
        }
        let last_used = newest(tables::usages(tx, &id)?);
        Ok(Some(UnsavedCredential { row: mapping::credential(&self.vault, row, last_used)?, how: lost.how }))
    }
}

impl Change<'_> {
    /// The secrets that were on a user's screen when their connection dropped, at any of the last sign-ins, without those
    /// that were replaced since then, or copied before.
    pub(crate) fn dropped(&mut self, who: &str) -> Result<Vec<UnsavedSecret>, HubError> {
        let renewed = [action::ROTATED.code, action::LEGACY_PASSWORD.code];
        let made = [action::CREATED.code, action::ROTATED.code, action::LEGACY_PASSWORD.code];
        let mut lost = Vec::new();
        for (id, no) in tables::dropped_lines(&mut *self.tx, who, action::DROPPED.code)? {
            let copied = tables::last_done(&mut *self.tx, &id, no, &[action::COPIED.code])?;
            let saved = copied > tables::last_done(&mut *self.tx, &id, no, &made)?;
            if !saved && !tables::done_since(&mut *self.tx, &id, no, renewed)? {
                let version = current(&mut *self.tx, &id)?;
                lost.push(UnsavedSecret { id: mapping::id(&id)?, version, how: LossCause::LineDropped });
            }
        }
        Ok(lost)
    }
}

/// The number of a credential's current secret; 0 if there is no such credential.
fn current(tx: &mut dyn Tx, id: &str) -> Result<i64, HubError> {
    let found: Option<Tagged<CredentialRecord>> = tables::get(tx, "id", id)?;
    Ok(found.map_or(0, |row| row.record.secret_no))
}
