//! Reads and writes of one credential's row and of its secrets, as the use cases share them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::credential::State;
use crate::hub::audit::action::Action;
use crate::hub::credentials::mapping::{self, newest};
use crate::hub::error::{no_key, tampered_credential};
use crate::hub::tx::entry::Subject;
use crate::hub::tx::row_tags;
use crate::hub::tx::seal_places::secret_place;
use crate::hub::tx::write::Change;
use crate::hub::{Actor, Conflict, CredentialId, CredentialRow, CredentialTarget, Hub, HubError};
use crate::store::tables::{self, CredentialRecord, SecretRecord, Tagged, UsageRow};
use crate::store::{Query, Tx};
use crate::vault::{Stored, Vault, uuid};

impl Hub {
    /// A credential that exists and whose tag is right.
    pub(in crate::hub) fn intact_credential(
        &self,
        tx: &mut dyn Tx,
        id: CredentialId,
    ) -> Result<CredentialRecord, HubError> {
        intact(&self.vault, id, tables::get(tx, "id", &id.to_string())?)
    }

    /// The row for users, right after it was written.
    pub(in crate::hub) fn row(
        &self,
        record: CredentialRecord,
        last_used: Option<UsageRow>,
    ) -> Result<CredentialRow, HubError> {
        let tag = row_tags::tag(&self.vault, &record)?;
        mapping::credential(&self.vault, Tagged { record, tag }, last_used)
    }

    /// The same, with the last use of any of its secrets.
    pub(in crate::hub) fn used_row(
        &self,
        tx: &mut dyn Tx,
        record: CredentialRecord,
    ) -> Result<CredentialRow, HubError> {
        let last_used = newest(tables::usages(tx, &record.id)?);
        self.row(record, last_used)
    }
}

/// A credential as a change of several finds it.
pub(crate) struct FoundCredential {
    /// Its row, if there is one.
    pub(crate) row: Option<Tagged<CredentialRecord>>,
    /// The last use of any of its secrets.
    pub(crate) last_used: Option<UsageRow>,
}

impl FoundCredential {
    /// What [`Change::find_credential`] asks.
    pub(crate) fn queries(targets: &[CredentialTarget]) -> Vec<Query> {
        let of = |target: &CredentialTarget| {
            let id = target.id.to_string();
            [tables::get_query::<CredentialRecord>("id", &id), tables::usages_query(&id)]
        };
        targets.iter().flat_map(of).collect()
    }
}

/// A credential that exists and whose tag is right.
fn intact(
    vault: &Vault,
    id: CredentialId,
    found: Option<Tagged<CredentialRecord>>,
) -> Result<CredentialRecord, HubError> {
    let row = found.ok_or_else(|| no_key(&id.to_string()))?;
    match row_tags::intact(vault, &row) {
        true => Ok(row.record),
        false => Err(tampered_credential(&row.record)),
    }
}

