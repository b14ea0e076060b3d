//! Repairs before a store is accepted: rows that are older copies are restored to what the
//! activity log says, as far as it is intact. Accepting a store must not bring back what was revoked, or a secret
//! that was rotated away because it leaked.

use crate::account::{Role, UserState};
use crate::credential::{Name, Owner, State, Verb};
use crate::hub::audit::action;
use crate::hub::audit::trail_state::{LastKnown, TrailState};
use crate::hub::tx::row_tags::{self, readable};
use crate::hub::tx::seal_places::password_place;
use crate::hub::tx::table_sums;
use crate::hub::tx::write::Change;
use crate::hub::users::passwords::DUMMY_HASH;
use crate::hub::users::throttle_rows::throttle_id;
use crate::hub::{AcceptReport, Actor, HubError, Setting};
use crate::store::Cell;
use crate::store::tables::{self, CredentialRecord, Record as _, SettingRecord, Tagged, ThrottleRecord, UserRecord};
use crate::time::{Seconds, parse_when};

impl Change<'_> {
    /// Repairs what can be repaired, then recomputes the sums.
    ///
    /// When the trail is not intact, nobody can say which of the other rows are older copies. They are accepted only if
    /// the Administrator trusts them (`trust_rows`).
    pub(crate) fn repair(&mut self, actor: &Actor, trust_rows: bool) -> Result<AcceptReport, HubError> {
        self.tx.rebuild_indexes()?;
        let moved = self.move_strays()?;
        let head = self.head().clone();
        let vouched = TrailState::read(&mut *self.tx, &head, true)?;
        if !vouched.whole && !trust_rows {
            for of in
                [table_sums::KEYS, table_sums::SECRETS, table_sums::USERS, table_sums::SETTINGS, table_sums::SSH_KEYS]
            {
                if !self.sum_matches(of).unwrap_or(false) {
                    return Err(untold(of.things));
                }
            }
        }
        let mut put_right = self.put_right(&vouched)? + self.revoke_unnamed(actor, &vouched)?;
        let users = self.write_users_anew(&vouched)?;
        put_right += self.put_ssh_keys_right(&vouched)?;
        tables::count_anew(&mut *self.tx)?;
        let vault = self.vault();
        let all = table_sums::all(&mut *self.tx, vault)?;
        self.sums_mut().set(all);
        Ok(AcceptReport { moved, put_right, users, trail_broken: !vouched.whole })
    }

    fn put_right(&mut self, vouched: &TrailState) -> Result<u64, HubError> {
        let mut done = 0;
        for (id, told) in &vouched.keys {
            let found = readable(tables::get::<CredentialRecord>(&mut *self.tx, "id", id))?;
            if let Some(row) = found.filter(|row| self.is_another(row, row.record.changed_at, told)) {
                self.put_credential_right(row.record, told)?;
                done += 1;
            }
        }
        for (id, told) in &vouched.users {
            let found = readable(tables::get::<UserRecord>(&mut *self.tx, "id", id))?;
            if let Some(row) = found.filter(|row| self.is_another(row, row.record.changed_at, told)) {
                self.put_user_right(row.record, told)?;
                done += 1;
            }
        }
        for setting in Setting::ALL {
            done += u64::from(self.put_setting_right(setting, vouched)?);
        }
        self.put_account_right(vouched)?;
        Ok(done)
    }

    /// Revokes the keys that a whole trail does not name: they were made in a past that is not accepted, in which they may have been
    /// revoked as well.
    fn revoke_unnamed(&mut self, actor: &Actor, vouched: &TrailState) -> Result<u64, HubError> {
        let mut unnamed = Vec::new();
        tables::each_tag(&mut *self.tx, CredentialRecord::TABLE, &mut |row| {
            if let [Cell::Text(id), ..] = row
                && vouched.whole
                && !vouched.keys.contains_key(*id)
            {
                unnamed.push((*id).to_owned());
            }
            Ok(())
        })?;
        let mut done = 0;
        for id in unnamed {
            let found = readable(tables::get::<CredentialRecord>(&mut *self.tx, "id", &id))?;
            // One that is tampered with is refused anyway, and can be revoked by its key.
            let Some(row) = found.filter(|row| row_tags::intact(self.vault(), row)) else { continue };
            let mut record = self.touched(&row.record, actor, Verb::Revoke.past());
            (record.state, record.listed) = (State::Revoked.as_str().to_owned(), false);
            self.update(&record)?;
            tables::lock_asked(&mut *self.tx)?;
            tables::stop_waiting(&mut *self.tx, &id)?;
            self.note_credential(action::REVOKED, &row.record, &record)?;
            done += 1;
        }
        Ok(done)
    }

    /// Whether a row is another version that keydesk once wrote: an older one; or a newer one, if somebody put only the head back,
    /// and the trail ends where it ended then.
    fn is_another<T: tables::Record>(&self, row: &Tagged<T>, changed_at: i64, told: &LastKnown) -> bool {
        changed_at != told.at && row_tags::intact(self.vault(), row)
    }

    /// Writes users again whose rows are missing or have a wrong tag, from the trail: without them there might be
    /// nobody left to manage the desk.
    fn write_users_anew(&mut self, vouched: &TrailState) -> Result<u64, HubError> {
        let mut done = 0;
        for (id, told) in &vouched.users {
            let Some(name) = &told.name else { continue };
            let found = readable(tables::get::<UserRecord>(&mut *self.tx, "id", id))?;
            if found.is_some_and(|row| row_tags::intact(self.vault(), &row)) {
                continue;
            }
            let namesake = readable(tables::get::<UserRecord>(&mut *self.tx, "name", name))?;
            if namesake.is_some_and(|row| row.record.id != *id && row_tags::intact(self.vault(), &row)) {
                continue;
            }
            tables::remove_users(&mut *self.tx, id, name)?;
            // Higher than any number the row ever had, so that no earlier session or password is valid.
            let beyond = self.now.0;
            let password = self.vault().seal(DUMMY_HASH.as_bytes(), &password_place(id, beyond))?;
            let change = self.number();
            self.insert(&UserRecord { change, ..told.user(id, name, beyond, password) })?;
            let tries = throttle_id(self.vault(), name)?;
            if readable(tables::get::<ThrottleRecord>(&mut *self.tx, "id", &tries))?.is_none() {
                self.first_throttle(name)?;
            }
            done += 1;
        }
        Ok(done)
    }

    fn put_credential_right(&mut self, older: CredentialRecord, told: &LastKnown) -> Result<(), HubError> {
        let row = told.row();
        let text = |name: &str| row[name].as_str();
        let time = |name: &str| text(name).and_then(|text| parse_when(text, Seconds(0)).ok()).map(|at| at.0);
        let was = older.version;
        let (newer, revoked) = (older.changed_at > told.at, State::Revoked.as_str());
        let mut record = CredentialRecord {
            version: was + 1,
            changed_at: told.at,
            changed_how: "put right".to_owned(),
            change: self.number(),
            ..older
        };
        if newer || record.state == revoked {
            // What says why is not in the trail any more, so nobody can tell what else was taken away.
            let stays_revoked = told.revoked || record.state == revoked;
            record.state = if stays_revoked { State::Revoked } else { State::Disabled }.as_str().to_owned();
            record.listed = !stays_revoked;
        } else if let Some(state) = text("state") {
            record.state = state.to_owned();
            record.listed = state != State::Revoked.as_str();
            (record.not_before, record.expires_at) = (time("not_before"), time("expires_at"));
            if let Some(name) = text("name").and_then(|name| Name::new(name).ok()) {
                (record.name, record.name_fold) = (name.as_str().to_owned(), name.folded());
            }
            // Labels are told only where there are some.
            let owner = Owner::new(text("owner").unwrap_or_default()).unwrap_or_default();
            (record.owner, record.owner_fold) = (owner.as_str().to_owned(), owner.folded());
            record.tags = text("tags").unwrap_or_default().to_owned();
            for (column, name) in [
                (&mut record.note, "note"),
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
        } else if !newer && record.overlap(self.now.seconds().0).is_some() {
            record.older_until = told.old_until.or(record.older_until);
        }
        self.replace(&record, was)
    }

    fn put_user_right(&mut self, older: UserRecord, told: &LastKnown) -> Result<(), HubError> {
        let was = older.version;
        let row = told.row();
        let text = |name: &str, is: &str| row[name].as_str().unwrap_or(is).to_owned();
        let (mut role, mut state) = (text("role", &older.role), text("state", UserState::Disabled.as_str()));
        if older.changed_at > told.at {
            let weaker = role.parse::<Role>().ok().max(older.role.parse().ok());
            role = weaker.map_or(role, |weaker| weaker.as_str().to_owned());
            if older.state == UserState::Disabled.as_str() {
                state.clone_from(&older.state);
            }
        }
        let mut user = UserRecord {
            version: was + 1,
            epoch: older.epoch + 1,
            role,
            note: text("note", ""),
            state,
            changed_at: told.at,
            change: self.number(),
            ..older.clone()
        };
        if told.password_at > older.changed_at {
            // The older password may be the one that leaked: the user needs a new one (`keydesk user passwd`).
            user.password_version += 1;
            let place = password_place(&user.id, user.password_version);
            user.password = self.vault().seal(DUMMY_HASH.as_bytes(), &place)?;
        }
        self.replace(&user, was)
    }

    fn put_setting_right(&mut self, setting: Setting, vouched: &TrailState) -> Result<bool, HubError> {
        let found = readable(tables::get::<SettingRecord>(&mut *self.tx, "id", setting.key()))?;
        let Some(value) = vouched.settings.get(setting.key()) else { return Ok(false) };
        match found {
            Some(row) if row_tags::intact(self.vault(), &row) && row.record.value != *value => {
                let was = row.record.version;
                let record =
                    SettingRecord { version: was + 1, value: value.clone(), change: self.number(), ..row.record };
                self.replace(&record, was)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Restores the name that set-up gave the account.
    fn put_account_right(&mut self, vouched: &TrailState) -> Result<(), HubError> {
        let Some(row) = tables::account(&mut *self.tx)? else { return Ok(()) };
        let mut record = row.record.clone();
        // Only rows of the trail that count may name the account.
        record.name = vouched.account.clone().unwrap_or(record.name);
        if record != row.record || !row_tags::intact(self.vault(), &row) {
            let was = record.version;
            record.version = was.saturating_add(1);
            self.replace(&record, was)?;
        }
        Ok(())
    }
}

/// The error when the trail cannot say which rows are older copies.
fn untold(things: &str) -> HubError {
    HubError::Tampered {
        what: format!("The activity log is not whole and the {things} are not as keydesk left them: some row of either"),
        remedy: "look at every key, user and setting, revoke, disable or set what is not as it should be, and accept the rest \
               with `keydesk audit accept --trust-rows --as NAME`"
            .to_owned(),
    }
}
