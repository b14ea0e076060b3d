//! SSH keys of users: adding, listing, removing, and the sessions that they open.

mod lookup;
mod mapping;
mod repair;
mod session;
mod types;

use crate::account::Right;
use crate::credential::OptionsError;
use crate::hub::audit::action;
use crate::hub::tx::intent::Intent;
use crate::hub::tx::write::Change;
use crate::hub::tx::{row_tags, table_sums};
use crate::hub::users::no_user;
use crate::hub::{Actor, Conflict, Hub, HubError, InputField};
use crate::store::tables::{self, SshKeyRecord, Tagged, UserRecord};
use crate::vault::uuid;

pub use lookup::authorized_key;
pub(crate) use mapping::opens;
pub use types::{AuthorizedKey, KeyProof, NewSshKey, SshKeyRow, SshKeyState};

use mapping::{fingerprint, json, subject};

impl Hub {
    /// The SSH keys of a user, or of all users; removed ones too if `all`. Every user may see their own.
    pub fn ssh_keys(&self, actor: &Actor, user: Option<&str>, all: bool) -> Result<Vec<SshKeyRow>, HubError> {
        let right = if user == Some(actor.user.as_str()) { Right::OwnAccount } else { Right::SeeUsers };
        self.read(actor, &Intent::new(right, "see SSH keys"), |tx| {
            let users = tables::users(tx)?;
            let named = |name: &str| users.iter().find(|row| row.record.name == name);
            let person = user.map(|name| named(name).map(|row| row.record.id.clone()).ok_or_else(|| no_user(name)));
            let rows = tables::ssh_keys(tx, person.transpose()?.as_deref(), all)?;
            rows.iter()
                .map(|row| {
                    let owner = users.iter().find(|user| user.record.id == row.record.person);
                    let owner = owner.map_or("", |user| user.record.name.as_str());
                    self.ssh_key_row(tx, row, owner)
                })
                .collect()
        })
    }

    /// Adds an SSH key to a user: everybody to themselves, Administrators to others. No session ends.
    pub fn add_ssh_key(&self, actor: &Actor, user: &str, new: &NewSshKey) -> Result<SshKeyRow, HubError> {
        self.write(actor, managing(actor, user, "add SSH key"), |change| {
            let user = change.known_user(user)?;
            let row = change.add_ssh_key(&user, new, actor)?;
            self.ssh_key_row(&mut *change.tx, &row, &user.name)
        })
    }

    /// Removes an SSH key, by its fingerprint; the sessions that it opened end. One that was removed already is success
    /// without a trail row.
    pub fn remove_ssh_key(&self, actor: &Actor, fingerprint: &str) -> Result<SshKeyRow, HubError> {
        let owner = self.owner_of(actor, fingerprint)?;
        let intent = managing(actor, &owner, "remove SSH key").restricting();
        self.write(actor, intent, |change| {
            let rows = tables::ssh_keys_called(&mut *change.tx, fingerprint)?;
            let active = rows.iter().find(|row| row.record.state == SshKeyRecord::ACTIVE);
            let Some(row) = active else {
                let row = rows.first().ok_or_else(|| no_ssh_key(fingerprint))?;
                return self.ssh_key_row(&mut *change.tx, row, &owner);
            };
            if !row_tags::intact(change.vault(), row) {
                return Err(tampered(&row.record));
            }
            let row = change.remove_ssh_key(row.record.clone(), &owner, actor.user.as_str())?;
            self.ssh_key_row(&mut *change.tx, &row, &owner)
        })
    }

    /// Name of the user whose key has this fingerprint.
    fn owner_of(&self, actor: &Actor, fingerprint: &str) -> Result<String, HubError> {
        self.read(actor, &Intent::new(Right::OwnAccount, "remove SSH key"), |tx| {
            let rows = tables::ssh_keys_called(tx, fingerprint)?;
            let active = rows.iter().find(|row| row.record.state == SshKeyRecord::ACTIVE);
            let row = active.or(rows.first()).ok_or_else(|| no_ssh_key(fingerprint))?;
            let users = tables::users(tx)?;
            let owner = users.into_iter().find(|user| user.record.id == row.record.person);
            Ok(owner.map(|user| user.record.name).unwrap_or_default())
        })
    }
}

