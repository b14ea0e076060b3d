//! Repair of SSH keys when a store is accepted: a key that is not as the activity log left it opens nothing from then
//! on. Its user adds it again; nobody has to trust a row that somebody changed.

use crate::account::PublicKey;
use crate::hub::HubError;
use crate::hub::audit::action;
use crate::hub::audit::trail_state::{LastKnown, TrailState};
use crate::hub::tx::row_tags;
use crate::hub::tx::write::Change;
use crate::store::tables::{self, SshKeyRecord};

use super::mapping::{fingerprint, json, subject};

impl Change<'_> {
    /// Puts removed those keys that are older copies, changed or missing; deletes rows that the log never told of.
    /// Returns how many. The sums are computed anew afterwards.
    pub(in crate::hub) fn put_ssh_keys_right(&mut self, vouched: &TrailState) -> Result<u64, HubError> {
        let (mut done, mut as_left) = (0, Vec::new());
        for row in tables::ssh_keys(&mut *self.tx, None, true)? {
            let told = vouched.ssh_keys.get(&row.record.id);
            let same = told.map_or(!vouched.whole, |told| {
                told.at == row.record.changed_at && told.revoked == (row.record.state == SshKeyRecord::REMOVED)
            });
            if same && row_tags::intact(self.vault(), &row) {
                as_left.push(row.record.id);
                continue;
            }
            tables::forget_ssh_key(&mut *self.tx, &row.record.id)?;
            done += u64::from(told.is_none());
        }
        for (id, told) in vouched.ssh_keys.iter().filter(|(id, _)| !as_left.contains(id)) {
            self.put_removed(id, told)?;
            done += 1;
        }
        Ok(done)
    }

    /// Writes a key's row anew from the activity log, as one that was removed.
    fn put_removed(&mut self, id: &str, told: &LastKnown) -> Result<(), HubError> {
        let row = told.row();
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let owner = text("user");
        let users = tables::users(&mut *self.tx)?;
        let person = users.into_iter().find(|user| user.record.name == owner).map(|user| user.record.id);
        let key = PublicKey::parse(&text("public_key")).ok();
        let blob = key.as_ref().map(|key| key.blob().to_vec()).unwrap_or_default();
        let no = match row["key_id"].as_i64() {
            Some(no) if tables::ssh_key(&mut *self.tx, no)?.is_none() => no,
            _ => tables::next_ssh_key(&mut *self.tx)?,
        };
        let mut record = SshKeyRecord {
            id: id.to_owned(),
            version: 1,
            no,
            person: person.unwrap_or_default(),
            algorithm: key.map_or("", |key| key.algorithm()).to_owned(),
            fingerprint: fingerprint(&blob),
            blob,
            label: text("label"),
            networks: text("networks"),
            expires_at: None,
            state: SshKeyRecord::REMOVED.to_owned(),
            created_at: told.made.0,
            created_by: told.made.1.clone(),
            changed_at: told.at,
            changed_by: told.made.1.clone(),
            change: self.number(),
        };
        if !told.revoked {
            record.changed_at = self.now.0;
            let what = subject(&record, &owner).changed(Some(row.to_string()), Some(json(&record, &owner)));
            self.note(action::SSH_KEY_REMOVED, what)?;
        }
        self.insert(&record)
    }
}
