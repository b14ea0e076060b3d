//! Authorization: is the actor's session still valid, and does the role have the right? Checked in every transaction,
//! reads included.

use crate::account::{Right, UserState, allows};
use crate::hub::audit::trail_state::TrailState;
use crate::hub::tx::{row_tags, table_sums};
use crate::hub::users::mapping::{administrators, role_of, state_of};
use crate::hub::users::opens;
use crate::hub::{Actor, Denied, HubError, SessionOver, Via};
use crate::store::tables::{self, Record as _, Tagged, UserRecord};
use crate::store::{Query, StoreError, Tx};
use crate::time::Millis;
use crate::vault::Vault;

/// What [`check`] asks when nothing is wrong.
pub(crate) fn queries(actor: &Actor) -> Vec<Query> {
    let mut queries = vec![tables::get_query::<UserRecord>("name", actor.user.as_str())];
    if let Via::SshKey(key) = &actor.via {
        queries.push(tables::ssh_key_query(key.no));
    }
    queries
}

/// The user behind an actor, if the session is still good and the role has the right.
pub(crate) fn check(
    tx: &mut dyn Tx,
    vault: &Vault,
    now: Millis,
    actor: &Actor,
    right: Right,
) -> Result<UserRecord, HubError> {
    let user = session(tx, vault, now, actor)?;
    if user.must_change && actor.via == Via::Password && right != Right::OwnAccount {
        return Err(HubError::PasswordMustChange);
    }
    let role = role_of(&user)?;
    match allows(role, right) {
        true => Ok(user),
        false => Err(HubError::Denied(Denied { right, role, administrators: administrators(tx, vault)? })),
    }
}

/// The same for what may be done by an Administrator whose own row was removed or changed outside keydesk: to look, to
/// take away and to accept the store. Only on the machine itself, and only if a whole trail says that they are an
/// Administrator. Otherwise whoever can write the database could keep everybody from the desk.
pub(crate) fn check_for_repair(
    tx: &mut dyn Tx,
    vault: &Vault,
    now: Millis,
    actor: &Actor,
    right: Right,
) -> Result<UserRecord, HubError> {
    match check(tx, vault, now, actor, right) {
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
) -> Result<Option<UserRecord>, HubError> {
    let Some(head) = tables::head(tx)?.filter(|head| row_tags::head_intact(vault, head)) else { return Ok(None) };
    // The trail is long: a mistyped name is no reason to read it.
    let told = table_sums::of_head(vault, &head)?;
    if matches!(why, SessionOver::Unknown) && table_sums::matches(tx, vault, &told, table_sums::USERS).unwrap_or(false)
    {
        let intact = tables::users(tx)?.iter().filter(|row| row_tags::intact(vault, row)).count();
        if u64::try_from(intact).is_ok_and(|intact| intact == told.of(UserRecord::TABLE).rows()) {
            return Ok(None);
        }
    }
    Ok(TrailState::read(tx, &head, true)?.administrator(actor.user.as_str(), actor.epoch))
}

/// The user behind an actor, if the session is still good.
fn session(tx: &mut dyn Tx, vault: &Vault, now: Millis, actor: &Actor) -> Result<UserRecord, HubError> {
    let found: Option<Tagged<UserRecord>> = match tables::get(tx, "name", actor.user.as_str()) {
        // keydesk writes no row that it cannot read.
        Err(StoreError::Broken(_)) => return Err(HubError::SessionOver(SessionOver::Tampered)),
        found => found?,
    };
    let row = found.ok_or(HubError::SessionOver(SessionOver::Unknown))?;
    let over = match &row.record {
        _ if !row_tags::intact(vault, &row) => Some(SessionOver::Tampered),
        user if state_of(user)? == UserState::Disabled => Some(SessionOver::Disabled),
        user if user.epoch != actor.epoch => Some(SessionOver::Changed),
        user => match &actor.via {
            Via::SshKey(key) if !opens(tx, vault, key, &user.id, now)? => Some(SessionOver::KeyGone),
            Via::SshKey(_) | Via::Password | Via::Local => None,
        },
    };
    over.map_or(Ok(row.record), |why| Err(HubError::SessionOver(why)))
}
