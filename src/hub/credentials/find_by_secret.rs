//! Find by secret: whose is a secret that leaked?

use crate::account::Right;
use crate::credential::{Kind, State, holds_api_secret};
use crate::hub::audit::action;
use crate::hub::credentials::mapping::{self, newest};
use crate::hub::credentials::rows::live_secrets;
use crate::hub::error::no_key;
use crate::hub::tx::entry::Subject;
use crate::hub::tx::intent::Intent;
use crate::hub::tx::seal_places::secret_place;
use crate::hub::{Actor, Cancel, FoundSecret, Hub, HubError, WhichSecret};
use crate::secret::Secret;
use crate::store::tables::{self, CredentialRecord, SecretRecord, Tagged, TrailFilter};
use crate::store::{StoreError, Tx};
use crate::time::{Millis, Seconds, parse_when};
use crate::vault::Stored;

/// Rows of a credential's trail that are looked through for the end of a secret.
const TRAIL_ROWS: i64 = 500;
/// Secrets read in one batch: between two batches the search can be stopped and writers are let in.
const BATCH: i64 = 2_000;

impl Hub {
    /// Compares a secret with every one that is kept, old ones too. `progress` gets how many were compared.
    ///
    /// A generated API secret is recognised by its check characters and compared by SHA-256 or byte by byte; only a
    /// text that cannot be one is hashed with Argon2 against the Legacy passwords, which takes tens of milliseconds
    /// each.
    pub fn find_by_secret(
        &self,
        actor: &Actor,
        secret: &Secret,
        cancel: &Cancel,
        progress: &mut dyn FnMut(i64),
    ) -> Result<Option<FoundSecret>, HubError> {
        let intent = Intent::new(Right::ManageCredentials, "find by secret");
        let (mut after, mut compared) = (String::new(), 0);
        let mut harmless = None;
        loop {
            let batch =
                self.read_cancellable(actor, &intent, cancel, |tx| Ok(tables::secrets_after(tx, &after, BATCH)?))?;
            let Some(last) = batch.last() else { break };
            after.clone_from(&last.0.record.id);
            for (row, kind) in &batch {
                if cancel.is_cancelled() {
                    return Err(StoreError::Cancelled.into());
                }
                // People choose the same password twice: a match that stopped working does not rule out another that
                // works.
                match self.is_it(&row.record, kind, secret)? {
                    true if self.works(actor, &row.record)? => return self.found(actor, &row.record).map(Some),
                    true => harmless = harmless.or_else(|| Some(row.record.clone())),
                    false => {}
                }
                compared += 1;
                if compared % 100 == 0 {
                    progress(compared);
                }
            }
        }
        harmless.map(|record| self.found(actor, &record)).transpose()
    }

    fn is_it(&self, row: &SecretRecord, kind: &str, secret: &Secret) -> Result<bool, HubError> {
        let generated = secret.expose_text().is_some_and(holds_api_secret);
        if generated && kind.parse::<Kind>().is_ok_and(Kind::has_username) {
            return Ok(false);
        }
        // A value that does not open was moved or changed and matches nothing; the search goes on.
        let Ok(opened) = self.vault.open_sealed(&row.sealed, &secret_place(&row.credential, kind, row.no)) else {
            return Ok(false);
        };
        Ok(Stored::decode(&opened)?.matches(secret)?)
    }

    /// Whether a secret may still let somebody in: it has not ended, and its credential can come back or is active.
    fn works(&self, actor: &Actor, secret: &SecretRecord) -> Result<bool, HubError> {
        let now = self.now().seconds().0;
        self.read(actor, &Intent::new(Right::ManageCredentials, "find by secret"), |tx| {
            let row: Option<Tagged<CredentialRecord>> = tables::get(tx, "id", &secret.credential)?;
            Ok(row.is_some_and(|row| row.record.names(secret.no, now) && row.record.state != State::Revoked.as_str()))
        })
    }

    fn found(&self, actor: &Actor, secret: &SecretRecord) -> Result<FoundSecret, HubError> {
        self.write(actor, Intent::new(Right::ManageCredentials, "find by secret"), |change| {
            let id = secret.credential.as_str();
            let row: Option<Tagged<CredentialRecord>> = tables::get(&mut *change.tx, "id", id)?;
            let row = row.ok_or_else(|| no_key(id))?;
            // Read again: somebody may have rotated during the search.
            let secrets: Vec<Tagged<SecretRecord>> = tables::all_by(&mut *change.tx, "credential", id, "no")?;
            let until = end_of(&mut *change.tx, &row.record, secret.no, &secrets)?;
            let now = change.now;
            let whole = live_secrets(&self.vault, &row.record, secrets, now.seconds().0).is_some();
            change.note(action::FOUND, Subject::row(id, &row.record.name))?;
            let last = newest(tables::usages(&mut *change.tx, id)?);
            let mut row = mapping::credential(&self.vault, row, last)?;
            row.tampered |= !whole;
            Ok(FoundSecret { row, which: WhichSecret::of(until, now) })
        })
    }
}

/// When a secret stops, or stopped, working; `None` for the current one. The row of the credential says it of the
/// current secret and the one before; of older ones the trail does.
fn end_of(
    tx: &mut dyn Tx,
    of: &CredentialRecord,
    no: i64,
    secrets: &[Tagged<SecretRecord>],
) -> Result<Option<Seconds>, HubError> {
    if no >= of.secret_no {
        return Ok(None);
    }
    if of.older_no == Some(no) {
        return Ok(of.older_until.map(Seconds));
    }
    // It ended no later than the creation of the secret after the next one.
    let made =
        |no: i64| secrets.iter().find(|row| row.record.no == no).map(|row| Millis(row.record.created_at).seconds());
    let mut end = made(no + 2).unwrap_or_else(|| Millis(of.changed_at).seconds());
    let filters = [TrailFilter::Subject(&of.id), TrailFilter::Class(action::ROTATED.class)];
    for row in tables::trail_before(tx, &filters, i64::MAX, TRAIL_ROWS)? {
        let after = row.after.as_deref().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
        let after = after.unwrap_or_default();
        if row.action == action::ROTATED.code && after["secret"] == no + 1 {
            let until = after["old_until"].as_str().and_then(|text| parse_when(text, Seconds(0)).ok());
            end = end.min(until.unwrap_or(Millis(row.at).seconds()));
        }
        if row.action == action::OLD_SECRET_STOPPED.code && after["old_secret"] == no {
            end = end.min(Millis(row.at).seconds());
        }
    }
    Ok(Some(end))
}
