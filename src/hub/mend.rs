//! What an Administrator who accepts the store as it is puts right first: rows that are older copies become what the
//! activity log says they are, as far as it is whole. Accepting a store must not bring back what was revoked, or a secret
//! that was rotated away because it leaked.

use std::collections::HashMap;

use crate::account::UserState;
use crate::credential::State;
use crate::store::{
    Cancel,
    tables::{self, CredentialRecord, PersonRecord, SecretRecord, SettingRecord, Tagged, TrailRecord},
};
use crate::time::{Seconds, parse_when};

use super::{
    HubError, Setting, action,
    change::Change,
    desk::password_place,
    guard, settled, sums, trail,
    walk::{self, Walk},
};

/// What accepting a store came to, beside the new epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Rows beside the trail that were moved out of its way.
    pub moved: u64,
    /// Keys, users and settings that were older copies, and are what the activity log says again.
    pub put_right: u64,
    /// The activity log is not whole, so rows were left as they are.
    pub trail_broken: bool,
}

/// What the trail says of one row.
#[derive(Default)]
struct Told {
    at: i64,
    /// The last JSON of the whole row.
    row: serde_json::Value,
    /// The newest secret, for a credential.
    secret: i64,
    old_until: Option<i64>,
    /// When the password of a user was last set.
    password_at: i64,
}

