//! Sign-in, sign-out, and the password asked for again.
//!
//! A try is counted and committed before the password is hashed, and the count is taken back when the password was
//! right: a thousand concurrent tries count as a thousand. A name that does not exist costs the same hash and gets the
//! same words.

use crate::account::{Attempts, Right, UserName, UserState};
use crate::hub::audit::action;
use crate::hub::tx::entry::{Author, Subject};
use crate::hub::tx::intent::Intent;
use crate::hub::tx::seal_places::password_place;
use crate::hub::tx::write::Change;
use crate::hub::tx::{authorize, row_tags, table_sums};
use crate::hub::users::mapping::{role_of, state_of};
use crate::hub::users::passwords::{DUMMY_HASH, check_new_password};
use crate::hub::users::throttle_rows::{attempts, throttle_id};
use crate::hub::{
    Actor, Cancel, Hub, HubError, InputField, LastSignIn, Origin, Session, SessionOver, SignIn, Via, settings,
};
use crate::secret::Secret;
use crate::store::Query;
use crate::store::tables::{self, PresenceRow, Tagged, ThrottleRecord, UserRecord};
use crate::time::Millis;
use crate::vault::{hash_password, verify_password};

/// How often a name was tried, and whose it is.
type CountedTry = (Attempts, Option<Tagged<UserRecord>>);

/// The result of a try, not yet in words.
enum PasswordCheck {
    Right(Box<UserRecord>),
    Wrong(Attempts),
    Locked(Millis),
}

impl Hub {
    /// Signs in by password.
    pub fn sign_in(&self, name: &str, password: &Secret, origin: &Origin) -> Result<SignIn, HubError> {
        match self.try_password(name, password, origin)? {
            PasswordCheck::Locked(until) => Ok(SignIn::Locked { until }),
            PasswordCheck::Wrong(tries) => match tries.locked(self.now()) {
                Some(until) => Ok(SignIn::Locked { until }),
                None => Ok(SignIn::Wrong { left: tries.left(), pause: tries.next_pause() }),
            },
            PasswordCheck::Right(user) if state_of(&user)? == UserState::Disabled => {
                self.forget_tries(&user.name)?;
                let author = Author::named(&user.name, origin);
                let subject = Subject::row(&user.id, "disabled");
                self.write_refusal(author, action::SIGN_IN_REFUSED, subject, "disabled")?;
                Err(HubError::SessionOver(SessionOver::Disabled))
            }
            PasswordCheck::Right(user) => {
                let name = UserName::new(&user.name)?;
                let (via, confirmed_at) = (Via::Password, Some(self.now()));
                let actor = Actor { user: name, via, origin: origin.clone(), epoch: user.epoch, confirmed_at };
                let tries = self.throttle_id(&user.name)?;
                let mut queries = welcome_queries(&actor, &user);
                queries.push(tables::get_query::<ThrottleRecord>("id", &tries));
                let mut change = Change::begin_with(self, Author::of(&actor), queries)?;
                let row = change.throttle_row(&tries, true)?;
                let session = self.welcome(&mut change, &actor, None)?;
                change.put_throttle(&row, Attempts::default(), true)?;
                change.commit()?;
                Ok(SignIn::Welcome(session))
            }
        }
    }

    /// Checks the password again before a sensitive change; the actor may go on for five minutes.
    pub fn confirm_password(&self, actor: &Actor, password: &Secret) -> Result<Actor, HubError> {
        let intent = Intent::new(Right::OwnAccount, "confirm password");
        self.read_as(actor, &intent, &Cancel::default(), |_, user| match user.password_version {
            0 => Err(HubError::ConnectAnew),
            _ => Ok(()),
        })?;
        match self.try_password(actor.user.as_str(), password, &actor.origin)? {
            PasswordCheck::Right(user) => {
                self.forget_tries(&user.name)?;
                Ok(Actor { confirmed_at: Some(self.now()), ..actor.clone() })
            }
            PasswordCheck::Wrong(_) => Err(HubError::WrongPassword),
            PasswordCheck::Locked(until) => Err(HubError::invalid(
                InputField::Password,
                format!(
                    "Too many wrong passwords: locked until {}. Wait, or ask an Administrator.",
                    until.utc("%H:%M UTC")
                ),
            )),
        }
    }

