//! One credential: finding it by key or id, its details, and events in front of the screen (secret copied, connection
//! dropped).

use crate::account::{Right, allows};
use crate::credential::{Kind, fold};
use crate::hub::audit::action;
use crate::hub::credentials::mapping::{self, newest};
use crate::hub::credentials::rows::live_secrets;
use crate::hub::error::no_key;
use crate::hub::tx::entry::Subject;
use crate::hub::tx::intent::Intent;
use crate::hub::usage::{first_day, last_days};
use crate::hub::users::mapping::role_of;
use crate::hub::verifier::refused_requests;
use crate::hub::{
    Actor, Cancel, Conflict, CredentialId, CredentialInfo, CredentialRow, DisplayEvent, Hub, HubError, LiveSecret,
    USE_DAYS,
};
use crate::store::tables::{self, CredentialRecord, SecretRecord, Tagged, UsageRow};
use crate::time::{Millis, Seconds};

/// How many credentials of a kind that share a name are read; a sentence names no more of them.
const SHARED: i64 = 9;

impl Hub {
    /// A credential by its key or UUID; a conflict when the key exists in two kinds and none is named.
    pub fn find(&self, actor: &Actor, key: &str, kind: Option<Kind>) -> Result<CredentialRow, HubError> {
        self.read(actor, &Intent::new(Right::SeeCredentials, "show key"), |tx| {
            let mut found = Vec::new();
            for kind in Kind::ALL {
                found.extend(tables::credential_with_key(tx, kind.as_str(), key)?);
            }
            if let Ok(id) = key.parse::<uuid::Uuid>() {
                found.extend(tables::get::<CredentialRecord>(tx, "id", &id.to_string())?);
            }
            found.retain(|row| kind.is_none_or(|kind| row.record.kind == kind.as_str()));
            if found.len() > 1 {
                let kinds: Vec<_> = found.iter().map(|row| row.record.kind.as_str()).collect();
                return Err(Conflict::Ambiguous { key: key.to_owned(), kinds: kinds.join(" and ") }.into());
            }
            let row = found.pop().ok_or_else(|| no_key(key))?;
            let last = newest(tables::usages(tx, &row.record.id)?);
            mapping::credential(&self.vault, row, last)
        })
    }

    /// The credential with this name, in any case, or `None`: the only one that is not revoked, or else the only revoked one. A conflict
    /// names the keys of those that share it.
    pub fn find_by_name(
        &self,
        actor: &Actor,
        name: &str,
        kind: Option<Kind>,
    ) -> Result<Option<CredentialRow>, HubError> {
        self.read(actor, &Intent::new(Right::SeeCredentials, "show key"), |tx| {
            let kinds: Vec<_> = kind.map_or(Kind::ALL.to_vec(), |kind| vec![kind]);
            for listed in [true, false] {
                let mut found = Vec::new();
                for kind in &kinds {
                    found.extend(tables::credentials_named(tx, (kind.as_str(), listed), &fold(name.trim()), SHARED)?);
                }
                match found.len() {
                    0 => {}
                    1 => {
                        let Some(row) = found.pop() else { return Ok(None) };
                        let last = newest(tables::usages(tx, &row.record.id)?);
                        return mapping::credential(&self.vault, row, last).map(Some);
                    }
                    _ => return Err(shared_name(name, &found).into()),
                }
            }
            Ok(None)
        })
    }

    /// Everything about one credential except its secrets.
    pub fn details(&self, actor: &Actor, id: CredentialId) -> Result<CredentialInfo, HubError> {
        let today = self.now().seconds().day();
        let text = id.to_string();
        let queries = [
            tables::refusals_query(&text),
            tables::get_query::<CredentialRecord>("id", &text),
            tables::usages_query(&text),
            tables::all_by_query::<SecretRecord>("credential", &text, "no DESC"),
            tables::used_days_query(&text, first_day(today, USE_DAYS)),
        ];
        let intent = Intent::new(Right::SeeCredentials, "show key").on(id).prefetch(queries);
        self.read_as(actor, &intent, &Cancel::default(), |tx, user| {
            // Users who may not read the trail see no history.
            let reads = allows(role_of(&user)?, Right::ReadTrail);
            let refusals = if reads { refused_requests::of(tx, id)? } else { Vec::new() };
            let id = id.to_string();
            let row: Tagged<CredentialRecord> = tables::get(tx, "id", &id)?.ok_or_else(|| no_key(&id))?;
            let usages = tables::usages(tx, &id)?;
            let secrets: Vec<Tagged<SecretRecord>> = tables::all_by(tx, "credential", &id, "no DESC")?;
            let now = self.now().seconds().0;
            // A missing or tampered secret stops the credential like a tampered row.
            let live = live_secrets(&self.vault, &row.record, secrets, now);
            let whole = live.is_some();
            let told = |secret| live_secret(secret, &row.record, now, &usages);
            let secrets = live.unwrap_or_default().into_iter().rev().map(told).collect();
            let mut row = mapping::credential(&self.vault, row, newest(usages))?;
            row.tampered |= !whole;
            let days = last_days(tx, &id, today, USE_DAYS)?;
            Ok(CredentialInfo { row, secrets, refusals, days })
        })
    }

    /// Records an event in front of the screen. The credential does not change.
    pub fn record_display_event(&self, actor: &Actor, id: CredentialId, what: DisplayEvent) -> Result<(), HubError> {
        let done = match what {
            DisplayEvent::Copied => action::COPIED,
            DisplayEvent::Dropped => action::DROPPED,
        };
        // Only users who may create and rotate ever have a secret on their screen.
        self.write(actor, Intent::new(Right::ManageCredentials, "show secret").on(id), |change| {
            let id = id.to_string();
            let row: Tagged<CredentialRecord> = tables::get(&mut *change.tx, "id", &id)?.ok_or_else(|| no_key(&id))?;
            change.note(done, Subject::row(&id, &row.record.name)).map(|_| ())
        })
    }
}

fn live_secret(secret: SecretRecord, of: &CredentialRecord, now: i64, usages: &[UsageRow]) -> LiveSecret {
    let last = usages.iter().find(|row| row.secret_no == secret.no).cloned();
    let overlap = of.overlap(now).filter(|(no, _)| *no == secret.no);
    LiveSecret {
        version: secret.no,
        valid_until: overlap.map(|(_, until)| Seconds(until)),
        created_at: Millis(secret.created_at),
        created_by: secret.created_by,
        last_used: last.and_then(mapping::last_use),
    }
}

fn shared_name(name: &str, found: &[Tagged<CredentialRecord>]) -> Conflict {
    let keys: Vec<_> = found.iter().take(SHARED as usize).map(|row| row.record.key.clone()).collect();
    Conflict::SharedName { name: crate::text::safe(name).into_owned(), keys: keys.join(", ") }
}
