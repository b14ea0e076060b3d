//! Runs a [`Call`] on a worker: one match.

use std::path::Path;

use crate::config;
use crate::export::{Format, to_file};
use crate::hub::{
    Actor, Cancel, Conflict, Hub, HubError, InputField, Origin, Overview, SshKeyRow, UnsavedSecret, Watch, WithPassword,
};
use crate::tui::msg::{Answer, Call, ExportPart, Lane, Reply, UserChange};

impl Call {
    /// Whether a dialog waits for its outcome, and keeps what was typed until then.
    pub fn is_of_a_form(&self) -> bool {
        self.lane() == Lane::Write
            && !matches!(
                self,
                Self::SetUp(_) | Self::SignIn { .. } | Self::SignOut(_) | Self::Seen(..) | Self::Refused(..)
            )
    }

    /// The worker that carries it out.
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
            | Self::AddSshKey(..)
            | Self::RemoveSshKey(..)
            | Self::Confirm(..)
            | Self::SetSettings(..)
            | Self::Seen(..)
            | Self::Refused(..) => Lane::Write,
            Self::Pulse(..)
            | Self::SeenBy(..)
            | Self::Overview(..)
            | Self::List(..)
            | Self::CountFound(..)
            | Self::UsedDays(..)
            | Self::Tampering(..)
            | Self::Jump(..)
            | Self::Details(..)
            | Self::Taken { .. }
            | Self::Find { .. }
            | Self::Trail(..)
            | Self::TrailCount(..)
            | Self::RefusedRequests(..)
            | Self::Users(_)
            | Self::SshKeys(..)
            | Self::Verify(_)
            | Self::Compare(..)
            | Self::Security(_)
            | Self::SignIns(_)
            | Self::Export { .. } => Lane::Read,
        }
    }
}

/// Calls the hub; a read that may take long ends early by `cancel` and reports through `progress` how far it is.
/// There is a desk already, so a [`Call::SetUp`] is refused.
pub fn perform(hub: &Hub, origin: &Origin, call: Call, cancel: &Cancel, progress: &mut dyn FnMut(i64)) -> Reply {
    Ok(match call {
        Call::SetUp(_) => return Err(HubError::Conflict(Conflict::SetUpDone)),
        Call::SignIn { name, password } => Answer::SignIn(hub.sign_in(&name, &password, origin)?),
        Call::SignOut(actor) => hub.sign_out(&actor).map(|()| Answer::Noted)?,
        Call::ChangeOwnPassword { actor, old, new } => {
            Answer::PasswordChanged(hub.change_own_password(&actor, &old, &new)?)
        }
        Call::Create(actor, wanted) => Answer::Issued(hub.create(&actor, &wanted)?),
        Call::Rotate(actor, targets, overlap) => {
            Answer::Rotated(hub.rotate_many(&actor, &targets, overlap, &mut Watch::new(cancel, progress))?)
        }
        Call::SetState(actor, targets, verb) => {
            let outcomes = hub.set_state_until(&actor, &targets, verb, &mut Watch::new(cancel, progress))?;
            Answer::States(outcomes, hub.newest_change())
        }
        Call::Edit(actor, targets, edit) => {
            Answer::Edited(hub.edit_until(&actor, &targets, &edit, &mut Watch::new(cancel, progress))?)
        }
        Call::LegacyPassword { actor, target, typed } => {
            Answer::Issued(hub.set_legacy_password(&actor, target, typed.as_ref())?)
        }
        Call::StopOld(actor, target) => Answer::Edited(vec![hub.stop_old_secret(&actor, target)?]),
        Call::Seen(actor, id, what) => hub.record_display_event(&actor, id, what).map(|()| Answer::Noted)?,
        Call::Refused(actor, deed) => Answer::Denied(hub.record_denied_deed(&actor, &deed)?),
        Call::SeenBy(actor, change) => Answer::SeenBy(hub.seen_by(&actor, change)?),
        Call::Pulse(actor, _) => Answer::Pulse(hub.pulse(&actor)?),
        Call::Overview(actor, lost) => Answer::Overview(Box::new(overview(hub, &actor, &lost)?)),
        Call::List(actor, query) => Answer::Page(hub.list_until(&actor, &query, cancel)?),
        Call::Details(actor, id) => Answer::Details(hub.details(&actor, id)?),
        Call::Taken { actor, kind, name, username } => Answer::Taken(hub.name_in_use(&actor, kind, &name, &username)?),
        Call::Find { actor, secret } => Answer::Found(hub.find_by_secret(&actor, &secret, cancel, progress)?),
        Call::Trail(actor, query) => Answer::Trail(hub.trail_until(&actor, &query, cancel)?),
        Call::TrailCount(actor, query) => Answer::TrailCount(hub.trail_count(&actor, &query, cancel)?),
        Call::RefusedRequests(actor, query) => Answer::RefusedRequests(hub.refused_requests(&actor, &query)?),
        Call::CountFound(actor, query) => Answer::CountFound(hub.count_found(&actor, &query, cancel)?),
        Call::UsedDays(actor, ids) => Answer::UsedDays(hub.allowed_by_day(&actor, &ids, cancel)?),
        Call::Tampering(actor, id) => Answer::Tampering(Box::new(hub.tampering(&actor, id)?)),
        Call::Jump(actor, query) => Answer::Jump(hub.jump(&actor, &query, cancel)?),
        Call::Users(actor) => Answer::Users(hub.users(&actor)?),
        Call::Verify(actor) => verify(hub, &actor, None, cancel, progress)?,
        Call::Compare(actor, no, hash) => verify(hub, &actor, Some((no, hash)), cancel, progress)?,
        Call::SignIns(actor) => Answer::SignIns(hub.own_sign_ins(&actor)?),
        Call::Security(actor) => Answer::Security(hub.security(&actor)?),
        Call::SetSettings(actor, wanted) => hub.set_settings(&actor, &wanted).map(|()| Answer::SettingsSet)?,
        Call::Export { actor, part, path, format } => export(hub, &actor, part, &path, format)?,
        Call::ChangeUser(actor, change) => Answer::User(change_user(hub, &actor, &change)?),
        Call::SshKeys(actor, who) => Answer::SshKeys(hub.ssh_keys(&actor, Some(&who), false)?),
        Call::AddSshKey(actor, who, new) => changed(hub.add_ssh_key(&actor, &who, &new)?),
        Call::RemoveSshKey(actor, key) => changed(hub.remove_ssh_key(&actor, &key)?),
        Call::Confirm(actor, password) => Answer::Reauthenticated(hub.confirm_password(&actor, &password)?),
    })
}

