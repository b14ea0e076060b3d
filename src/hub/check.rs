//! Authorization: is the actor's session still valid, and does the role have the right? Checked in every transaction,
//! reads included.

use crate::account::{Right, Role, UserState, allows};
use crate::store::{
    StoreError, Tx,
    tables::{self, PersonRecord, Record as _, Tagged},
};
use crate::vault::Vault;

use super::{Actor, Denied, HubError, SessionOver, Via, guard, sums, vouched::Vouched};

/// The user behind an actor, if the session is still good and the role has the right.
pub(super) fn check(tx: &mut dyn Tx, vault: &Vault, actor: &Actor, right: Right) -> Result<PersonRecord, HubError> {
    let person = session(tx, vault, actor)?;
    if person.must_change && actor.via == Via::Password && right != Right::OwnAccount {
        return Err(HubError::PasswordMustChange);
    }
    let role = role_of(&person)?;
    match allows(role, right) {
        true => Ok(person),
        false => Err(HubError::Denied(Denied { right, role, administrators: administrators(tx, vault)? })),
    }
}

/// The same for what may be done by an Administrator whose own row was removed or changed outside keydesk: to look, to take
/// away and to accept the store. Only on the machine itself, and only if a whole trail says that they are an Administrator.
/// Otherwise whoever can write the database could keep everybody from the desk.
pub(super) fn check_for_mending(
    tx: &mut dyn Tx,
    vault: &Vault,
    actor: &Actor,
    right: Right,
) -> Result<PersonRecord, HubError> {
    match check(tx, vault, actor, right) {
        Err(HubError::SessionOver(why @ (SessionOver::Unknown | SessionOver::Tampered))) if actor.via == Via::Local => {
            by_the_trail(tx, vault, actor, &why)?.ok_or(HubError::SessionOver(why))
        }
        checked => checked,
    }
}

fn by_the_trail(
    tx: &mut dyn Tx,
    vault: &Vault,
    actor: &Actor,
    why: &SessionOver,
) -> Result<Option<PersonRecord>, HubError> {
    let Some(head) = tables::head(tx)?.filter(|head| guard::head_intact(vault, head)) else { return Ok(None) };
    // The trail is long, and a name that was merely mistyped is no reason to read it.
    let told = sums::told(vault, &head)?;
    if matches!(why, SessionOver::Unknown) && sums::fits(tx, vault, &told, sums::USERS).unwrap_or(false) {
        let intact = tables::people(tx)?.iter().filter(|row| guard::intact(vault, row)).count();
        if u64::try_from(intact).is_ok_and(|intact| intact == told.of(PersonRecord::TABLE).rows()) {
            return Ok(None);
        }
    }
    Ok(Vouched::read(tx, &head, true)?.administrator(actor.user.as_str(), actor.epoch))
}

/// The user behind an actor, if the session is still good.
fn session(tx: &mut dyn Tx, vault: &Vault, actor: &Actor) -> Result<PersonRecord, HubError> {
    let found: Option<Tagged<PersonRecord>> = match tables::get(tx, "name", actor.user.as_str()) {
        // What cannot be read, keydesk did not write.
        Err(StoreError::Broken(_)) => return Err(HubError::SessionOver(SessionOver::Tampered)),
        found => found?,
    };
    let row = found.ok_or(HubError::SessionOver(SessionOver::Unknown))?;
    let over = match &row.record {
        _ if !guard::intact(vault, &row) => Some(SessionOver::Tampered),
        person if state_of(person)? == UserState::Disabled => Some(SessionOver::Disabled),
        person if person.epoch != actor.epoch => Some(SessionOver::Changed),
        _ => None,
    };
    over.map_or(Ok(row.record), |why| Err(HubError::SessionOver(why)))
}

/// Names of the Administrators who can sign in.
pub(super) fn administrators(tx: &mut dyn Tx, vault: &Vault) -> Result<Vec<String>, HubError> {
    let people = tables::people(tx)?.into_iter();
    let able = people.filter(|row| guard::intact(vault, row) && is_able_administrator(&row.record));
    Ok(able.map(|row| row.record.name).collect())
}

/// Whether a user is an Administrator who can sign in.
pub(super) fn is_able_administrator(person: &PersonRecord) -> bool {
    person.role == Role::Administrator.as_str() && person.state == UserState::Active.as_str()
}

/// Parses the role of a user's row.
pub(super) fn role_of(person: &PersonRecord) -> Result<Role, HubError> {
    person.role.parse().map_err(|()| unreadable("role"))
}

/// Parses the state of a user's row.
pub(super) fn state_of(person: &PersonRecord) -> Result<UserState, HubError> {
    person.state.parse().map_err(|()| unreadable("state"))
}

pub(super) fn unreadable(what: &str) -> HubError {
    HubError::Failed(format!("A {what} in the database is not one that keydesk knows. Restore a backup."))
}
