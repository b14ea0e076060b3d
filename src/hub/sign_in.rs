//! Sign-in, sign-out, and the password asked for again.
//!
//! A try is counted and committed before the password is hashed, and the count is taken back when the password was
//! right: a thousand concurrent tries count as a thousand. A name that does not exist costs the same hash and gets the
//! same words.

use crate::account::{Attempts, Right, UserName, UserState};
use crate::secret::Secret;
use crate::store::{
    Cancel,
    tables::{self, PersonRecord, PresenceRow, Tagged, ThrottleRecord},
};
use crate::time::{DAY, Millis};
use crate::vault::{Vault, hash_password, verify_password};

use super::{
    Actor, Hub, HubError, LastSignIn, Origin, Session, SessionOver, SignIn, Via, action,
    change::{Author, Change, Subject},
    check::{role_of, state_of},
    desk::password_place,
    guard,
    refusal::Intent,
    sums,
};

/// Limit on the names that are remembered, so that guessing cannot fill the disk.
const MOST_NAMES: i64 = 10_000;

/// The result of a try, not yet in words.
enum Tried {
    Right(Box<PersonRecord>),
    Wrong(Attempts),
    Locked(Millis),
}

impl Hub {
    /// Signs in by password.
    pub fn sign_in(&self, name: &str, password: &Secret, origin: &Origin) -> Result<SignIn, HubError> {
        match self.try_password(name, password, origin)? {
            Tried::Locked(until) => Ok(SignIn::Locked { until }),
            Tried::Wrong(tries) => match tries.locked(self.now()) {
                Some(until) => Ok(SignIn::Locked { until }),
                None => Ok(SignIn::Wrong { left: tries.left(), pause: tries.next_pause() }),
            },
            Tried::Right(person) if state_of(&person)? == UserState::Disabled => {
                let author = Author::named(&person.name, origin);
                let subject = Subject::row(&person.id, "disabled");
                self.write_refusal(author, action::SIGN_IN_REFUSED, subject, "disabled")?;
                Err(HubError::SessionOver(SessionOver::Disabled))
            }
            Tried::Right(person) => self.welcome(*person, origin).map(SignIn::Welcome),
        }
    }

    /// Checks the password again before a sensitive change; the actor may go on for five minutes.
    pub fn confirm_password(&self, actor: &Actor, password: &Secret) -> Result<Actor, HubError> {
        self.look(actor, &Intent::new(Right::OwnAccount, "confirm password"), |_| Ok(()))?;
        match self.try_password(actor.user.as_str(), password, &actor.origin)? {
            Tried::Right(_) => Ok(Actor { confirmed_at: Some(self.now()), ..actor.clone() }),
            Tried::Wrong(_) => Err(HubError::WrongPassword),
            Tried::Locked(until) => Err(HubError::invalid(
                super::Field::Password,
                format!(
                    "Too many wrong passwords: locked until {}. Wait, or ask an Administrator.",
                    until.utc("%H:%M UTC")
                ),
            )),
        }
    }

    /// Changes one's own password. This session goes on with a new epoch; the user's others end.
    pub fn change_own_password(&self, actor: &Actor, old: &Secret, new: &Secret) -> Result<Actor, HubError> {
        super::users::check_new_password(actor.user.as_str(), new)?;
        if old == new {
            return Err(HubError::invalid(super::Field::Password, "That is the password you have. Choose another."));
        }
        let actor = self.confirm_password(actor, old)?;
        let hash = hash_password(new)?;
        let epoch = self.change(&actor, Intent::new(Right::OwnAccount, "change password"), |change| {
            let person = change.check(&actor, Right::OwnAccount)?;
            let person = change.set_password(person, &hash, false, actor.user.as_str())?;
            change.note(action::PASSWORD_OWN, Subject::row(&person.id, &person.name))?;
            Ok(person.epoch)
        })?;
        Ok(Actor { epoch, ..actor })
    }

    /// Ends a session.
    pub fn sign_out(&self, actor: &Actor) -> Result<(), HubError> {
        self.change(actor, Intent::new(Right::OwnAccount, "sign out"), |change| {
            let person = change.check(actor, Right::OwnAccount)?;
            change.note(action::SIGNED_OUT, Subject::row(&person.id, &person.name)).map(|_| ())
        })
    }

    /// The actor of `--as NAME`: whoever can read the database and the master key owns the desk.
    pub fn local_actor(&self, name: &str, origin: &Origin) -> Result<Actor, HubError> {
        let user = UserName::new(name)?;
        let mut tx = self.store.read(&Cancel::default())?;
        let found: Option<Tagged<PersonRecord>> = guard::readable(tables::get(&mut *tx, "name", name))?;
        let epoch = found.map_or(0, |row| row.record.epoch);
        let actor = Actor { user, via: Via::Local, origin: origin.clone(), epoch, confirmed_at: None };
        super::check::check_for_mending(&mut *tx, &self.vault, &actor, Right::OwnAccount)?;
        Ok(actor)
    }

