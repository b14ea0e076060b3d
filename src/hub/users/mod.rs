//! User management: adding, role, disabling and enabling, unlocking, passwords.

mod filter;
pub(crate) mod mapping;
mod own_sign_ins;
pub(crate) mod passwords;
mod sign_in;
pub(in crate::hub) mod ssh_keys;
mod throttle;
pub(crate) mod throttle_rows;

pub use filter::{UserCondition, UserFilter, UserFilterError, user_terms};

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::account::{Right, Role, UserName, UserState};
use crate::credential::{Note, first_password};
use crate::hub::audit::action::{self, Action};
use crate::hub::credentials::fill;
use crate::hub::tx::entry::Subject;
use crate::hub::tx::intent::Intent;
use crate::hub::tx::row_tags;
use crate::hub::tx::seal_places::password_place;
use crate::hub::tx::write::Change;
use crate::hub::users::mapping::{administrators, is_able_administrator, json, role_of, state_of};
use crate::hub::users::passwords::{DUMMY_HASH, check_new_password};
use crate::hub::users::throttle_rows::attempts;
use crate::hub::{
    Actor, Conflict, Hub, HubError, LastSignIn, NewUser, RefusedSignIn, UserOperation, UserRow, UserTarget,
    WithPassword,
};
use crate::secret::Secret;
use crate::store::Tx;
use crate::store::tables::{self, Tagged, ThrottleRecord, TrailFilter, UserRecord};
use crate::time::Millis;
use crate::vault::{hash_password, uuid};

pub(crate) use ssh_keys::opens;
pub use ssh_keys::{AuthorizedKey, KeyProof, NewSshKey, SshKeyRow, SshKeyState, authorized_key};

/// Refused sign-ins that are looked through for the last one of each user.
const REFUSED: i64 = 200;

/// Trail rows that are searched for the last change of a user: locks and unlocks may come in between.
const NEWEST: i64 = 50;

impl Hub {
    /// All users, by name.
    pub fn users(&self, actor: &Actor) -> Result<Vec<UserRow>, HubError> {
        self.read(actor, &Intent::new(Right::SeeUsers, "list users"), |tx| {
            let refused = refused_sign_ins(tx)?;
            let told = |row: &Tagged<UserRecord>, tx: &mut dyn Tx| {
                let user = self.user_row(tx, row)?;
                let refused = refused.get(&user.name).cloned();
                Ok(UserRow { refused, ..user })
            };
            tables::users(tx)?.iter().map(|row| told(row, tx)).collect()
        })
    }

    /// One user; every user may look at their own row. A refusal goes to the trail as a refusal of `deed`, the action
    /// that the row was read for.
    pub fn user(&self, actor: &Actor, name: &str, deed: UserOperation) -> Result<UserRow, HubError> {
        let right = if name == actor.user.as_str() { Right::OwnAccount } else { deed.right() };
        self.read(actor, &Intent::new(right, deed.asked()).about(name), |tx| {
            let found: Option<Tagged<UserRecord>> = tables::get(tx, "name", name)?;
            self.user_row(tx, &found.ok_or_else(|| no_user(name))?)
        })
    }

    /// Adds a user with a typed password and no note.
    pub fn add_user(&self, actor: &Actor, name: &str, role: Role, password: &Secret) -> Result<UserRow, HubError> {
        let password = Some(password.duplicate());
        let new = NewUser { name: name.to_owned(), role, password, ssh_key: None, note: Note::default() };
        Ok(self.add_user_with(actor, &new)?.row)
    }

    /// Adds a user. The password is one that another set or made: it must be changed at the first sign-in.
    pub fn add_user_with(&self, actor: &Actor, new: &NewUser) -> Result<WithPassword, HubError> {
        let checked = UserName::new(&new.name)?;
        let (hash, made) = match (&new.password, &new.ssh_key) {
            // Nobody has this password, and version 0 says so.
            (None, Some(_)) => (DUMMY_HASH.to_owned(), None),
            (password, _) => hashed_or_made(&new.name, password.as_ref())?,
        };
        let row = self.insert_user(actor, &checked, new, &hash)?;
        Ok(WithPassword { row, password: made })
    }

