//! Find by secret: whose is a secret that turned up where it should not be?

use crate::account::Right;
use crate::credential::{Kind, holds_api_secret};
use crate::secret::Secret;
use crate::store::{
    Cancel, StoreError,
    tables::{self, CredentialRecord, SecretRecord, Tagged},
};
use crate::vault::Stored;

use super::{
    Actor, CredentialRow, Hub, HubError, action, change::Subject, convert, create::secret_place, refusal::Intent,
};

/// Secrets read at a time: between two batches the search can be stopped and writers are let in.
const BATCH: i64 = 2_000;

impl Hub {
    /// Compares a secret with every one that is kept, old ones too. `progress` is told how many were compared.
    ///
    /// A generated API secret is recognised by its check characters and compared by SHA-256 or byte by byte; only a
    /// text that cannot be one is hashed with Argon2 against the Legacy passwords, which takes tens of milliseconds each.
    pub fn find_by_secret(
        &self,
        actor: &Actor,
        secret: &Secret,
        cancel: &Cancel,
        progress: &mut dyn FnMut(i64),
    ) -> Result<Option<CredentialRow>, HubError> {
        let intent = Intent::new(Right::ManageCredentials, "find by secret");
        let (mut after, mut compared) = (String::new(), 0);
        loop {
            let batch = self.look_until(actor, &intent, cancel, |tx| Ok(tables::secrets_after(tx, &after, BATCH)?))?;
            let Some(last) = batch.last() else { return Ok(None) };
            after.clone_from(&last.0.record.id);
            for (row, kind) in &batch {
                if cancel.is_cancelled() {
                    return Err(StoreError::Cancelled.into());
                }
                if self.is_it(&row.record, kind, secret)? {
                    return self.found(actor, &row.record.credential).map(Some);
                }
                compared += 1;
                if compared % 100 == 0 {
                    progress(compared);
                }
            }
        }
    }

    fn is_it(&self, row: &SecretRecord, kind: &str, secret: &Secret) -> Result<bool, HubError> {
        let generated = secret.expose_text().is_some_and(holds_api_secret);
        if generated && kind == Kind::Legacy.as_str() {
            return Ok(false);
        }
        // A value that does not open was moved or changed: it belongs to nobody, and the search goes on.
        let Ok(opened) = self.vault.open_sealed(&row.sealed, &secret_place(&row.credential, kind, row.no)) else {
            return Ok(false);
        };
        Ok(Stored::decode(&opened)?.matches(secret)?)
    }

    fn found(&self, actor: &Actor, id: &str) -> Result<CredentialRow, HubError> {
        self.change(actor, Intent::new(Right::ManageCredentials, "find by secret"), |change| {
            let row: Option<Tagged<CredentialRecord>> = tables::get(&mut *change.tx, "id", id)?;
            let row = row.ok_or_else(|| super::state::no_key(id))?;
            change.note(action::FOUND, Subject::row(id, &row.record.name))?;
            let last = super::details::newest(tables::usages(&mut *change.tx, id)?);
            convert::credential(&self.vault, row, last)
        })
    }
}
