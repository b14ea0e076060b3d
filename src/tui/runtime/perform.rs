//! Runs a [`Call`] on a worker: one match.

use crate::{
    config,
    export::to_file,
    hub::{Actor, Cancel, Field, Hub, HubError, LostSecret, Origin, Overview, UserRow},
    tui::msg::{Call, Lane, Reply, UserChange},
};

impl Call {
    /// Which worker does it.
    pub fn lane(&self) -> Lane {
        match self {
            Self::SetUp(_)
            | Self::SignIn { .. }
            | Self::SignOut(_)
            | Self::ChangeOwnPassword { .. }
            | Self::Create(..)
            | Self::Rotate(..)
            | Self::SetState(..)
            | Self::Edit(..)
            | Self::LegacyPassword { .. }
            | Self::StopOld(..)
            | Self::ChangeUser(..)
            | Self::Confirm(..)
            | Self::SetSettings(..)
            | Self::Seen(..)
            | Self::Refused(..) => Lane::Write,
            Self::Pulse(..)
            | Self::Overview(..)
            | Self::List(..)
            | Self::Details(..)
            | Self::Taken { .. }
            | Self::Find { .. }
            | Self::Trail(..)
            | Self::RefusedRequests(..)
            | Self::Users(_)
            | Self::Verify(_)
            | Self::Security(_)
            | Self::SignIns(_)
            | Self::Export { .. } => Lane::Read,
        }
    }
}

/// Calls the hub; a read that may take long ends early by `cancel` and says by `progress` how far it is. A [`Call::SetUp`] that comes here comes too late:
/// there is a desk.
pub fn perform(hub: &Hub, origin: &Origin, call: Call, cancel: &Cancel, progress: &mut dyn FnMut(i64)) -> Reply {
    match call {
        Call::SetUp(_) => Reply::SetUp(Err(HubError::Conflict(crate::hub::Conflict::SetUpDone))),
        Call::SignIn { name, password } => Reply::SignIn(hub.sign_in(&name, &password, origin)),
        Call::SignOut(actor) => Reply::Done(hub.sign_out(&actor)),
        Call::ChangeOwnPassword { actor, old, new } => Reply::Actor(hub.change_own_password(&actor, &old, &new)),
        Call::Create(actor, wanted) => Reply::Issued(hub.create(&actor, &wanted)),
        Call::Rotate(actor, target, overlap) => Reply::Issued(hub.rotate(&actor, target, overlap)),
        Call::SetState(actor, targets, verb) => Reply::States(hub.set_state(&actor, &targets, verb)),
        Call::Edit(actor, targets, edit) => Reply::Edited(hub.edit(&actor, &targets, &edit)),
        Call::LegacyPassword { actor, target, typed } => {
            Reply::Issued(hub.set_legacy_password(&actor, target, typed.as_ref()))
        }
        Call::StopOld(actor, target) => Reply::Edited(hub.stop_old_secret(&actor, target).map(|outcome| vec![outcome])),
        Call::Seen(actor, id, what) => Reply::Done(hub.seen(&actor, id, what)),
        Call::Refused(actor, right) => Reply::Denied(hub.refused(&actor, right)),
        Call::Pulse(actor, _) => Reply::Pulse(hub.pulse(&actor)),
        Call::Overview(actor, lost) => Reply::Overview(overview(hub, &actor, &lost)),
        Call::List(actor, query) => Reply::Page(hub.list_until(&actor, &query, cancel)),
        Call::Details(actor, id) => Reply::Details(hub.details(&actor, id)),
        Call::Taken { actor, kind, name, username } => Reply::Taken(hub.taken(&actor, kind, &name, &username)),
        Call::Find { actor, secret } => Reply::Found(hub.find_by_secret(&actor, &secret, cancel, progress)),
        Call::Trail(actor, query) => Reply::Trail(hub.trail(&actor, &query)),
        Call::RefusedRequests(actor, query) => Reply::RefusedRequests(hub.refused_requests(&actor, &query)),
        Call::Users(actor) => Reply::Users(hub.users(&actor)),
        Call::Verify(actor) => {
            Reply::Verified(hub.verify_trail_until(&actor, None, cancel, &mut |done, _| progress(done)))
        }
        Call::SignIns(actor) => Reply::SignIns(hub.own_sign_ins(&actor)),
        Call::Security(actor) => Reply::Security(hub.security(&actor)),
        Call::SetSettings(actor, wanted) => Reply::Done(hub.set_settings(&actor, &wanted)),
        Call::Export { actor, query, path, format } => Reply::Exported(
            config::meant(&path)
                .map_err(|why| HubError::Invalid { field: Field::Other, sentence: why.to_string() })
                .and_then(|path| to_file(&path, format, |page| hub.export_trail(&actor, &query, page))),
        ),
        Call::ChangeUser(actor, change) => Reply::User(change_user(hub, &actor, &change)),
        Call::Confirm(actor, password) => Reply::Confirmed(hub.confirm_password(&actor, &password)),
    }
}

fn overview(hub: &Hub, actor: &Actor, lost: &[LostSecret]) -> Result<Overview, HubError> {
    let overview = hub.overview(actor)?;
    let lost = if lost.is_empty() { Vec::new() } else { hub.still_lost(actor, lost)? };
    Ok(Overview { lost, ..overview })
}

fn change_user(hub: &Hub, actor: &Actor, change: &UserChange) -> Result<UserRow, HubError> {
    match change {
        UserChange::Add { name, role, password } => hub.add_user(actor, name, *role, password),
        UserChange::Role(target, role) => hub.set_role(actor, target, *role),
        UserChange::Password(target, password) => hub.set_password(actor, target, password),
        UserChange::State(target, state) => hub.set_user_state(actor, target, *state),
        UserChange::Unlock(name) => hub.unlock_user(actor, name),
    }
}
