//! The throttle of sign-ins in the store: counts wrong passwords, evicts names, and locks when a count was tampered
//! with.

use crate::account::Attempts;
use crate::hub::HubError;
use crate::hub::audit::action;
use crate::hub::tx::entry::Subject;
use crate::hub::tx::write::Change;
use crate::hub::tx::{row_tags, table_sums};
use crate::hub::users::throttle_rows::{fresh, throttle_id};
use crate::store::tables::{self, Record as _, Tagged, ThrottleRecord};
use crate::time::DAY;
use crate::vault::{Sum, Term};

/// Limit on the names that are remembered, so that guessing cannot fill the disk.
const MOST_NAMES: i64 = 10_000;

impl Change<'_> {
    /// Inserts the row of a new user, without failed sign-ins.
    pub(crate) fn first_throttle(&mut self, name: &str) -> Result<(), HubError> {
        let id = throttle_id(self.vault(), name)?;
        // Somebody may have tried the name before there was such a user.
        let found: Option<Tagged<ThrottleRecord>> = tables::get(&mut *self.tx, "id", &id)?;
        let was = found.map_or(0, |row| row.record.version);
        let record = self.tried(&id, was, Attempts::default());
        if was == 0 {
            self.insert(&record)?
        } else {
            self.replace(&record, was)?
        }
        self.sum_try(&id, record.version, Sum::add)
    }

    /// Removing a user's count, or putting an older one back, wins no more tries: if the counts do not
    /// match the sum in the head, all users count as just locked.
    pub(crate) fn hold_tries(&mut self) -> Result<(), HubError> {
        if self.sum_matches(table_sums::TRIES)? {
            return Ok(());
        }
        let locked = (0..crate::account::FREE_TRIES).fold(Attempts::default(), |a, _| a.after_failure(self.now));
        for user in tables::users(&mut *self.tx)? {
            let id = throttle_id(self.vault(), &user.record.name)?;
            let found: Option<Tagged<ThrottleRecord>> = tables::get(&mut *self.tx, "id", &id)?;
            match found {
                Some(row) => {
                    let record = ThrottleRecord { version: 1, ..self.tried(&id, 0, locked) };
                    self.replace(&record, row.record.version)?;
                }
                None => self.insert(&self.tried(&id, 0, locked))?,
            }
        }
        self.sum_tries()?;
        self.refusal(action::TAMPERED, Subject::named("wrong passwords"), "wrong passwords", "")
    }

    fn sum_tries(&mut self) -> Result<(), HubError> {
        let vault = self.vault();
        let sum = table_sums::sum(&mut *self.tx, vault, table_sums::TRIES)?;
        *self.sums_mut().of_mut(table_sums::TRIES.table) = sum;
        Ok(())
    }

    /// Adds a user's row of a version to the sum of all users' rows, or removes it.
    fn sum_try(&mut self, id: &str, version: i64, put: fn(&mut Sum, Term)) -> Result<(), HubError> {
        let tag = self.stored_tag::<ThrottleRecord>(id, version)?;
        let term = self.vault().term(ThrottleRecord::TABLE, id, version, &tag);
        put(self.sums_mut().of_mut(ThrottleRecord::TABLE), term);
        Ok(())
    }

    /// Replaces a row. Those of users are in the sum of the head.
    fn replace_try(&mut self, record: &ThrottleRecord, was: i64, of_user: bool) -> Result<(), HubError> {
        if of_user {
            self.sum_try(&record.id, was, Sum::remove)?;
        }
        self.replace(record, was)?;
        if of_user { self.sum_try(&record.id, record.version, Sum::add) } else { Ok(()) }
    }

    /// The failed sign-ins of a name, which a user may have. A new row when there is none; a row with a wrong tag counts as
    /// a name just locked, since somebody may have wiped the count.
    pub(crate) fn throttle_row(&mut self, id: &str, of_user: bool) -> Result<Tagged<ThrottleRecord>, HubError> {
        let found: Option<Tagged<ThrottleRecord>> = tables::get(&mut *self.tx, "id", id)?;
        if let Some(row) = &found {
            self.keep_tag(row);
        }
        match found {
            Some(row) if row_tags::intact(self.vault(), &row) => Ok(row),
            Some(row) => {
                let locked =
                    (0..crate::account::FREE_TRIES).fold(Attempts::default(), |a, _| a.after_failure(self.now));
                let was = row.record.version;
                let record = ThrottleRecord {
                    version: 1,
                    locked_until: locked.locked_until.map(|m| m.0),
                    pauses: 1,
                    failed: 0,
                    ..row.record
                };
                self.replace_try(&record, was, of_user)?;
                Ok(Tagged { record, tag: Vec::new() })
            }
            None => {
                let users = self.users_throttles()?;
                for id in tables::old_throttles(&mut *self.tx, self.now.0 - DAY, self.now.0)? {
                    if !users.contains(&id) {
                        self.forget_throttle(&id)?;
                    }
                }
                if tables::throttles(&mut *self.tx)? >= MOST_NAMES {
                    self.forget_a_stranger()?;
                }
                Ok(Tagged { record: fresh(id), tag: Vec::new() })
            }
        }
    }

    /// Eviction: forgets the least recently tried name that belongs to no user. Nobody can sign in with it, however
    /// often it is tried.
    fn forget_a_stranger(&mut self) -> Result<(), HubError> {
        let users = self.users_throttles()?;
        let oldest = tables::oldest_throttles(&mut *self.tx, users.len() as i64 + 1)?;
        if let Some(id) = oldest.into_iter().find(|id| !users.contains(id)) {
            self.forget_throttle(&id)?;
        }
        Ok(())
    }

    /// The ids of the users' rows, which are never forgotten.
    fn users_throttles(&mut self) -> Result<Vec<String>, HubError> {
        let users = tables::users(&mut *self.tx)?;
        users.iter().map(|user| throttle_id(self.vault(), &user.record.name)).collect()
    }

    fn forget_throttle(&mut self, id: &str) -> Result<(), HubError> {
        let found: Option<Tagged<ThrottleRecord>> = tables::get(&mut *self.tx, "id", id)?;
        found.map_or(Ok(()), |row| self.remove::<ThrottleRecord>(id, row.record.version))
    }

    pub(crate) fn put_throttle(
        &mut self,
        row: &Tagged<ThrottleRecord>,
        tries: Attempts,
        of_user: bool,
    ) -> Result<(), HubError> {
        let record = self.tried(&row.record.id, row.record.version, tries);
        if row.record.version > 0 {
            return self.replace_try(&record, row.record.version, of_user);
        }
        self.insert(&record)?;
        if of_user { self.sum_try(&record.id, record.version, Sum::add) } else { Ok(()) }
    }

    /// The next version of a row.
    fn tried(&self, id: &str, version: i64, tries: Attempts) -> ThrottleRecord {
        ThrottleRecord {
            id: id.to_owned(),
            version: version + 1,
            failed: i64::from(tries.failed),
            pauses: i64::from(tries.pauses),
            locked_until: tries.locked_until.map(|until| until.0),
            at: self.now.0,
        }
    }

    /// Forgets the tries on a user's name.
    pub(crate) fn clear_throttle(&mut self, id: &str) -> Result<(), HubError> {
        self.hold_tries()?;
        self.forget_tries(id)
    }

    /// The same without a look at the tries of all users.
    pub(crate) fn forget_tries(&mut self, id: &str) -> Result<(), HubError> {
        let row = self.throttle_row(id, true)?;
        if row.record.version == 0 { Ok(()) } else { self.put_throttle(&row, Attempts::default(), true) }
    }
}