impl Change<'_> {
    /// Puts right what can be put right, and sets the sums to what there is then.
    pub(super) fn mend(&mut self) -> Result<Accepted, HubError> {
        self.tx.rebuild_indexes()?;
        let (last, now) = (self.head().trail_no, self.now.0);
        let moved = tables::move_strays(&mut *self.tx, last, now)?;
        let mut told: HashMap<String, Told> = HashMap::new();
        let mut walk = Walk::new(self.head(), None);
        let each = &mut |row: &TrailRecord| take_up(&mut told, row);
        walk::on_with(&mut *self.tx, &mut walk, &Cancel::default(), &mut |_, _| (), each)?;
        let trail_broken = walk.finish(true).is_some();
        let put_right = if trail_broken { 0 } else { self.put_right(&told, &walk.written)? };
        tables::count_anew(&mut *self.tx)?;
        let vault = self.vault();
        let all = sums::all(&mut *self.tx, vault)?;
        self.sums_mut().set(all);
        Ok(Accepted { moved, put_right, trail_broken })
    }

    fn put_right(&mut self, told: &HashMap<String, Told>, written: &settled::Written) -> Result<u64, HubError> {
        let mut done = 0;
        for (id, told) in told {
            let found = tables::get::<CredentialRecord>(&mut *self.tx, "id", id)?;
            if let Some(row) = found.filter(|row| self.is_older(row, row.record.changed_at, told)) {
                self.put_credential_right(row.record, told)?;
                done += 1;
            }
            let found = tables::get::<PersonRecord>(&mut *self.tx, "id", id)?;
            if let Some(row) = found.filter(|row| self.is_older(row, row.record.changed_at, told)) {
                self.put_user_right(row.record, told)?;
                done += 1;
            }
        }
        for setting in Setting::ALL {
            done += u64::from(self.put_setting_right(setting, written)?);
        }
        self.put_account_right()?;
        Ok(done)
    }

    /// Whether a row is one that keydesk wrote, and not the last one that it wrote.
    fn is_older<T: tables::Record>(&self, row: &Tagged<T>, changed_at: i64, told: &Told) -> bool {
        changed_at != told.at && guard::intact(self.vault(), row)
    }

    fn put_credential_right(&mut self, older: CredentialRecord, told: &Told) -> Result<(), HubError> {
        let text = |name: &str| told.row[name].as_str();
        let time = |name: &str| text(name).and_then(|text| parse_when(text, Seconds(0)).ok()).map(|at| at.0);
        let was = older.version;
        let mut record = CredentialRecord {
            version: was + 1,
            changed_at: told.at,
            changed_how: "put right".to_owned(),
            change: self.number(),
            ..older
        };
        if let Some(state) = text("state") {
            record.state = state.to_owned();
            record.listed = state != State::Revoked.as_str();
            (record.not_before, record.expires_at) = (time("not_before"), time("expires_at"));
            for (column, name) in [
                (&mut record.networks, "networks"),
                (&mut record.algorithms, "algorithms"),
                (&mut record.body_digest, "body_digest"),
            ] {
                if let Some(text) = text(name) {
                    text.clone_into(column);
                }
            }
        }
        if told.secret > record.secret_no {
            let older_no = told.secret - 1;
            (record.secret_no, record.older_no, record.older_until) = (told.secret, Some(older_no), told.old_until);
        } else if record.overlap(self.now.seconds().0).is_some() {
            record.older_until = told.old_until.or(record.older_until);
        }
        self.replace(&record, was)
    }

    fn put_user_right(&mut self, older: PersonRecord, told: &Told) -> Result<(), HubError> {
        let was = older.version;
        let text = |name: &str, is: &str| told.row[name].as_str().unwrap_or(is).to_owned();
        let mut person = PersonRecord {
            version: was + 1,
            epoch: older.epoch + 1,
            role: text("role", &older.role),
            state: text("state", UserState::Disabled.as_str()),
            changed_at: told.at,
            change: self.number(),
            ..older.clone()
        };
        if told.password_at > older.changed_at {
            // The password of that time may be the one that leaked. It takes a new one: `keydesk user passwd`.
            person.password_version += 1;
            let place = password_place(&person.id, person.password_version);
            person.password = self.vault().seal(super::sign_in::DUMMY_HASH.as_bytes(), &place)?;
        }
        self.replace(&person, was)
    }

    fn put_setting_right(&mut self, setting: Setting, written: &settled::Written) -> Result<bool, HubError> {
        let found: Option<Tagged<SettingRecord>> = tables::get(&mut *self.tx, "id", setting.key())?;
        let Some(value) = written.get(setting.key()) else { return Ok(false) };
        match found {
            Some(row) if guard::intact(self.vault(), &row) && row.record.value != *value => {
                let was = row.record.version;
                let record =
                    SettingRecord { version: was + 1, value: value.clone(), change: self.number(), ..row.record };
                self.replace(&record, was)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Gives the account the name that set-up gave it.
    fn put_account_right(&mut self) -> Result<(), HubError> {
        let Some(row) = tables::account(&mut *self.tx)? else { return Ok(()) };
        let named = trail::account_of_the_trail(&mut *self.tx)?;
        let mut record = row.record.clone();
        record.name = named.unwrap_or(record.name);
        if record != row.record || !guard::intact(self.vault(), &row) {
            let was = record.version;
            record.version = was.saturating_add(1);
            self.replace(&record, was)?;
        }
        Ok(())
    }

    /// The newest secret of a credential that is there, by its rows.
    pub(super) fn newest_secret(&mut self, credential: &str) -> Result<i64, HubError> {
        let secrets: Vec<Tagged<SecretRecord>> = tables::all_by(&mut *self.tx, "credential", credential, "no DESC")?;
        Ok(secrets.first().map_or(0, |row| row.record.no))
    }
}

fn take_up(told: &mut HashMap<String, Told>, row: &TrailRecord) {
    let beside = [action::USER_LOCKED.code, action::USER_UNLOCKED.code];
    let Some(subject) = row.subject.as_ref().filter(|_| row.class == "change") else { return };
    if ![action::CREATED.about, action::USER_ADDED.about].contains(&row.about.as_str())
        || beside.contains(&row.action.as_str())
    {
        return;
    }
    let one = told.entry(subject.clone()).or_default();
    one.at = row.at;
    let after = row.after.as_deref().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    let after = after.unwrap_or_default();
    let time = |name: &str| after[name].as_str().and_then(|text| parse_when(text, Seconds(0)).ok()).map(|at| at.0);
    match row.action.as_str() {
        code if [action::ROTATED.code, action::LEGACY_PASSWORD.code].contains(&code) => {
            one.secret = after["secret"].as_i64().unwrap_or(one.secret + 1);
            one.old_until = time("old_until").or(Some(crate::time::Millis(row.at).seconds().0));
        }
        code if code == action::OLD_SECRET_STOPPED.code => {
            one.old_until = Some(crate::time::Millis(row.at).seconds().0);
        }
        code if [action::PASSWORD_SET.code, action::PASSWORD_OWN.code].contains(&code) => one.password_at = row.at,
        code => {
            if code == action::CREATED.code {
                one.secret = 1;
            }
            one.row = after;
        }
    }
}