    fn insert_user(&self, actor: &Actor, checked: &UserName, new: &NewUser, hash: &str) -> Result<UserRow, HubError> {
        let name = checked.as_str();
        let password_version = i64::from(new.password.is_some() || new.ssh_key.is_none());
        self.write(actor, sensitive("add user"), |change| {
            if change.user(name)?.is_some() {
                return Err(Conflict::Taken { what: format!("The user name {checked}") }.into());
            }
            let (id, now, by) = (uuid(change.now)?.to_string(), change.now.0, actor.user.to_string());
            let user = UserRecord {
                password: change.vault().seal(hash.as_bytes(), &password_place(&id, password_version))?,
                id,
                version: 1,
                name: checked.to_string(),
                role: new.role.as_str().to_owned(),
                state: UserState::Active.as_str().to_owned(),
                epoch: 1,
                password_version,
                must_change: password_version > 0,
                created_at: now,
                created_by: by.clone(),
                changed_at: now,
                changed_by: by,
                change: change.number(),
                note: new.note.as_str().to_owned(),
            };
            change.insert(&user)?;
            change.first_throttle(&user.name)?;
            let subject = Subject::row(&user.id, &user.name).changed(None, Some(json(&user)));
            change.note(action::USER_ADDED, subject)?;
            if let Some(key) = &new.ssh_key {
                change.add_ssh_key(&user, key, actor)?;
            }
            self.user_row_of(change, &user.name)
        })
    }

    /// Changes the note on a user; their sessions go on.
    pub fn set_user_note(&self, actor: &Actor, target: &UserTarget, note: &Note) -> Result<UserRow, HubError> {
        self.change_user(actor, target, UserOperation::Note, |user| {
            let changed = user.note != note.as_str();
            user.note = note.as_str().to_owned();
            changed.then_some(action::USER_NOTE)
        })
    }

    /// Changes a user's role; their sessions end.
    pub fn set_role(&self, actor: &Actor, target: &UserTarget, role: Role) -> Result<UserRow, HubError> {
        self.change_user(actor, target, UserOperation::Role, |user| {
            let changed = user.role != role.as_str();
            user.role = role.as_str().to_owned();
            changed.then_some(action::USER_ROLE)
        })
    }

    /// Disables or enables a user; their sessions end.
    pub fn set_user_state(&self, actor: &Actor, target: &UserTarget, state: UserState) -> Result<UserRow, HubError> {
        let done = match state {
            UserState::Active => action::USER_ENABLED,
            UserState::Disabled => action::USER_DISABLED,
        };
        self.change_user(actor, target, UserOperation::to(state), |user| {
            let changed = user.state != state.as_str();
            user.state = state.as_str().to_owned();
            changed.then_some(done)
        })
    }

    /// Ends the pause after wrong passwords. The pause is not in the user's row, so no version is asked for.
    pub fn unlock_user(&self, actor: &Actor, name: &str) -> Result<UserRow, HubError> {
        let id = self.throttle_id(name)?;
        self.write(actor, sensitive("unlock user").about(name), |change| {
            let user = change.known_user(name)?;
            let locked = self.locked_until(&mut *change.tx, name)?.is_some();
            change.clear_throttle(&id)?;
            if locked {
                change.note(action::USER_UNLOCKED, Subject::row(&user.id, &user.name))?;
            }
            self.user_row_of(change, name)
        })
    }

    /// Gives a user a new password, which must be changed at the next sign-in; their sessions end, and so does a
    /// sign-in pause.
    pub fn set_password(&self, actor: &Actor, target: &UserTarget, password: &Secret) -> Result<UserRow, HubError> {
        Ok(self.set_password_or_make(actor, target, Some(password))?.row)
    }

    /// The same, with a password that keydesk makes if none is given.
    pub fn set_password_or_make(
        &self,
        actor: &Actor,
        target: &UserTarget,
        password: Option<&Secret>,
    ) -> Result<WithPassword, HubError> {
        let (hash, made) = hashed_or_made(&target.name, password)?;
        let row = self.store_password(actor, target, &hash)?;
        Ok(WithPassword { row, password: made })
    }