    /// Counts the try, hashes, and refunds the try if the password was right.
    fn try_password(&self, name: &str, password: &Secret, origin: &Origin) -> Result<Tried, HubError> {
        let id = self.throttle_id(name)?;
        let tries = match self.count_try(&id, name, origin)? {
            Ok(tries) => tries,
            Err(until) => return Ok(Tried::Locked(until)),
        };
        let person = self.person_named(name)?;
        let right = match &person {
            Some(row) if guard::intact(&self.vault, row) => {
                let place = password_place(&row.record.id, row.record.password_version);
                let hash = self.vault.open_sealed(&row.record.password, &place)?;
                verify_password(password, hash.expose_text().unwrap_or_default())?
            }
            // The same work for a name that is unknown or not to be trusted.
            _ => {
                verify_password(password, DUMMY_HASH)?;
                false
            }
        };
        match person {
            Some(row) if right => {
                self.forget_tries(&id)?;
                Ok(Tried::Right(Box::new(row.record)))
            }
            person => {
                self.note_wrong(person, name, &tries, origin)?;
                Ok(Tried::Wrong(tries))
            }
        }
    }

    /// The id of a name's failed sign-ins: a keyed hash, the same for names that exist and names that do not.
    pub(super) fn throttle_id(&self, name: &str) -> Result<String, HubError> {
        throttle_id(&self.vault, name)
    }

    /// Counts one more try; or returns the end of the pause and counts nothing.
    fn count_try(&self, id: &str, name: &str, origin: &Origin) -> Result<Result<Attempts, Millis>, HubError> {
        let mut change = Change::begin(self, Author::nobody(origin))?;
        change.must_fit(sums::USERS)?;
        change.hold_tries()?;
        let now = change.now;
        let row = change.throttle_row(id)?;
        let before = attempts(&row);
        if let Some(until) = before.locked(now) {
            // A clock that stepped back leaves a pause that is too long: store it cut.
            change.put_throttle(&row, before.cut(now))?;
            let who = stored_name(tables::get(&mut *change.tx, "name", name)?, name);
            change.refusal(action::SIGN_IN_REFUSED, Subject::named(while_locked(&who)), "locked", &who)?;
            change.commit()?;
            return Ok(Err(until));
        }
        let after = before.after_failure(now);
        change.put_throttle(&row, after)?;
        change.commit()?;
        Ok(Ok(after))
    }

    fn forget_tries(&self, id: &str) -> Result<(), HubError> {
        let mut change = Change::begin(self, Author::default())?;
        let row = change.throttle_row(id)?;
        change.put_throttle(&row, Attempts::default())?;
        change.commit()
    }

    fn note_wrong(
        &self,
        person: Option<Tagged<PersonRecord>>,
        name: &str,
        tries: &Attempts,
        origin: &Origin,
    ) -> Result<(), HubError> {
        let known = person.as_ref().map(|row| row.record.name.clone());
        let author = known.as_deref().map_or_else(|| Author::nobody(origin), |name| Author::named(name, origin));
        let locked = tries.locked(self.now()).is_some();
        let mut change = Change::begin(self, author)?;
        let what = if known.is_some() { "wrong password".to_owned() } else { stored_name(None, name) };
        let who = known.clone().unwrap_or_default();
        change.refusal(action::SIGN_IN_REFUSED, Subject::named(what), "wrong password", &who)?;
        match (locked, person) {
            (true, Some(row)) => {
                let subject = Subject::row(&row.record.id, &format!("{} (5 wrong passwords)", row.record.name));
                change.note_as_nobody(action::USER_LOCKED, subject)?;
            }
            (true, None) => {
                change.refusal(action::LOCKED_UNKNOWN, Subject::named(stored_name(None, name)), "locked", "")?;
            }
            (false, _) => {}
        }
        change.commit()
    }

    fn welcome(&self, person: PersonRecord, origin: &Origin) -> Result<Session, HubError> {
        let user = UserName::new(&person.name)?;
        let (via, confirmed_at) = (Via::Password, Some(self.now()));
        let actor = Actor { user, via, origin: origin.clone(), epoch: person.epoch, confirmed_at };
        let mut change = Change::begin(self, Author::of(&actor))?;
        let person = change.check(&actor, Right::OwnAccount)?;
        let dropped = change.dropped(&person.name)?;
        let last = tables::presence(&mut *change.tx, &person.id)?;
        let address = origin.address.map(|a| a.to_string());
        let presence = PresenceRow { at: change.now.0, address };
        tables::put_presence(&mut *change.tx, &person.id, &presence)?;
        change.note(action::SIGNED_IN, Subject::row(&person.id, &person.name))?;
        let idle_lock = super::settings::idle_lock(&mut change)?;
        change.commit()?;
        Ok(Session {
            actor,
            role: role_of(&person)?,
            account: self.account().to_owned(),
            last: last.map(|row| LastSignIn { at: Millis(row.at), address: row.address }),
            must_change_password: person.must_change,
            dropped,
            idle_lock,
        })
    }