    /// Changes one's own password. This session goes on with a new epoch; the user's others end.
    pub fn change_own_password(&self, actor: &Actor, old: &Secret, new: &Secret) -> Result<Actor, HubError> {
        check_new_password(actor.user.as_str(), new)?;
        if old == new {
            return Err(HubError::invalid(InputField::Password, "That is the password you have. Choose another."));
        }
        let actor = self.confirm_password(actor, old)?;
        let hash = hash_password(new)?;
        let epoch = self.write(&actor, Intent::new(Right::OwnAccount, "change password"), |change| {
            let user = change.check(&actor, Right::OwnAccount)?;
            let user = change.set_password(user, &hash, false, actor.user.as_str())?;
            change.note(action::PASSWORD_OWN, Subject::row(&user.id, &user.name))?;
            Ok(user.epoch)
        })?;
        Ok(Actor { epoch, ..actor })
    }

    /// Ends a session.
    pub fn sign_out(&self, actor: &Actor) -> Result<(), HubError> {
        self.write(actor, Intent::new(Right::OwnAccount, "sign out"), |change| {
            let user = change.check(actor, Right::OwnAccount)?;
            change.note(action::SIGNED_OUT, Subject::row(&user.id, &user.name)).map(|_| ())
        })
    }

    /// Names of the users who can sign in, for whoever can open the desk and named nobody.
    pub fn user_names(&self) -> Result<Vec<String>, HubError> {
        let mut tx = self.store.read(&Cancel::default())?;
        let users = tables::users(&mut *tx)?.into_iter().filter(|row| row_tags::intact(&self.vault, row));
        let active = users.filter(|row| row.record.state == UserState::Active.as_str());
        Ok(active.map(|row| row.record.name).collect())
    }

    /// The actor of `--as NAME`: whoever can read the database and the master key owns the desk.
    pub fn local_actor(&self, name: &str, origin: &Origin) -> Result<Actor, HubError> {
        let user = UserName::new(name)?;
        let mut tx = self.store.read(&Cancel::default())?;
        let found: Option<Tagged<UserRecord>> = row_tags::readable(tables::get(&mut *tx, "name", name))?;
        let epoch = found.map_or(0, |row| row.record.epoch);
        let actor = Actor { user, via: Via::Local, origin: origin.clone(), epoch, confirmed_at: None };
        authorize::check_for_repair(&mut *tx, &self.vault, self.now(), &actor, Right::OwnAccount)?;
        Ok(actor)
    }

    /// Counts the try and hashes. If the password was right, the caller takes the count back.
    fn try_password(&self, name: &str, password: &Secret, origin: &Origin) -> Result<PasswordCheck, HubError> {
        let id = self.throttle_id(name)?;
        let (tries, user) = match self.count_try(&id, name, origin)? {
            Ok(counted) => counted,
            Err(until) => return Ok(PasswordCheck::Locked(until)),
        };
        let right = match &user {
            Some(row) if row_tags::intact(&self.vault, row) => {
                let place = password_place(&row.record.id, row.record.password_version);
                let hash = self.vault.open_sealed(&row.record.password, &place)?;
                verify_password(password, hash.expose_text().unwrap_or_default())?
            }
            // An unknown or untrusted name takes the same time.
            _ => {
                verify_password(password, DUMMY_HASH)?;
                false
            }
        };
        match user {
            Some(row) if right && row.record.password_version > 0 => Ok(PasswordCheck::Right(Box::new(row.record))),
            user => {
                self.note_wrong(user, name, &tries, origin)?;
                Ok(PasswordCheck::Wrong(tries))
            }
        }
    }

    /// The id of a name's failed sign-ins: a keyed hash, the same for names that exist and names that do not.
    pub(in crate::hub) fn throttle_id(&self, name: &str) -> Result<String, HubError> {
        throttle_id(&self.vault, name)
    }

