//! Replies to forms that a dialog sent.

use crate::{
    credential::State,
    hub::{Actor, Conflict, Field, Gone, HubError, Issued, LostSecret, Outcome},
    tui::{
        app::App,
        dialog::{self, ChangePassword, Dialog, Issue, OneTime, Part},
        form::Id,
        toast::Toast,
    },
};

impl App {
    pub(super) fn password_changed(&mut self, actor: Actor) {
        let now = self.now;
        if let Some(workspace) = &mut self.workspace {
            workspace.session.actor = actor;
            workspace.session.must_change_password = false;
            workspace.dialogs.pop();
            workspace.due.overview = Some(now);
        }
        self.toast = Some(Toast::done(now, "Your password was changed."));
    }

    pub(super) fn issued(&mut self, issued: Issued) {
        let Issued { row, secret, version, old_until, cut_short } = issued;
        let (now, locked) = (self.now, self.sign_in.is_some());
        let Some(workspace) = &mut self.workspace else { return };
        let sent = workspace.dialogs.pop();
        let stopped_early = !cut_short.is_empty();
        let renewed = matches!(sent, Some(Dialog::NewPassword(_)));
        let issue = match sent {
            Some(Dialog::Rotate(_) | Dialog::NewPassword(_)) => Issue::Rotated { old_until, cut_short },
            _ => Issue::Created,
        };
        if let Some(api) = workspace.api_mut() {
            api.list.seek(&row);
        }
        workspace.read_list(now);
        workspace.due.overview = Some(now);
        if renewed {
            workspace.edit_goes_on(&row);
        }
        match secret {
            // The desk was locked while the store wrote: what nobody may see is dropped here.
            Some(_) if locked => workspace.missed.push(LostSecret { id: row.id, version, how: Gone::Wiped }),
            Some(secret) => {
                workspace.dialogs.push(Dialog::Secret(Box::new(OneTime::new(row, (secret, version), issue))))
            }
            None if renewed => {
                let older = if stopped_early { " An older one in its overlap stopped too." } else { "" };
                let said = format!("{} has the password you typed; the old one stopped.{older}", row.name);
                self.toast = Some(Toast::done(now, said));
            }
            None => workspace.dialogs.push(Dialog::Made(Box::new(row))),
        }
    }