impl Change<'_> {
    /// Adds a key to a user, in a change that was authorized.
    pub(super) fn add_ssh_key(
        &mut self,
        user: &UserRecord,
        new: &NewSshKey,
        actor: &Actor,
    ) -> Result<Tagged<SshKeyRecord>, HubError> {
        self.require_sum(table_sums::SSH_KEYS)?;
        let (label, now) = (new.wanted_label()?, self.now);
        if new.expires_at.is_some_and(|end| end <= now.seconds()) {
            return Err(OptionsError::Past.into());
        }
        let fingerprint = fingerprint(new.key.blob());
        let known = tables::ssh_keys_called(&mut *self.tx, &fingerprint)?;
        if let Some(row) = known.into_iter().find(|row| row.record.state == SshKeyRecord::ACTIVE) {
            return Err(taken(row.record.person == user.id));
        }
        let by = actor.user.to_string();
        let record = SshKeyRecord {
            id: uuid(now)?.to_string(),
            version: 1,
            no: tables::next_ssh_key(&mut *self.tx)?,
            person: user.id.clone(),
            algorithm: new.key.algorithm().to_owned(),
            blob: new.key.blob().to_vec(),
            fingerprint,
            label,
            networks: new.networks.to_string(),
            expires_at: new.expires_at.map(|end| end.0),
            state: SshKeyRecord::ACTIVE.to_owned(),
            created_at: now.0,
            created_by: by.clone(),
            changed_at: now.0,
            changed_by: by,
            change: self.number(),
        };
        self.insert(&record)?;
        self.note(action::SSH_KEY_ADDED, subject(&record, &user.name).changed(None, Some(json(&record, &user.name))))?;
        let tag = row_tags::tag(self.vault(), &record)?;
        Ok(Tagged { record, tag })
    }

    /// Removes a key whose tag is right.
    pub(in crate::hub) fn remove_ssh_key(
        &mut self,
        before: SshKeyRecord,
        owner: &str,
        by: &str,
    ) -> Result<Tagged<SshKeyRecord>, HubError> {
        let told = Some(json(&before, owner));
        let record = SshKeyRecord {
            version: before.version + 1,
            state: SshKeyRecord::REMOVED.to_owned(),
            changed_at: self.now.0,
            changed_by: by.to_owned(),
            change: self.number(),
            ..before
        };
        self.update(&record)?;
        self.note(action::SSH_KEY_REMOVED, subject(&record, owner).changed(told, Some(json(&record, owner))))?;
        let tag = row_tags::tag(self.vault(), &record)?;
        Ok(Tagged { record, tag })
    }
}

fn managing(actor: &Actor, user: &str, asked: &'static str) -> Intent {
    let right = if user == actor.user.as_str() { Right::OwnAccount } else { Right::ManageUsers };
    Intent::new(right, asked).about(user).sensitive()
}

/// The error for a key that opens the desk already. Whose it is, a list says to those who may know.
fn taken(own: bool) -> HubError {
    let whose = if own { "this user has it already" } else { "another user has it" };
    Conflict::SshKeyTaken { whose }.into()
}

fn no_ssh_key(fingerprint: &str) -> HubError {
    let shown = crate::text::safe(fingerprint).chars().take(60).collect::<String>();
    HubError::NotFound(format!(
        "There is no SSH key with the fingerprint {shown}. Look at `keydesk ssh-key list --as NAME`; `ssh-keygen -lf FILE` prints \
         the fingerprint of a key."
    ))
}

fn tampered(record: &SshKeyRecord) -> HubError {
    HubError::Tampered {
        what: format!("The SSH key {}", record.fingerprint),
        remedy: "run `keydesk audit accept --as NAME` on this machine, which removes it".to_owned(),
    }
}

impl From<crate::account::PublicKeyError> for HubError {
    fn from(why: crate::account::PublicKeyError) -> Self {
        Self::invalid(InputField::SshKey, why)
    }
}
