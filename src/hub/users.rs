//! User management: adding, role, disabling and enabling, unlocking, passwords.

use crate::account::{PasswordError, Right, Role, UserName, UserState, check_user_password};
use crate::secret::Secret;
use crate::store::{
    Tx,
    tables::{self, PersonRecord, Tagged, ThrottleRecord, TrailFilter},
};
use crate::time::Millis;
use crate::vault::{hash_password, uuid};

use super::{
    Actor, Conflict, Hub, HubError, LastSignIn, UserDeed, UserRow, UserTarget,
    action::{self, Action},
    change::{Change, Subject},
    check::{is_able_administrator, role_of, state_of},
    desk::password_place,
    guard,
    refusal::Intent,
    sign_in::attempts,
};

/// Rows of the trail among which the last change of a user is looked for: pauses and their ends lie between.
const NEWEST: i64 = 50;

impl Hub {
    /// All users, by name.
    pub fn users(&self, actor: &Actor) -> Result<Vec<UserRow>, HubError> {
        self.look(actor, &Intent::new(Right::ManageUsers, "list users"), |tx| {
            tables::people(tx)?.iter().map(|row| self.user_row(tx, row)).collect()
        })
    }

    /// One user; every user may look at their own row. A refusal goes to the trail as a refusal of `deed`, the action
    /// that the row was read for.
    pub fn user(&self, actor: &Actor, name: &str, deed: UserDeed) -> Result<UserRow, HubError> {
        let right = if name == actor.user.as_str() { Right::OwnAccount } else { Right::ManageUsers };
        self.look(actor, &Intent::new(right, deed.asked()), |tx| {
            let found: Option<Tagged<PersonRecord>> = tables::get(tx, "name", name)?;
            self.user_row(tx, &found.ok_or_else(|| no_user(name))?)
        })
    }

    /// Adds a user. The password is one that another set: it must be changed at the first sign-in.
    pub fn add_user(&self, actor: &Actor, name: &str, role: Role, password: &Secret) -> Result<UserRow, HubError> {
        let user = UserName::new(name)?;
        check_new_password(name, password)?;
        let hash = hash_password(password)?;
        self.change(actor, sensitive("add user"), |change| {
            if change.person(name)?.is_some() {
                return Err(Conflict::Taken { what: format!("The user name {user}") }.into());
            }
            let (id, now, by) = (uuid(change.now)?.to_string(), change.now.0, actor.user.to_string());
            let person = PersonRecord {
                password: change.vault().seal(hash.as_bytes(), &password_place(&id, 1))?,
                id,
                version: 1,
                name: user.to_string(),
                role: role.as_str().to_owned(),
                state: UserState::Active.as_str().to_owned(),
                epoch: 1,
                password_version: 1,
                must_change: true,
                created_at: now,
                created_by: by.clone(),
                changed_at: now,
                changed_by: by,
                change: change.number(),
            };
            change.insert(&person)?;
            change.first_throttle(&person.name)?;
            let subject = Subject::row(&person.id, &person.name).changed(None, Some(json(&person)));
            change.note(action::USER_ADDED, subject)?;
            self.user_row_of(change, &person.name)
        })
    }

    /// Changes a user's role; their sessions end.
    pub fn set_role(&self, actor: &Actor, target: &UserTarget, role: Role) -> Result<UserRow, HubError> {
        self.change_user(actor, target, UserDeed::Role, |person| {
            let changed = person.role != role.as_str();
            person.role = role.as_str().to_owned();
            changed.then_some(action::USER_ROLE)
        })
    }

    /// Disables or enables a user; their sessions end.
    pub fn set_user_state(&self, actor: &Actor, target: &UserTarget, state: UserState) -> Result<UserRow, HubError> {
        let done = match state {
            UserState::Active => action::USER_ENABLED,
            UserState::Disabled => action::USER_DISABLED,
        };
        self.change_user(actor, target, UserDeed::to(state), |person| {
            let changed = person.state != state.as_str();
            person.state = state.as_str().to_owned();
            changed.then_some(done)
        })
    }