    fn person_named(&self, name: &str) -> Result<Option<Tagged<PersonRecord>>, HubError> {
        let mut tx = self.store.read(&Cancel::default())?;
        Ok(tables::get(&mut *tx, "name", name)?)
    }
}

impl Change<'_> {
    /// Inserts the row of a new user, without failed sign-ins.
    pub(super) fn first_throttle(&mut self, name: &str) -> Result<(), HubError> {
        let row = Tagged { record: fresh(&throttle_id(self.vault(), name)?), tag: Vec::new() };
        self.put_throttle(&row, Attempts::default())
    }

    /// Removing the count of a user's tries, or putting an older one back, wins no more tries: if the counts do not
    /// match the sum in the head, all users count as just locked.
    fn hold_tries(&mut self) -> Result<(), HubError> {
        if self.fits(sums::TRIES)? {
            return Ok(());
        }
        let locked = (0..crate::account::FREE_TRIES).fold(Attempts::default(), |a, _| a.after_failure(self.now));
        for person in tables::people(&mut *self.tx)? {
            let id = throttle_id(self.vault(), &person.record.name)?;
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
        let sum = sums::sum(&mut *self.tx, vault, sums::TRIES)?;
        *self.sums_mut().of_mut(sums::TRIES.table) = sum;
        Ok(())
    }

    /// The failed sign-ins of a name. A new row when there is none; a row with a wrong tag counts as a name just
    /// locked, since somebody may have wiped the count.
    fn throttle_row(&mut self, id: &str) -> Result<Tagged<ThrottleRecord>, HubError> {
        let found: Option<Tagged<ThrottleRecord>> = tables::get(&mut *self.tx, "id", id)?;
        match found {
            Some(row) if guard::intact(self.vault(), &row) => Ok(row),
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
                self.replace(&record, was)?;
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

    /// Eviction: forgets the least recently tried name that is no user's. Nobody gets in by it, however often it is
    /// tried.
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
        let people = tables::people(&mut *self.tx)?;
        people.iter().map(|person| throttle_id(self.vault(), &person.record.name)).collect()
    }

    fn forget_throttle(&mut self, id: &str) -> Result<(), HubError> {
        let found: Option<Tagged<ThrottleRecord>> = tables::get(&mut *self.tx, "id", id)?;
        found.map_or(Ok(()), |row| self.remove::<ThrottleRecord>(id, row.record.version))
    }

    fn put_throttle(&mut self, row: &Tagged<ThrottleRecord>, tries: Attempts) -> Result<(), HubError> {
        let record = self.tried(&row.record.id, row.record.version, tries);
        if row.record.version == 0 {
            self.insert(&record)?
        } else {
            self.update(&record)?
        }
        self.sum_tries()
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

    /// Forgets the tries on a name.
    pub(super) fn clear_throttle(&mut self, id: &str) -> Result<(), HubError> {
        self.hold_tries()?;
        let row = self.throttle_row(id)?;
        if row.record.version == 0 { Ok(()) } else { self.put_throttle(&row, Attempts::default()) }
    }
}

pub(super) fn throttle_id(vault: &Vault, name: &str) -> Result<String, HubError> {
    let bounded: String = name.chars().take(UserName::MAX + 1).collect();
    Ok(data_encoding::HEXLOWER.encode(&vault.pseudonym("user name", &bounded)?[4..20]))
}

fn fresh(id: &str) -> ThrottleRecord {
    ThrottleRecord { id: id.to_owned(), version: 0, failed: 0, pauses: 0, locked_until: None, at: 0 }
}

/// The counts of a throttle row.
pub(super) fn attempts(row: &Tagged<ThrottleRecord>) -> Attempts {
    let number = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    Attempts {
        failed: number(row.record.failed),
        pauses: number(row.record.pauses),
        locked_until: row.record.locked_until.map(Millis),
    }
}

/// The words of the trail for a try while the name is locked.
pub(super) fn while_locked(name: &str) -> String {
    format!("locked: {name}")
}

/// The name of the trail for a name that was tried: unknown ones are never stored as typed, since people type passwords
/// there.
fn stored_name(person: Option<Tagged<PersonRecord>>, typed: &str) -> String {
    match person {
        Some(row) => row.record.name,
        None => format!("(unknown), {} characters", typed.chars().count()),
    }
}

/// Checked when there is no such user, at the current cost. A match would be refused all the same.
pub(super) const DUMMY_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$a2V5ZGVzayBub2JvZHkuLg$bm9ib2R5IGhhcyB0aGlzIHBhc3N3b3JkLCBub2JvZHkuLi4";
