//! Mapping: what the rows of users say, and their JSON for the trail.

use crate::account::{Role, UserState};
use crate::hub::HubError;
use crate::hub::error::unreadable;
use crate::hub::tx::row_tags;
use crate::store::Tx;
use crate::store::tables::{self, UserRecord};
use crate::vault::Vault;

/// Parses the role of a user's row.
pub(crate) fn role_of(user: &UserRecord) -> Result<Role, HubError> {
    user.role.parse().map_err(|()| unreadable("role"))
}

/// Parses the state of a user's row.
pub(crate) fn state_of(user: &UserRecord) -> Result<UserState, HubError> {
    user.state.parse().map_err(|()| unreadable("state"))
}

/// Whether a user is an Administrator who can sign in.
pub(crate) fn is_able_administrator(user: &UserRecord) -> bool {
    user.role == Role::Administrator.as_str() && user.state == UserState::Active.as_str()
}

/// Names of the Administrators who can sign in.
pub(crate) fn administrators(tx: &mut dyn Tx, vault: &Vault) -> Result<Vec<String>, HubError> {
    let users = tables::users(tx)?.into_iter();
    let able = users.filter(|row| row_tags::intact(vault, row) && is_able_administrator(&row.record));
    Ok(able.map(|row| row.record.name).collect())
}

/// A user's row for the trail: nothing of the password.
pub(crate) fn json(user: &UserRecord) -> String {
    serde_json::json!({
        "name": user.name,
        "role": user.role,
        "state": user.state,
        "must_change_password": user.must_change,
        "note": user.note,
    })
    .to_string()
}
