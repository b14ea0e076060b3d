//! Tombstones: revokes a key whose row cannot be trusted or is missing. The trail says which key it was; a row that
//! says "revoked" takes its place, and every verifier follows it.

use crate::account::Right;
use crate::credential::{BodyDigest, Kind, Name, Options, State, Verb};
use crate::hub::audit::action;
use crate::hub::credentials::mapping;
use crate::hub::error::no_key;
use crate::hub::tx::entry::Subject;
use crate::hub::tx::intent::Intent;
use crate::hub::tx::row_tags;
use crate::hub::tx::write::Change;
use crate::hub::{Actor, ChangeOutcome, Conflict, CredentialId, CredentialTarget, Hub, HubError};
use crate::store::tables::{self, CredentialRecord, TrailFilter, TrailRecord};
use crate::vault::uuid;

/// Trail rows that are read at a time to find the creation of a key.
const RUN: i64 = 500;

/// What the trail says about the creation of a key.
pub(crate) struct CreationRecord {
    id: String,
    kind: String,
    key: String,
    name: String,
    at: i64,
    by: String,
}

impl Hub {
    /// Revokes a key by its name in the trail, whatever became of its row. For a key that [`Hub::find`] does not find,
    /// or whose row was changed outside keydesk. One whose row is whole after all, because it only could not be reached
    /// before, is revoked like any other.
    pub fn revoke_lost(&self, actor: &Actor, key: &str, kind: Option<Kind>) -> Result<ChangeOutcome, HubError> {
        let intent = Intent::new(Right::ManageCredentials, Verb::Revoke.word()).restricting();
        self.write(actor, intent, |change| {
            // A manipulated index could hide the row.
            change.tx.rebuild_indexes()?;
            let made = change.made(key, kind)?.ok_or_else(|| no_key(key))?;
            if let Some(target) = self.whole(change, &made)? {
                let found = change.find_credential(target.id)?;
                return self.set_one(change, actor, (target, found), Verb::Revoke);
            }
            let record = change.put_tombstone(actor, &made)?;
            let told = serde_json::json!({ "kind": made.kind, "key": made.key, "name": made.name, "state": "revoked",
                "row": "was changed or removed outside keydesk" });
            let subject = Subject::row(&made.id, &made.name).changed(None, Some(told.to_string()));
            change.note(action::REVOKED, subject)?;
            Ok(ChangeOutcome::Done(self.used_row(&mut *change.tx, record)?))
        })
    }
}

impl Hub {
    /// The row of a key, if it is as keydesk left it.
    fn whole(&self, change: &mut Change<'_>, made: &CreationRecord) -> Result<Option<CredentialTarget>, HubError> {
        let Ok(id) = made.id.parse().map(CredentialId) else { return Ok(None) };
        match self.intact_credential(&mut *change.tx, id) {
            Ok(row) => Ok((row.key == made.key).then_some(CredentialTarget { id, version: row.version })),
            // Out of reach is not lost.
            Err(why @ HubError::Unavailable(_)) => Err(why),
            Err(_) => Ok(None),
        }
    }
}