    /// Counts a try, and returns the user of that name; during a pause returns its end instead and counts nothing.
    fn count_try(&self, id: &str, name: &str, origin: &Origin) -> Result<Result<CountedTry, Millis>, HubError> {
        let queries = vec![
            tables::tags_query(table_sums::USERS.table),
            tables::old_users_query(),
            tables::get_query::<UserRecord>("name", name),
            tables::get_query::<ThrottleRecord>("id", id),
        ];
        let mut change = Change::begin_with(self, Author::nobody(origin), queries)?;
        change.require_sum(table_sums::USERS)?;
        change.hold_tries()?;
        let now = change.now;
        let user: Option<Tagged<UserRecord>> = tables::get(&mut *change.tx, "name", name)?;
        let of_user = user.is_some();
        let row = change.throttle_row(id, of_user)?;
        let before = attempts(&row);
        if let Some(until) = before.locked(now) {
            // After the clock was set back the pause may be too long: store the shortened one.
            change.put_throttle(&row, before.cut(now), of_user)?;
            let who = stored_name(user, name);
            change.refusal(action::SIGN_IN_REFUSED, Subject::named(while_locked(&who)), "locked", &who)?;
            change.commit()?;
            return Ok(Err(until));
        }
        let after = before.after_failure(now);
        change.put_throttle(&row, after, of_user)?;
        change.commit()?;
        Ok(Ok((after, user)))
    }

    /// Takes back what was counted of a user's tries.
    fn forget_tries(&self, name: &str) -> Result<(), HubError> {
        let id = self.throttle_id(name)?;
        let queries = vec![tables::get_query::<ThrottleRecord>("id", &id)];
        let mut change = Change::begin_with(self, Author::default(), queries)?;
        change.forget_tries(&id)?;
        change.commit()
    }

    fn note_wrong(
        &self,
        user: Option<Tagged<UserRecord>>,
        name: &str,
        tries: &Attempts,
        origin: &Origin,
    ) -> Result<(), HubError> {
        let known = user.as_ref().map(|row| row.record.name.clone());
        let author = known.as_deref().map_or_else(|| Author::nobody(origin), |name| Author::named(name, origin));
        let locked = tries.locked(self.now()).is_some();
        let mut change = Change::begin(self, author)?;
        let what = if known.is_some() { "wrong password".to_owned() } else { stored_name(None, name) };
        let who = known.clone().unwrap_or_default();
        change.refusal(action::SIGN_IN_REFUSED, Subject::named(what), "wrong password", &who)?;
        match (locked, user) {
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

    /// Begins the session of an actor who proved who they are; the caller commits it. `how` is noted in the trail.
    pub(super) fn welcome(
        &self,
        change: &mut Change<'_>,
        actor: &Actor,
        how: Option<String>,
    ) -> Result<Session, HubError> {
        let user = change.check(actor, Right::OwnAccount)?;
        let dropped = change.dropped(&user.name)?;
        let last = tables::presence(&mut *change.tx, &user.id)?;
        let address = actor.origin.address.map(|a| a.to_string());
        let presence = PresenceRow { at: change.now.0, address, via: Some(actor.via.as_str().to_owned()) };
        let idle_lock = settings::idle_lock(change)?;
        tables::put_presence(&mut *change.tx, &user.id, &presence)?;
        change.note(action::SIGNED_IN, Subject::row(&user.id, &user.name).changed(None, how))?;
        let actor_gave_password = matches!(actor.via, Via::Password);
        Ok(Session {
            has_password: user.password_version > 0,
            ends_at: None,
            actor: actor.clone(),
            role: role_of(&user)?,
            account: self.account().to_owned(),
            last: last.map(|row| LastSignIn { at: Millis(row.at), address: row.address, via: row.via }),
            must_change_password: user.must_change && actor_gave_password,
            dropped,
            idle_lock,
        })
    }
}

/// What [`Hub::welcome`] asks.
pub(super) fn welcome_queries(actor: &Actor, user: &UserRecord) -> Vec<Query> {
    let mut queries = authorize::queries(actor);
    queries.push(tables::dropped_lines_query(&user.name, action::DROPPED.code));
    queries.push(tables::presence_query(&user.id));
    queries.extend(settings::idle_lock_queries());
    queries
}

/// The words of the trail for a try while the name is locked.
pub(crate) fn while_locked(name: &str) -> String {
    format!("locked: {name}")
}

/// How the trail names a name that was tried. Unknown names are never stored as typed, since users type passwords
/// there.
fn stored_name(user: Option<Tagged<UserRecord>>, typed: &str) -> String {
    match user {
        Some(row) => row.record.name,
        None => format!("(unknown), {} characters", typed.chars().count()),
    }
}