    fn store_password(&self, actor: &Actor, target: &UserTarget, hash: &str) -> Result<UserRow, HubError> {
        let name = target.name.as_str();
        let id = self.throttle_id(name)?;
        // Changing one's own password is open to every user here, too: the command line does not ask for the old one.
        let own = name == actor.user.as_str();
        let right = if own { Right::OwnAccount } else { Right::ManageUsers };
        let intent = Intent::new(right, UserOperation::Password.asked()).about(name).sensitive();
        self.write(actor, intent, |change| {
            let user = change.known_user(name)?;
            change.is_as_seen(&user, target)?;
            let must_change = !own;
            let user = change.set_password(user, hash, must_change, actor.user.as_str())?;
            change.clear_throttle(&id)?;
            change.note(action::PASSWORD_SET, Subject::row(&user.id, &user.name))?;
            self.user_row_of(change, name)
        })
    }

    /// A change of a user's row; `None` from `edit` means that nothing differs, which is success without a trail row.
    fn change_user(
        &self,
        actor: &Actor,
        target: &UserTarget,
        deed: UserOperation,
        edit: impl FnOnce(&mut UserRecord) -> Option<Action>,
    ) -> Result<UserRow, HubError> {
        self.write(actor, sensitive(deed.asked()).about(&target.name), |change| {
            let before = change.known_user(&target.name)?;
            let mut user = before.clone();
            if let Some(done) = edit(&mut user) {
                change.is_as_seen(&before, target)?;
                change.keep_an_administrator(&before, &user)?;
                user.version += 1;
                // A note gives or takes nothing: sessions go on.
                user.epoch += i64::from(user.role != before.role || user.state != before.state);
                user.changed_at = change.now.0;
                user.changed_by = actor.user.to_string();
                user.change = change.number();
                change.update(&user)?;
                let subject = Subject::row(&user.id, &user.name);
                change.note(done, subject.changed(Some(json(&before)), Some(json(&user))))?;
            }
            self.user_row_of(change, &target.name)
        })
    }

    fn user_row_of(&self, change: &mut Change<'_>, name: &str) -> Result<UserRow, HubError> {
        let row = change.user(name)?.ok_or_else(|| no_user(name))?;
        self.user_row(&mut *change.tx, &row)
    }

    fn user_row(&self, tx: &mut dyn Tx, row: &Tagged<UserRecord>) -> Result<UserRow, HubError> {
        let user = &row.record;
        let last = tables::presence(tx, &user.id)?;
        let (created, made) = tables::made_by(tx, &user.name, self.now().seconds().0)?;
        let ssh_keys = tables::ssh_keys(tx, Some(&user.id), false)?;
        Ok(UserRow {
            name: user.name.clone(),
            role: role_of(user)?,
            state: state_of(user)?,
            locked_until: self.locked_until(tx, &user.name)?,
            last_sign_in: last.map(|row| LastSignIn { at: Millis(row.at), address: row.address, via: row.via }),
            created_at: Millis(user.created_at),
            created_by: user.created_by.clone(),
            changed_by: user.changed_by.clone(),
            made,
            created,
            refused: None,
            has_password: user.password_version > 0,
            ssh_keys: ssh_keys.len() as i64,
            usable_ssh_keys: ssh_keys.iter().filter(|key| self.is_usable(key)).count() as i64,
            note: user.note.clone(),
            must_change_password: user.must_change,
            version: user.version,
            tampered: !row_tags::intact(&self.vault, row),
        })
    }

    /// End of the pause after wrong passwords, if one runs.
    pub(in crate::hub) fn locked_until(&self, tx: &mut dyn Tx, name: &str) -> Result<Option<Millis>, HubError> {
        let found: Option<Tagged<ThrottleRecord>> = tables::get(tx, "id", &self.throttle_id(name)?)?;
        Ok(found.and_then(|row| attempts(&row).locked(self.now())))
    }
}