    pub(super) fn states(&mut self, outcomes: &[Outcome]) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        let Some(Dialog::Change(change)) = workspace.dialogs.pop() else { return };
        let revoked = outcomes.iter().any(|o| matches!(o, Outcome::Done(row) if row.state == State::Revoked));
        if change.over_secret && revoked {
            workspace.dialogs.pop();
        }
        if let Some(api) = workspace.api_mut() {
            api.ticked.clear();
            api.list.reload();
        }
        workspace.read_list(now);
        workspace.due.overview = Some(now);
        let left_out: Vec<String> = outcomes.iter().filter_map(left_out).collect();
        match left_out.is_empty() {
            true => self.toast = Some(Toast::done(now, summary(outcomes))),
            false => {
                let mut lines = left_out;
                if lines.len() < outcomes.len() {
                    lines.push(summary(outcomes));
                }
                self.notice("Not changed", lines);
            }
        }
    }

    /// The dialog stays with everything that was typed, unless what it is about has changed under it.
    pub(super) fn form_failed(&mut self, why: HubError) {
        let now = self.now;
        match why {
            HubError::SessionOver(over) => return self.end_session(&over.to_string()),
            HubError::PasswordMustChange => return self.must_change_password(),
            HubError::Denied(denied) => {
                if let Some(workspace) = &mut self.workspace {
                    workspace.dialogs.push(Dialog::Denied(denied));
                }
            }
            HubError::PasswordNeeded => self.ask_for_password(),
            HubError::Conflict(Conflict::Taken { .. }) => {
                let of_user = matches!(self.workspace.as_ref().and_then(|r| r.dialogs.last()), Some(Dialog::User(_)));
                self.fault_at(if of_user { Id::Name } else { Id::Username }, why.to_string());
            }
            HubError::WrongPassword => self.fault_at(Id::Old, why.to_string()),
            HubError::Conflict(why) if self.edit_is_stale(&why) => return,
            HubError::Conflict(_) | HubError::NotFound(_) => {
                if let Some(workspace) = &mut self.workspace {
                    workspace.dialogs.pop();
                    workspace.read_again(now);
                }
                return self.notice("Not changed", vec![why.to_string()]);
            }
            HubError::Invalid { field, sentence } => match self.entry_for(field) {
                Some(id) => self.fault_at(id, sentence),
                None => self.problem(sentence),
            },
            why => {
                if let (HubError::Unknown, Some(workspace)) = (&why, &mut self.workspace) {
                    workspace.read_again(now);
                }
                self.problem(why.to_string());
            }
        }
        self.drop_ahead();
    }

    pub(super) fn settings_set(&mut self) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        let Some(Dialog::Settings(d)) = workspace.dialogs.pop_if(|d| matches!(d, Dialog::Settings(_))) else { return };
        let said = match d.part {
            Part::Lock => "The lock time is set. It holds from the next sign-in on.",
            Part::Api => "The address of the API is set. Samples and snippets use it.",
            Part::Verifier => "It is set. Verifiers follow within a second.",
        };
        workspace.due.overview = Some(now);
        self.toast = Some(Toast::done(now, said));
        if self.sign_in.is_none() {
            self.read_security();
        }
    }

    fn entry_for(&self, field: Field) -> Option<Id> {
        match self.workspace.as_ref()?.dialogs.last()? {
            Dialog::Create(create) => dialog::entry_of(field, create.kind),
            Dialog::Edit(edit) => dialog::entry_of(field, edit.rows.first()?.kind),
            Dialog::NewPassword(_) => Some(Id::Password),
            Dialog::Password(_) => Some(Id::Password),
            Dialog::Reauthenticate(_) => Some(Id::Old),
            Dialog::Settings(_) => match field {
                Field::Setting(setting) => Some(Id::Setting(setting)),
                _ => None,
            },
            Dialog::Export(_) => Some(Id::File),
            Dialog::User(_) if field == Field::UserName => Some(Id::Name),
            Dialog::User(_) => Some(Id::Password),
            _ => None,
        }
    }

    fn fault_at(&mut self, id: Id, sentence: String) {
        let form = self.workspace.as_mut().and_then(|r| r.dialogs.last_mut()).and_then(Dialog::form_mut);
        match form.filter(|form| form.entry(id).is_some()) {
            Some(form) => form.fault(id, sentence),
            None => self.problem(sentence),
        }
    }

    fn problem(&mut self, sentence: String) {
        let place = match self.workspace.as_mut().and_then(|r| r.dialogs.last_mut()) {
            Some(Dialog::Create(d)) => &mut d.problem,
            Some(Dialog::Rotate(d)) => &mut d.problem,
            Some(Dialog::Edit(d)) => &mut d.problem,
            Some(Dialog::NewPassword(d)) => &mut d.problem,
            Some(Dialog::Find(d)) => &mut d.problem,
            Some(Dialog::StopOld(d)) => &mut d.problem,
            Some(Dialog::Change(d)) => &mut d.problem,
            Some(Dialog::Password(d)) => &mut d.problem,
            Some(Dialog::User(d)) => &mut d.problem,
            Some(Dialog::Reauthenticate(d)) => &mut d.problem,
            Some(Dialog::Settings(d)) => &mut d.problem,
            Some(Dialog::Export(d)) => &mut d.problem,
            _ => {
                self.toast = Some(Toast::error(sentence));
                return;
            }
        };
        *place = Some(sentence);
    }

    /// The password was set by somebody else while the user was signed in: choosing a new one comes first.
    pub(super) fn must_change_password(&mut self) {
        self.drop_secrets();
        let Some(workspace) = &mut self.workspace else { return };
        workspace.session.must_change_password = true;
        workspace.dialogs = vec![Dialog::Password(Box::new(ChangePassword::new(true)))];
        self.dirty = true;
        self.drop_ahead();
    }
}

pub(super) fn left_out(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::LeftOut { why, .. } => Some(why.to_string()),
        Outcome::Done(_) | Outcome::Already(_) => None,
    }
}

/// The results in words: `Disabled crm-sync.` or `Revoked 3 keys; 1 was so already.`
fn summary(outcomes: &[Outcome]) -> String {
    let done: Vec<_> =
        outcomes.iter().filter_map(|o| if let Outcome::Done(row) = o { Some(row) } else { None }).collect();
    let already: Vec<_> =
        outcomes.iter().filter_map(|o| if let Outcome::Already(row) = o { Some(row) } else { None }).collect();
    let verb = |state| match state {
        State::Active => "Enabled",
        State::Disabled => "Disabled",
        State::Revoked => "Revoked",
    };
    match (done.as_slice(), already.as_slice()) {
        ([], [one]) => format!("{} is {} already.", one.name, one.state),
        ([], many) => format!("All {} were so already.", many.len()),
        ([one], []) => format!("{} {}.", verb(one.state), one.name),
        ([first, ..], []) => format!("{} {} keys.", verb(first.state), done.len()),
        ([first, ..], some) => format!("{} {}; {} so already.", verb(first.state), done.len(), some.len()),
    }
}