impl Change<'_> {
    /// Reads credentials before anything is written, each once: one that is named again is read again when its turn comes.
    pub(crate) fn find_credentials(
        &mut self,
        targets: &[CredentialTarget],
    ) -> Result<HashMap<CredentialId, FoundCredential>, HubError> {
        let mut found = HashMap::with_capacity(targets.len());
        for target in targets {
            if let Entry::Vacant(place) = found.entry(target.id) {
                place.insert(self.find_credential(target.id)?);
            }
        }
        Ok(found)
    }

    pub(crate) fn find_credential(&mut self, id: CredentialId) -> Result<FoundCredential, HubError> {
        let id = id.to_string();
        let row: Option<Tagged<CredentialRecord>> = tables::get(&mut *self.tx, "id", &id)?;
        let last_used = newest(tables::usages(&mut *self.tx, &id)?);
        if let Some(row) = &row {
            self.keep_tag(row);
        }
        Ok(FoundCredential { row, last_used })
    }

    /// The record of a credential that was found and whose tag is right.
    pub(crate) fn intact(
        &self,
        id: CredentialId,
        found: Option<Tagged<CredentialRecord>>,
    ) -> Result<CredentialRecord, HubError> {
        intact(self.vault(), id, found)
    }

    /// The same, and it is not revoked.
    pub(crate) fn live_credential(&mut self, target: CredentialTarget) -> Result<CredentialRecord, HubError> {
        let record = self.credential(target)?;
        match record.state == State::Revoked.as_str() {
            true => Err(Conflict::Revoked { what: record.name }.into()),
            false => Ok(record),
        }
    }

    /// The credential in the version of the target; a conflict when the row has another version.
    pub(crate) fn credential(&mut self, target: CredentialTarget) -> Result<CredentialRecord, HubError> {
        let found: Option<Tagged<CredentialRecord>> = tables::get(&mut *self.tx, "id", &target.id.to_string())?;
        let row = found.ok_or_else(|| no_key(&target.id.to_string()))?;
        self.keep_tag(&row);
        match row.record {
            ref record if !row_tags::intact(self.vault(), &row) => Err(tampered_credential(record)),
            ref record if record.version != target.version => Err(changed_since(record).into()),
            record => Ok(record),
        }
    }

    /// The next version of a record, changed by this actor now.
    pub(crate) fn touched(&mut self, before: &CredentialRecord, actor: &Actor, how: &str) -> CredentialRecord {
        CredentialRecord {
            version: before.version + 1,
            changed_at: self.now.0,
            changed_by: actor.user.to_string(),
            changed_how: how.to_owned(),
            change: self.number(),
            ..before.clone()
        }
    }

    /// A trail row about a credential, with it before and after.
    pub(crate) fn note_credential(
        &mut self,
        action: Action,
        before: &CredentialRecord,
        after: &CredentialRecord,
    ) -> Result<(), HubError> {
        let subject = Subject::row(&after.id, &after.name);
        let subject = subject.changed(Some(mapping::json(before)), Some(mapping::json(after)));
        self.note(action, subject).map(|_| ())
    }

    pub(crate) fn add_secret(&mut self, record: &CredentialRecord, no: i64, stored: &Stored) -> Result<(), HubError> {
        let secret = self.secret_row(record, no, stored)?;
        self.insert(&secret)
    }

    /// The row of a new secret, which is not in the table yet.
    pub(crate) fn secret_row(
        &self,
        record: &CredentialRecord,
        no: i64,
        stored: &Stored,
    ) -> Result<SecretRecord, HubError> {
        let place = secret_place(&record.id, &record.kind, no);
        Ok(SecretRecord {
            id: uuid(self.now)?.to_string(),
            version: 1,
            credential: record.id.clone(),
            no,
            sealed: self.vault().seal(stored.encode().expose(), &place)?,
            created_at: self.now.0,
            created_by: record.changed_by.clone(),
        })
    }

    /// The secrets that work at second `now`, the current one and perhaps the one before. All that the credential names
    /// must be there and as they were written.
    pub(crate) fn live_secrets(&mut self, record: &CredentialRecord, now: i64) -> Result<Vec<SecretRecord>, HubError> {
        let secrets: Vec<Tagged<SecretRecord>> = tables::all_by(&mut *self.tx, "credential", &record.id, "no")?;
        let vault = self.vault();
        live_secrets(vault, record, secrets, now).ok_or_else(|| tampered_credential(record))
    }
}

/// Of all secrets of a credential those that work at second `now`, by number; `None` if one that it names is missing,
/// or has a wrong tag.
pub(crate) fn live_secrets(
    vault: &Vault,
    record: &CredentialRecord,
    secrets: Vec<Tagged<SecretRecord>>,
    now: i64,
) -> Option<Vec<SecretRecord>> {
    let mut live: Vec<_> = secrets.into_iter().filter(|row| record.names(row.record.no, now)).collect();
    live.sort_by_key(|row| row.record.no);
    let named = usize::from(record.secret_no != 0) + usize::from(record.overlap(now).is_some());
    let whole = live.len() == named && live.iter().all(|row| row_tags::intact(vault, row));
    whole.then(|| live.into_iter().map(|row| row.record).collect())
}

/// Who was faster, and what they did.
pub(crate) fn changed_since(record: &CredentialRecord) -> Conflict {
    Conflict::Changed { who: record.changed_by.clone(), did: record.changed_how.clone(), what: record.name.clone() }
}