fn export(hub: &Hub, actor: &Actor, part: ExportPart, path: &Path, format: Format) -> Reply {
    let invalid = |sentence| HubError::Invalid { field: InputField::Other, sentence };
    let path = config::typed_path(path).map_err(|why| invalid(why.to_string()))?;
    let (now, forbidden) = (hub.now(), hub.protected_places());
    Ok(Answer::Exported(match part {
        ExportPart::Trail(query) => {
            to_file(&path, forbidden, format, now, |page| hub.export_trail(actor, &query, page))?
        }
        ExportPart::Credentials(part) => {
            to_file(&path, forbidden, format, now, |page| hub.export_credentials(actor, &part, page))?
        }
    }))
}

fn changed(row: SshKeyRow) -> Answer {
    Answer::SshKeyChanged(Box::new(row))
}

fn verify(
    hub: &Hub,
    actor: &Actor,
    noted: Option<(i64, String)>,
    cancel: &Cancel,
    progress: &mut dyn FnMut(i64),
) -> Reply {
    hub.verify_trail_until(actor, noted, cancel, &mut |done, _| progress(done)).map(Answer::Verified)
}

fn overview(hub: &Hub, actor: &Actor, lost: &[UnsavedSecret]) -> Result<Overview, HubError> {
    let overview = hub.overview(actor)?;
    let lost = if lost.is_empty() { Vec::new() } else { hub.still_unsaved(actor, lost)? };
    Ok(Overview { lost, ..overview })
}

fn change_user(hub: &Hub, actor: &Actor, change: &UserChange) -> Result<WithPassword, HubError> {
    let row = match change {
        UserChange::Add(new) => return hub.add_user_with(actor, new),
        UserChange::Password(target, password) => {
            return hub.set_password_or_make(actor, target, password.as_ref());
        }
        UserChange::Role(target, role) => hub.set_role(actor, target, *role),
        UserChange::Note(target, note) => hub.set_user_note(actor, target, note),
        UserChange::State(target, state) => hub.set_user_state(actor, target, *state),
        UserChange::Unlock(name) => hub.unlock_user(actor, name),
    }?;
    Ok(WithPassword { row, password: None })
}
