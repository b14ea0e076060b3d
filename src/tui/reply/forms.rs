//! Replies to forms that a dialog sent.

use crate::credential::State;
use crate::hub::{Actor, ChangeNumber, ChangeOutcome, Conflict, HubError, InputField, Issued};
use crate::tui::app::App;
use crate::tui::dialog::{self, Dialog, DialogKind, SecretPage};
use crate::tui::form::Id;
use crate::tui::screen::SettingGroup;
use crate::tui::toast::Toast;

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

    pub(super) fn issued(&mut self, issued: Vec<Issued>) {
        let (now, locked) = (self.now, self.sign_in.is_some());
        let Some(workspace) = &mut self.workspace else { return };
        let sent = workspace.dialogs.pop().map(|dialog| dialog.kind);
        let renewed = matches!(sent, Some(DialogKind::NewPassword(_)));
        let created = !renewed && !matches!(sent, Some(DialogKind::Rotate(_)));
        issued.iter().for_each(|one| workspace.changed(&one.row));
        if let Some(api) = workspace.api_mut() {
            match issued.as_slice() {
                [one] => api.list.seek(&one.row),
                _ => api.list.reload(),
            }
        }
        workspace.read_list(now);
        workspace.due.overview = Some(now);
        if let ([one], true) = (issued.as_slice(), renewed) {
            workspace.continue_edit(&one.row);
            if one.secret.is_none() {
                let older = if one.ended_early.is_empty() { "" } else { " An older one in its overlap stopped too." };
                let message = format!("{} has the password you typed; the old one stopped.{older}", one.row.name);
                self.toast = Some(Toast::done(now, message));
                return;
            }
        }
        let typed = issued.iter().find(|one| one.secret.is_none()).map(|one| one.row.clone());
        let pages: Vec<_> = issued.into_iter().filter_map(|one| SecretPage::new(one, created)).collect();
        match typed {
            // The desk was locked while the store wrote: the secrets are dropped unseen.
            _ if locked => workspace.lost_secrets.extend(pages.iter().filter_map(SecretPage::lost)),
            Some(row) => workspace.dialogs.push(Dialog::to_read(DialogKind::Created(Box::new(row)))),
            None => workspace.dialogs.extend(Dialog::one_time_secret(pages)),
        }
    }

    pub(super) fn states(&mut self, outcomes: &[ChangeOutcome], number: ChangeNumber) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        let Some(DialogKind::ChangeState(change)) = workspace.dialogs.pop().map(|dialog| dialog.kind) else { return };
        let revoked = outcomes.iter().any(|o| matches!(o, ChangeOutcome::Done(row) if row.state == State::Revoked));
        if change.over_secret && revoked {
            workspace.dialogs.pop();
        }
        outcomes.iter().for_each(|outcome| workspace.changed(outcome.row()));
        if let Some(api) = workspace.api_mut() {
            api.list.reload();
        }
        workspace.read_list(now);
        workspace.due.overview = Some(now);
        let left_out: Vec<String> = outcomes.iter().filter_map(left_out).collect();
        match left_out.is_empty() {
            true => {
                let said = summary(outcomes);
                let restricted = outcomes.iter().any(|o| o.row().state != State::Active);
                self.toast = Some(Toast::done(now, said.clone()));
                if restricted {
                    self.follow_spread(said, number);
                }
            }
            false => {
                let mut lines = left_out;
                if lines.len() < outcomes.len() {
                    lines.push(summary(outcomes));
                }
                self.notice("Not changed", lines);
            }
        }
    }

    /// The dialog keeps everything that was typed, unless its credential or user was changed meanwhile.
    pub(in crate::tui) fn form_failed(&mut self, why: HubError) {
        let now = self.now;
        match why {
            HubError::SessionOver(over) => return self.end_session(&over.to_string()),
            HubError::PasswordMustChange => return self.must_change_password(),
            HubError::Denied(denied) => {
                if let Some(workspace) = &mut self.workspace {
                    workspace.dialogs.push(Dialog::to_read(DialogKind::Denied(denied)));
                }
            }
            HubError::PasswordNeeded => self.ask_for_password(),
            HubError::Conflict(Conflict::Taken { .. }) => {
                let of_user = matches!(self.dialog(), Some(Dialog { kind: DialogKind::User(_), .. }));
                self.fault_at(if of_user { Id::Name } else { Id::Username }, why.to_string());
            }
            HubError::Conflict(Conflict::SshKeyTaken { .. }) => self.fault_at(Id::PublicKey, why.to_string()),
            HubError::WrongPassword => self.fault_at(Id::Old, why.to_string()),
            HubError::Conflict(why) if self.edit_is_stale(&why) => return,
            HubError::Conflict(_) | HubError::NotFound(_) => {
                if let Some(workspace) = &mut self.workspace {
                    workspace.dialogs.pop();
                    workspace.reload(now);
                }
                return self.notice("Not changed", vec![why.to_string()]);
            }
            HubError::Invalid { field, sentence } => match self.entry_for(field) {
                Some(id) => self.fault_at(id, sentence),
                None => self.problem(sentence),
            },
            why => {
                if let (HubError::Unknown, Some(workspace)) = (&why, &mut self.workspace) {
                    workspace.reload(now);
                }
                self.problem(why.to_string());
            }
        }
        self.drop_type_ahead();
    }

    pub(super) fn settings_set(&mut self) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        let Some(DialogKind::Setting(change)) = workspace.dialog().map(|dialog| &dialog.kind) else { return };
        let message = match SettingGroup::of(change.setting) {
            SettingGroup::Sessions => "The time is set. It counts from the next sign-in.",
            SettingGroup::Api => "The address is set. Samples and gateway files use it.",
            SettingGroup::Verifiers => "It is set. Verifiers follow within a second.",
        };
        workspace.dialogs.pop();
        workspace.due.overview = Some(now);
        self.toast = Some(Toast::done(now, message));
        if self.sign_in.is_none() {
            self.read_security();
        }
    }

    fn entry_for(&self, field: InputField) -> Option<Id> {
        match &self.dialog()?.kind {
            DialogKind::Create(create) => dialog::entry_of(field, create.kind),
            DialogKind::Edit(edit) => dialog::entry_of(field, edit.rows.first()?.kind),
            DialogKind::NewPassword(_) | DialogKind::OwnPassword { .. } => Some(Id::Password),
            DialogKind::Reauthenticate => Some(Id::Old),
            DialogKind::Setting(_) => match field {
                InputField::Setting(setting) => Some(Id::Setting(setting)),
                _ => None,
            },
            DialogKind::Export(_) => Some(Id::File),
            DialogKind::AddSshKey(_) => Some(dialog::entry_of_ssh_key(field)),
            DialogKind::User(_) if matches!(field, InputField::UserName) => Some(Id::Name),
            DialogKind::User(_) if matches!(field, InputField::SshKey) => Some(Id::PublicKey),
            DialogKind::User(_) => Some(Id::Password),
            _ => None,
        }
    }

    fn fault_at(&mut self, id: Id, sentence: String) {
        let form = self.dialog_mut().and_then(|dialog| dialog.form.as_mut());
        match form.filter(|form| form.entry(id).is_some()) {
            Some(form) => form.fault(id, sentence),
            None => self.problem(sentence),
        }
    }

    /// Shows it in the dialog that was sent, or else in the status line.
    fn problem(&mut self, sentence: String) {
        match self.dialog_mut() {
            Some(dialog) if dialog.shows_problems() => dialog.problem = Some(sentence),
            _ => self.toast = Some(Toast::error(sentence)),
        }
    }

    /// The password was set by somebody else while the user was signed in: choosing a new one comes first.
    pub(super) fn must_change_password(&mut self) {
        self.drop_secrets();
        let Some(workspace) = &mut self.workspace else { return };
        workspace.session.must_change_password = true;
        workspace.dialogs = vec![Dialog::own_password(true)];
        self.dirty = true;
        self.drop_type_ahead();
    }
}

pub(super) fn left_out(outcome: &ChangeOutcome) -> Option<String> {
    match outcome {
        ChangeOutcome::LeftOut { why, .. } => Some(why.to_string()),
        ChangeOutcome::Done(_) | ChangeOutcome::Already(_) => None,
    }
}

/// The results in words: `Disabled crm-sync.` or `Revoked 3 keys; 1 was so already.`
fn summary(outcomes: &[ChangeOutcome]) -> String {
    let done: Vec<_> =
        outcomes.iter().filter_map(|o| if let ChangeOutcome::Done(row) = o { Some(row) } else { None }).collect();
    let already: Vec<_> =
        outcomes.iter().filter_map(|o| if let ChangeOutcome::Already(row) = o { Some(row) } else { None }).collect();
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