    /// Ends the pause after wrong passwords. The pause is not in the user's row, so no version is asked for.
    pub fn unlock_user(&self, actor: &Actor, name: &str) -> Result<UserRow, HubError> {
        let id = self.throttle_id(name)?;
        self.change(actor, sensitive("unlock user"), |change| {
            let person = change.known_person(name)?;
            let locked = self.locked_until(&mut *change.tx, name)?.is_some();
            change.clear_throttle(&id)?;
            if locked {
                change.note(action::USER_UNLOCKED, Subject::row(&person.id, &person.name))?;
            }
            self.user_row_of(change, name)
        })
    }

    /// Gives a user a new password, which must be changed at the next sign-in; their sessions end, and so does a
    /// sign-in pause.
    pub fn set_password(&self, actor: &Actor, target: &UserTarget, password: &Secret) -> Result<UserRow, HubError> {
        let name = target.name.as_str();
        check_new_password(name, password)?;
        let (hash, id) = (hash_password(password)?, self.throttle_id(name)?);
        // Changing one's own password is open to every user here, too: the command line does not ask for the old one.
        let own = name == actor.user.as_str();
        let right = if own { Right::OwnAccount } else { Right::ManageUsers };
        self.change(actor, Intent::new(right, UserDeed::Password.asked()).sensitive(), |change| {
            let person = change.known_person(name)?;
            change.is_as_seen(&person, target)?;
            let must_change = !own;
            let person = change.set_password(person, &hash, must_change, actor.user.as_str())?;
            change.clear_throttle(&id)?;
            change.note(action::PASSWORD_SET, Subject::row(&person.id, &person.name))?;
            self.user_row_of(change, name)
        })
    }

    /// A change of a user's row; `None` from `edit` means that nothing differs, which is success without a trail row.
    fn change_user(
        &self,
        actor: &Actor,
        target: &UserTarget,
        deed: UserDeed,
        edit: impl FnOnce(&mut PersonRecord) -> Option<Action>,
    ) -> Result<UserRow, HubError> {
        self.change(actor, sensitive(deed.asked()), |change| {
            let before = change.known_person(&target.name)?;
            let mut person = before.clone();
            if let Some(done) = edit(&mut person) {
                change.is_as_seen(&before, target)?;
                change.keep_an_administrator(&before, &person)?;
                person.version += 1;
                person.epoch += 1;
                person.changed_at = change.now.0;
                person.changed_by = actor.user.to_string();
                person.change = change.number();
                change.update(&person)?;
                let subject = Subject::row(&person.id, &person.name);
                change.note(done, subject.changed(Some(json(&before)), Some(json(&person))))?;
            }
            self.user_row_of(change, &target.name)
        })
    }

    fn user_row_of(&self, change: &mut Change<'_>, name: &str) -> Result<UserRow, HubError> {
        let row = change.person(name)?.ok_or_else(|| no_user(name))?;
        self.user_row(&mut *change.tx, &row)
    }

    fn user_row(&self, tx: &mut dyn Tx, row: &Tagged<PersonRecord>) -> Result<UserRow, HubError> {
        let person = &row.record;
        let last = tables::presence(tx, &person.id)?;
        Ok(UserRow {
            name: person.name.clone(),
            role: role_of(person)?,
            state: state_of(person)?,
            locked_until: self.locked_until(tx, &person.name)?,
            last_sign_in: last.map(|row| LastSignIn { at: Millis(row.at), address: row.address }),
            created_at: Millis(person.created_at),
            created_by: person.created_by.clone(),
            changed_by: person.changed_by.clone(),
            made: tables::made_by(tx, &person.name, self.now().seconds().0)?,
            must_change_password: person.must_change,
            version: person.version,
            tampered: !guard::intact(&self.vault, row),
        })
    }

    /// End of the pause after wrong passwords, if one runs.
    pub(super) fn locked_until(&self, tx: &mut dyn Tx, name: &str) -> Result<Option<Millis>, HubError> {
        let found: Option<Tagged<ThrottleRecord>> = tables::get(tx, "id", &self.throttle_id(name)?)?;
        Ok(found.and_then(|row| attempts(&row).locked(self.now())))
    }
}