impl Change<'_> {
    /// The newest creation of a key, by the trail: a Legacy username may have been used before.
    fn made(&mut self, key: &str, kind: Option<Kind>) -> Result<Option<CreationRecord>, HubError> {
        let filters = [TrailFilter::About(action::CREATED.about), TrailFilter::Class(action::CREATED.class)];
        let mut before = i64::MAX;
        loop {
            let rows = tables::trail_before(&mut *self.tx, &filters, before, RUN)?;
            let Some(last) = rows.last() else { return Ok(None) };
            before = last.no;
            let is_it = |made: &CreationRecord| {
                (made.key == key || made.id == key) && kind.is_none_or(|kind| kind.as_str() == made.kind)
            };
            if let Some(made) = rows.iter().filter_map(made_by).find(is_it) {
                return Ok(Some(made));
            }
        }
    }

    /// The creation of the credential with this id.
    pub(crate) fn made_as(&mut self, id: &str) -> Result<Option<CreationRecord>, HubError> {
        let filters = [TrailFilter::Subject(id), TrailFilter::Class(action::CREATED.class)];
        let rows = tables::trail_before(&mut *self.tx, &filters, i64::MAX, RUN)?;
        Ok(rows.iter().rev().find_map(made_by))
    }

    /// Revokes a row that the trail knows nothing of.
    pub(crate) fn revoke_as_it_is(
        &mut self,
        actor: &Actor,
        before: &CredentialRecord,
    ) -> Result<CredentialRecord, HubError> {
        let first = CredentialRecord { version: 0, ..before.clone() };
        let record = CredentialRecord {
            state: State::Revoked.as_str().to_owned(),
            listed: false,
            ..self.touched(&first, actor, Verb::Revoke.past())
        };
        self.replace(&record, before.version)?;
        tables::count_anew(&mut *self.tx)?;
        tables::stop_waiting(&mut *self.tx, &record.id)?;
        Ok(record)
    }

    /// Replaces whatever has this id, or this kind and key, by a revoked row.
    pub(crate) fn put_tombstone(&mut self, actor: &Actor, made: &CreationRecord) -> Result<CredentialRecord, HubError> {
        let there = tables::version_of::<CredentialRecord>(&mut *self.tx, "id", &made.id)?;
        self.put_planted_aside(made)?;
        let mut record = CredentialRecord {
            id: made.id.clone(),
            version: 1,
            kind: made.kind.clone(),
            key: made.key.clone(),
            name: String::new(),
            name_fold: String::new(),
            state: State::Revoked.as_str().to_owned(),
            listed: false,
            not_before: None,
            expires_at: None,
            networks: String::new(),
            note: String::new(),
            algorithms: String::new(),
            body_digest: BodyDigest::default().as_str().to_owned(),
            created_at: made.at,
            created_by: made.by.clone(),
            changed_at: self.now.0,
            changed_by: actor.user.to_string(),
            changed_how: Verb::Revoke.past().to_owned(),
            change: self.number(),
            secret_no: 0,
            older_no: None,
            older_until: None,
            owner: String::new(),
            owner_fold: String::new(),
            tags: String::new(),
        };
        let name = Name::new(&made.name).or_else(|_| Name::new(&made.key))?;
        mapping::put_options(&mut record, &name, &Options::default());
        match there {
            Some(was) => self.replace(&record, was)?,
            None => self.insert(&record)?,
        }
        // The counters may be wrong as well.
        tables::count_anew(&mut *self.tx)?;
        tables::stop_waiting(&mut *self.tx, &made.id)?;
        Ok(record)
    }

    /// Moves another row that claims the same kind and key aside; one with a correct tag keeps its name, because it is
    /// a key of its own.
    fn put_planted_aside(&mut self, made: &CreationRecord) -> Result<(), HubError> {
        let found = tables::credential_with_key(&mut *self.tx, &made.kind, &made.key).ok().flatten();
        if found.is_some_and(|row| row.record.id != made.id && row_tags::intact(self.vault(), &row)) {
            return Err(Conflict::Taken { what: format!("The key {}", made.key) }.into());
        }
        let aside = format!("not trusted {}", uuid(self.now)?);
        Ok(tables::put_key_aside(&mut *self.tx, (&made.kind, &made.key), &made.id, &aside)?)
    }
}

fn made_by(row: &TrailRecord) -> Option<CreationRecord> {
    if row.action != action::CREATED.code {
        return None;
    }
    let after: serde_json::Value = serde_json::from_str(row.after.as_deref()?).ok()?;
    let text = |name: &str| after[name].as_str().map(str::to_owned);
    let id: CredentialId = row.subject.as_deref()?.parse().ok().map(CredentialId)?;
    let (kind, key) = (text("kind")?, text("key")?);
    Some(CreationRecord {
        id: id.to_string(),
        name: text("name").unwrap_or_else(|| key.clone()),
        kind,
        key,
        at: row.at,
        by: row.who.clone().unwrap_or_default(),
    })
}
