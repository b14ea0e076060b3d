//! Sign-in by SSH key: who sshd let in is looked up anew, with all tags, for every session.

use crate::account::{UserName, UserState};
use crate::hub::audit::action;
use crate::hub::tx::entry::{Author, Subject};
use crate::hub::tx::write::Change;
use crate::hub::tx::{row_tags, table_sums};
use crate::hub::users::mapping::state_of;
use crate::hub::users::sign_in::welcome_queries;
use crate::hub::{Actor, Hub, HubError, KeyProof, KeyUsed, Origin, Session, Via};
use crate::store::tables::{self, SshKeyRecord, SshUseRow, Tagged, UserRecord};
use crate::time::Seconds;

use super::mapping::{fingerprint, is_over, networks};

/// Why a key opens nothing, with what is known about it for the trail.
struct Refused {
    why: String,
    user: Option<String>,
    key: Option<SshKeyRecord>,
}

impl Hub {
    /// Signs in by the SSH key that the forced command names. It must be the one that sshd saw used; its user and both
    /// rows' tags are checked here, because sshd was told without any key of the vault.
    pub fn sign_in_by_key(&self, no: i64, proof: &KeyProof, origin: &Origin) -> Result<Session, HubError> {
        let tags = [table_sums::SSH_KEYS, table_sums::USERS].map(|of| tables::tags_query(of.table));
        let queries = [tables::ssh_key_query(no)].into_iter().chain(tags).collect();
        let mut change = Change::begin_with(self, Author::nobody(origin), queries)?;
        let (key, user) = match self.key_and_user(&mut change, no, proof, origin)? {
            Ok(found) => found,
            Err(refused) => {
                drop(change);
                return Err(self.refuse_key(no, refused, origin));
            }
        };
        // A row that was removed or put back leaves a right tag behind.
        change.require_sum(table_sums::SSH_KEYS)?;
        change.require_sum(table_sums::USERS)?;
        // Who has a password gives it before a sensitive change.
        let confirmed_at = proof.connected_at.filter(|_| user.password_version == 0);
        let used = KeyUsed::new(no, &key.fingerprint, &key.label);
        let name = UserName::new(&user.name)?;
        let actor =
            Actor { user: name, via: Via::SshKey(used), origin: origin.clone(), epoch: user.epoch, confirmed_at };
        change.tx.prefetch(welcome_queries(&actor, &user))?;
        change.sign_as(&actor);
        let after = serde_json::json!({ "fingerprint": key.fingerprint, "label": key.label, "key_id": key.no });
        let session = self.welcome(&mut change, &actor, Some(after.to_string()))?;
        let address = origin.address.map(|address| address.to_string());
        tables::put_ssh_use(&mut *change.tx, &key.id, &SshUseRow { at: change.now.0, address })?;
        change.commit()?;
        Ok(Session { ends_at: key.expires_at.map(|end| Seconds(end).millis()), ..session })
    }

    /// The key and its user, or why this key opens nothing.
    fn key_and_user(
        &self,
        change: &mut Change<'_>,
        no: i64,
        proof: &KeyProof,
        origin: &Origin,
    ) -> Result<Result<(SshKeyRecord, UserRecord), Refused>, HubError> {
        let refused = |why: &str, key: Option<&SshKeyRecord>, user: Option<&UserRecord>| {
            let user = user.map(|user| user.name.clone());
            Ok(Err(Refused { why: why.to_owned(), user, key: key.cloned() }))
        };
        let Some(row) = row_tags::readable(tables::ssh_key(&mut *change.tx, no))? else {
            return refused("there is no such key", None, None);
        };
        let key = &row.record;
        if !row_tags::intact(&self.vault, &row) {
            return refused("the key was changed outside keydesk", Some(key), None);
        }
        let owner: Option<Tagged<UserRecord>> = row_tags::readable(tables::get(&mut *change.tx, "id", &key.person))?;
        let Some(owner) = owner else { return refused("its user is gone", Some(key), None) };
        let user = &owner.record;
        let why = match &proof.key {
            _ if !row_tags::intact(&self.vault, &owner) => "its user was changed outside keydesk",
            Err(why) => why.as_str(),
            Ok(used) if used.blob() != key.blob || fingerprint(used.blob()) != key.fingerprint => {
                "another key opened the connection"
            }
            Ok(_) if key.state != SshKeyRecord::ACTIVE => "the key was removed",
            Ok(_) if is_over(key, change.now) => "the key has expired",
            Ok(_) if !networks(&key.networks)?.admit(origin.address) => {
                "the address is outside the networks of the key"
            }
            Ok(_) if state_of(user)? == UserState::Disabled => "the user is disabled",
            Ok(_) => return Ok(Ok((key.clone(), user.clone()))),
        };
        refused(why, Some(key), Some(user))
    }

    /// Records a refusal; the error that says why.
    fn refuse_key(&self, no: i64, refused: Refused, origin: &Origin) -> HubError {
        let Refused { why, user, key } = refused;
        let author = user.as_deref().map_or_else(|| Author::nobody(origin), |name| Author::named(name, origin));
        let what = key.as_ref().map_or_else(|| format!("SSH key {no}"), |key| key.fingerprint.clone());
        let after = serde_json::json!({
            "asked": why,
            "key_id": no,
            "label": key.as_ref().map_or("", |key| key.label.as_str()),
        });
        let subject = Subject::named(what).changed(None, Some(after.to_string()));
        // The key opens nothing whether or not the trail can be written.
        let _ = self.write_refusal(author, action::SSH_KEY_REFUSED, subject, &why);
        HubError::KeyRefused(why)
    }
}