impl Change<'_> {
    fn person(&mut self, name: &str) -> Result<Option<Tagged<PersonRecord>>, HubError> {
        Ok(tables::get(&mut *self.tx, "name", name)?)
    }

    /// A user that exists and whose tag is right.
    fn known_person(&mut self, name: &str) -> Result<PersonRecord, HubError> {
        let row = self.person(name)?.ok_or_else(|| no_user(name))?;
        match guard::intact(self.vault(), &row) {
            true => Ok(row.record),
            false => Err(HubError::Tampered {
                what: format!("The user {}", row.record.name),
                mend: "add another user and stop using this one".to_owned(),
            }),
        }
    }

    /// Refuses when somebody changed the user since. The row says who did; what they did is in the trail.
    fn is_as_seen(&mut self, person: &PersonRecord, target: &UserTarget) -> Result<(), HubError> {
        if person.version == target.version {
            return Ok(());
        }
        let filters = [TrailFilter::Subject(&person.id), TrailFilter::Class("change")];
        let rows = tables::trail_before(&mut *self.tx, &filters, i64::MAX, NEWEST)?;
        let did = rows.iter().find_map(|row| done_to(&row.action)).unwrap_or("changed").to_owned();
        Err(Conflict::Changed { who: person.changed_by.clone(), did, what: person.name.clone() }.into())
    }

    /// Writes a new password hash; raises the epoch, so that other sessions end.
    pub(super) fn set_password(
        &mut self,
        before: PersonRecord,
        hash: &str,
        must_change: bool,
        by: &str,
    ) -> Result<PersonRecord, HubError> {
        let password_version = before.password_version + 1;
        let password = self.vault().seal(hash.as_bytes(), &password_place(&before.id, password_version))?;
        let person = PersonRecord {
            version: before.version + 1,
            epoch: before.epoch + 1,
            password,
            password_version,
            must_change,
            changed_at: self.now.0,
            changed_by: by.to_owned(),
            change: self.number(),
            ..before
        };
        self.update(&person)?;
        Ok(person)
    }

    /// Refuses a change that would leave no Administrator who can sign in.
    fn keep_an_administrator(&mut self, before: &PersonRecord, after: &PersonRecord) -> Result<(), HubError> {
        if !is_able_administrator(before) || is_able_administrator(after) {
            return Ok(());
        }
        let vault = self.vault();
        let able = super::check::administrators(&mut *self.tx, vault)?;
        match able.iter().any(|name| *name != before.name) {
            true => Ok(()),
            false => Err(Conflict::LastAdministrator { who: before.name.clone() }.into()),
        }
    }
}

/// What an action did to a user's row, as said before their name; `None` for one that leaves the row as it is.
fn done_to(code: &str) -> Option<&'static str> {
    const DONE: [(Action, &str); 6] = [
        (action::USER_ADDED, "added"),
        (action::USER_ROLE, "changed the role of"),
        (action::USER_DISABLED, "disabled"),
        (action::USER_ENABLED, "enabled"),
        (action::PASSWORD_SET, "set the password of"),
        (action::PASSWORD_OWN, "changed the password of"),
    ];
    DONE.iter().find(|(action, _)| action.code == code).map(|(_, words)| *words)
}

fn sensitive(asked: &'static str) -> Intent {
    Intent::new(Right::ManageUsers, asked).sensitive()
}

fn no_user(name: &str) -> HubError {
    let shown = crate::text::safe(name).chars().take(40).collect::<String>();
    HubError::NotFound(format!("There is no user {shown}. Look at `keydesk user list --as NAME`."))
}

/// A user's row for the trail: nothing of the password.
pub(super) fn json(person: &PersonRecord) -> String {
    serde_json::json!({
        "name": person.name,
        "role": person.role,
        "state": person.state,
        "must_change_password": person.must_change,
    })
    .to_string()
}

/// Checks a new password against the password policy.
pub(super) fn check_new_password(name: &str, password: &Secret) -> Result<(), HubError> {
    let text = password.expose_text().ok_or(PasswordError::Control)?;
    Ok(check_user_password(name, text)?)
}