impl Change<'_> {
    fn user(&mut self, name: &str) -> Result<Option<Tagged<UserRecord>>, HubError> {
        Ok(tables::get(&mut *self.tx, "name", name)?)
    }

    /// A user that exists and whose tag is right.
    fn known_user(&mut self, name: &str) -> Result<UserRecord, HubError> {
        let row = self.user(name)?.ok_or_else(|| no_user(name))?;
        match row_tags::intact(self.vault(), &row) {
            true => Ok(row.record),
            false => Err(HubError::Tampered {
                what: format!("The user {}", row.record.name),
                remedy: "add another user and stop using this one".to_owned(),
            }),
        }
    }

    /// Refuses when somebody changed the user since. The row says who did; what they did is in the trail.
    fn is_as_seen(&mut self, user: &UserRecord, target: &UserTarget) -> Result<(), HubError> {
        if user.version == target.version {
            return Ok(());
        }
        let filters = [TrailFilter::Subject(&user.id), TrailFilter::Class("change")];
        let rows = tables::trail_before(&mut *self.tx, &filters, i64::MAX, NEWEST)?;
        let did = rows.iter().find_map(|row| done_to(&row.action)).unwrap_or("changed").to_owned();
        Err(Conflict::Changed { who: user.changed_by.clone(), did, what: user.name.clone() }.into())
    }

    /// Refuses a change that would leave no Administrator who can sign in.
    fn keep_an_administrator(&mut self, before: &UserRecord, after: &UserRecord) -> Result<(), HubError> {
        if !is_able_administrator(before) || is_able_administrator(after) {
            return Ok(());
        }
        let vault = self.vault();
        let able = administrators(&mut *self.tx, vault)?;
        match able.iter().any(|name| *name != before.name) {
            true => Ok(()),
            false => Err(Conflict::LastAdministrator { who: before.name.clone() }.into()),
        }
    }
}

/// What an action did to a user's row, as said before their name; `None` for one that leaves the row as it is.
fn done_to(code: &str) -> Option<&'static str> {
    const DONE: [(Action, &str); 7] = [
        (action::USER_ADDED, "added"),
        (action::USER_ROLE, "changed the role of"),
        (action::USER_NOTE, "changed the note on"),
        (action::USER_DISABLED, "disabled"),
        (action::USER_ENABLED, "enabled"),
        (action::PASSWORD_SET, "set the password of"),
        (action::PASSWORD_OWN, "changed the password of"),
    ];
    DONE.iter().find(|(action, _)| action.code == code).map(|(_, words)| *words)
}

/// The newest refused sign-in of each name, among the newest of all.
fn refused_sign_ins(tx: &mut dyn Tx) -> Result<HashMap<String, RefusedSignIn>, HubError> {
    let mut newest = HashMap::new();
    for row in tables::refused_sign_ins(tx, action::SIGN_IN_REFUSED.code, REFUSED)? {
        // A try on a locked name has no user, and says in words whose name it was.
        let Some(name) = row.who.clone().or_else(|| row.what.strip_prefix("locked: ").map(str::to_owned)) else {
            continue;
        };
        if let Entry::Vacant(place) = newest.entry(name) {
            let times = tables::repeats(tx, row.no)?;
            place.insert(RefusedSignIn { at: Millis(row.at), address: row.address, times });
        }
    }
    Ok(newest)
}

/// The hash of a password, which is checked; without one, of one that is made here and returned.
fn hashed_or_made(name: &str, password: Option<&Secret>) -> Result<(String, Option<Secret>), HubError> {
    match password {
        Some(password) => {
            check_new_password(name, password)?;
            Ok((hash_password(password)?, None))
        }
        None => {
            let made = first_password(&mut fill)?;
            Ok((hash_password(&made)?, Some(made)))
        }
    }
}

fn sensitive(asked: &'static str) -> Intent {
    Intent::new(Right::ManageUsers, asked).sensitive()
}

fn no_user(name: &str) -> HubError {
    let shown = crate::text::safe(name).chars().take(40).collect::<String>();
    HubError::NotFound(format!("There is no user {shown}. Look at `keydesk user list --as NAME`."))
}
