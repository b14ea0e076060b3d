//! Dialogs: one file for the state of each. Only the topmost takes keys and is drawn.

mod confirm;
mod credential;
mod export;
mod jump;
mod own_password;
mod pick;
mod reauthenticate;
mod settings;
mod ssh_keys;
mod trail;
mod user;

pub use confirm::Confirmation;
pub use credential::{
    ChangeState, CopyPart, Create, Draft, EditKeys, Holder, Issue, LeftOut, NewPassword, OneTimeSecret, Rotate,
    SecretPage, StopOldSecret, Tampered, entry_of, leave_out, lost_words, parts_of,
};
pub use export::Export;
pub use jump::{Jump, Place, Target};
pub use own_password::check_new;
pub use pick::Pick;
pub use settings::SettingChange;
pub use ssh_keys::{RemoveSshKey, SshKeys, entry_of_ssh_key, public_key};
pub use trail::{CheckSheet, NotedLine};
pub use user::{ROLES, UserAction, UserKeys};

use crate::credential::Verb;
use crate::hub::{Actor, CredentialRow, Denied, FoundSecret, RefusedRequest, TrailRow};
use crate::secret::Secret;
use crate::time::Millis;
use crate::tui::form::{Control, Fault, Form, Id};
use crate::tui::keymap::Scope;
use crate::tui::msg::Call;

/// An open dialog.
#[derive(Debug)]
pub struct Dialog {
    /// Its fields and buttons; `None` for a dialog that is only read.
    pub form: Option<Form>,
    /// Why the last try failed, where no field is at fault.
    pub problem: Option<String>,
    /// What was chosen, and this leaves out.
    pub left_out: Vec<LeftOut>,
    /// Of a change of many that is under way: how many were done.
    pub so_far: i64,
    /// Nobody knows yet whether the change that it sent was kept, and the store is asked.
    pub asking: bool,
    /// Which dialog it is, with what only that one has.
    pub kind: DialogKind,
}

/// What a dialog is about.
#[derive(Debug)]
pub enum DialogKind {
    /// A new key.
    Create(Box<Create>),
    /// The one-time view.
    OneTimeSecret(Box<OneTimeSecret>),
    /// A new Legacy credential whose password was typed.
    Created(Box<CredentialRow>),
    /// A new secret for a key.
    Rotate(Box<Rotate>),
    /// Disable, enable or revoke.
    ChangeState(Box<ChangeState>),
    /// Name, times, networks, note.
    Edit(Box<EditKeys>),
    /// Another password for a Legacy credential.
    NewPassword(Box<NewPassword>),
    /// In place of a change of a credential that was changed outside keydesk.
    Tampered(Box<Tampered>),
    /// The palette.
    Jump(Box<Jump>),
    /// One of a few things to choose.
    Pick(Pick),
    /// Ends the overlap of a rotation now.
    StopOldSecret(Box<StopOldSecret>),
    /// Whose is a secret that leaked?
    FindBySecret {
        /// Number of secrets compared so far.
        compared: i64,
    },
    /// The credential whose secret it is, or was.
    FoundSecret(Box<FoundSecret>),
    /// A new password for the signed-in user.
    OwnPassword {
        /// It must be changed before anything else.
        forced: bool,
        /// The password until now, where it was typed a moment ago.
        old: Option<Secret>,
    },
    /// What is done to a user.
    User(Box<UserAction>),
    /// The live credentials that a user created.
    UserKeys(Box<Scrollable<UserKeys>>),
    /// The SSH keys of a user.
    SshKeys(Box<Scrollable<SshKeys>>),
    /// A new SSH key of this user.
    AddSshKey(String),
    /// Removes an SSH key.
    RemoveSshKey(Box<RemoveSshKey>),
    /// Export of the trail, or of the list.
    Export(Box<Export>),
    /// One setting of the desk.
    Setting(Box<SettingChange>),
    /// One entry of the trail.
    TrailEntry(Box<Scrollable<TrailRow>>),
    /// What the check of the trail found.
    TrailCheck(Box<CheckSheet>),
    /// One request that was refused.
    RefusedRequest(Box<RefusedRequest>),
    /// The password again, before a sensitive change.
    Reauthenticate,
    /// Asks before something is lost.
    Confirm(Confirmation),
    /// The role does not allow it.
    Denied(Denied),
    /// Something to know: a conflict, rows that were left out.
    Notice {
        /// Its title.
        title: String,
        /// Sentences.
        lines: Vec<String>,
    },
}

/// Something to read that may be longer than the screen.
#[derive(Debug)]
pub struct Scrollable<T> {
    /// What is read.
    pub content: T,
    /// First line that is shown.
    pub scroll: usize,
}

impl<T> Scrollable<T> {
    /// Shown from its first line on.
    pub fn new(content: T) -> Self {
        Self { content, scroll: 0 }
    }
}

impl Dialog {
    /// A dialog with a form.
    fn with_form(form: Form, kind: DialogKind) -> Self {
        Self { form: Some(form), problem: None, left_out: Vec::new(), so_far: 0, asking: false, kind }
    }

    /// A dialog that is only read.
    pub fn to_read(kind: DialogKind) -> Self {
        Self { form: None, problem: None, left_out: Vec::new(), so_far: 0, asking: false, kind }
    }

    /// Its scopes, innermost first.
    pub fn scopes(&self) -> Vec<Scope> {
        match (&self.kind, &self.form) {
            (DialogKind::OneTimeSecret(_), _) => vec![Scope::Secret, Scope::Buttons],
            (DialogKind::TrailEntry(_), _) => vec![Scope::Entry, Scope::Buttons],
            (DialogKind::TrailCheck(_), Some(form)) if !form.takes_text() => vec![Scope::TrailCheck, Scope::Buttons],
            (DialogKind::Tampered(_), _) => vec![Scope::Tampered, Scope::Buttons],
            (DialogKind::FoundSecret(_), _) => vec![Scope::Buttons],
            (DialogKind::StopOldSecret(_) | DialogKind::Confirm(_), _) => vec![Scope::Buttons],
            (DialogKind::Jump(_), _) => vec![Scope::Text, Scope::Jump],
            (DialogKind::Pick(pick), _) => vec![pick.scope, Scope::Pick],
            // A leaked secret is not shown: somebody may look over the shoulder.
            (DialogKind::FindBySecret { .. }, Some(form)) => {
                form_scopes(form, Scope::Form).into_iter().filter(|s| *s != Scope::Password).collect()
            }
            (DialogKind::ChangeState(_), Some(form)) => form_scopes(form, Scope::Confirm),
            (_, Some(form)) => form_scopes(form, Scope::Form),
            (DialogKind::UserKeys(keys), None) if keys.content.row().is_some() => {
                vec![Scope::UserKeys, Scope::Reading, Scope::Rows]
            }
            (DialogKind::SshKeys(_), None) => vec![Scope::SshKeys, Scope::Reading, Scope::Rows],
            (_, None) if self.scrolls() => vec![Scope::Reading, Scope::Rows],
            (_, None) => vec![Scope::Reading],
        }
    }

    /// Whether it has a place for what went wrong: every form but those that the hub never answers.
    pub fn shows_problems(&self) -> bool {
        let unsent = matches!(
            self.kind,
            DialogKind::OneTimeSecret(_)
                | DialogKind::FoundSecret(_)
                | DialogKind::Tampered(_)
                | DialogKind::Jump(_)
                | DialogKind::TrailEntry(_)
                | DialogKind::TrailCheck(_)
                | DialogKind::Confirm(_)
        );
        self.form.is_some() && !unsent
    }

    /// Whether it is only read, with one button that closes it.
    pub fn has_ok(&self) -> bool {
        use DialogKind as K;
        matches!(self.kind, K::Created(_) | K::RefusedRequest(_) | K::Denied(_) | K::Notice { .. })
    }

    /// Whether a button ends something that may be in use: the letter that it begins with does not press it.
    pub fn ends_something(&self, button: Id) -> bool {
        match (&self.kind, button) {
            (_, Id::Cancel) => false,
            (DialogKind::ChangeState(change), _) => !matches!(change.verb, Verb::Enable),
            (DialogKind::Rotate(_) | DialogKind::StopOldSecret(_) | DialogKind::RemoveSshKey(_), _)
            | (DialogKind::Confirm(_), Id::Ok) => true,
            (_, id) => id == Id::Revoke,
        }
    }

    /// Whether sending it leads to its button first, which has the focus next.
    pub fn asks_first(&self, now: Millis) -> bool {
        match &self.kind {
            DialogKind::Rotate(rotate) => {
                self.form.as_ref().is_some_and(|form| form.focus() != Some(Id::Submit)) && rotate.asks_first(now)
            }
            _ => false,
        }
    }

    /// Whether it may be longer than the screen, and is scrolled then.
    pub fn scrolls(&self) -> bool {
        matches!(self.kind, DialogKind::UserKeys(_) | DialogKind::SshKeys(_) | DialogKind::TrailEntry(_))
    }

    /// First line that is shown of what can be scrolled.
    pub fn scroll(&self) -> usize {
        match &self.kind {
            DialogKind::UserKeys(d) => d.scroll,
            DialogKind::SshKeys(d) => d.scroll,
            DialogKind::TrailEntry(d) => d.scroll,
            _ => 0,
        }
    }

    /// What is wrong with one field that was left, if that can be told without the store.
    pub fn fault_of(&self, id: Id, now: Millis) -> Option<String> {
        let form = self.form.as_ref()?;
        match &self.kind {
            DialogKind::Create(create) => create.fault_of(form, id, now),
            DialogKind::Edit(edit) => edit.fault_of(form, id, now),
            DialogKind::User(action) => action.fault_of(form, id),
            DialogKind::AddSshKey(_) => ssh_keys::fault_of(form, id, now),
            DialogKind::Setting(change) if matches!(id, Id::Setting(_)) => change.fault_of(form),
            DialogKind::Export(_) if id == Id::File => export::wanted(form).err().map(|(_, why)| why),
            _ => None,
        }
    }

    /// Says beside each field what is wrong with it, and forgets what was wrong before.
    pub fn judge_all(&mut self, now: Millis) {
        let ids: Vec<Id> = self.form.iter().flat_map(Form::shown).map(|(entry, _)| entry.id).collect();
        ids.into_iter().for_each(|id| self.judge(id, now));
        self.form.iter_mut().for_each(Form::leave_all);
    }

    /// Says beside one field what is wrong with it.
    pub fn judge(&mut self, id: Id, now: Millis) {
        let fault = self.fault_of(id, now);
        if let Some(form) = &mut self.form {
            form.judge(id, fault);
        }
    }

    /// The call that the filled form asks for when `button` is pressed, or the field that is at fault; `None` for a
    /// dialog that is not sent.
    pub fn call(&self, button: Id, actor: Actor, now: Millis) -> Option<Result<Call, Fault>> {
        let form = self.form.as_ref()?;
        Some(match &self.kind {
            DialogKind::Create(create) => create.wanted(form, now).map(|wanted| Call::Create(actor, wanted)),
            DialogKind::Rotate(rotate) => Ok(Call::Rotate(actor, rotate.targets(), Rotate::overlap(form))),
            DialogKind::ChangeState(change) => {
                let verb = if button == Id::Disable { Verb::Disable } else { change.verb };
                change.check(form, verb).map(|()| Call::SetState(actor, change.targets(), verb))
            }
            DialogKind::Edit(edit) => edit.wanted(form, now).map(|wanted| Call::Edit(actor, edit.targets(), wanted)),
            DialogKind::NewPassword(new) => {
                new.wanted(form).map(|typed| Call::LegacyPassword { actor, target: new.row.target(), typed })
            }
            DialogKind::StopOldSecret(stop) => Ok(Call::StopOld(actor, stop.row.target())),
            DialogKind::OwnPassword { old, .. } => own_password::check(form, actor.user.as_str()).map(|()| {
                let old = old.as_ref().map_or_else(|| form.secret(Id::Old), |old| Secret::new(old.expose().to_vec()));
                Call::ChangeOwnPassword { actor, old, new: form.secret(Id::Password) }
            }),
            DialogKind::User(action) => action.change(form).map(|change| Call::ChangeUser(actor, change)),
            DialogKind::AddSshKey(who) => {
                ssh_keys::wanted(form, now).map(|new| Call::AddSshKey(actor, who.clone(), new))
            }
            DialogKind::RemoveSshKey(remove) => Ok(Call::RemoveSshKey(actor, remove.row.fingerprint.clone())),
            DialogKind::Export(of) => {
                let part = of.part.clone();
                export::wanted(form).map(|(path, format)| Call::Export { actor, part, path, format })
            }
            DialogKind::Setting(change) => {
                let wanted = change.wanted(form).map(|value| (change.setting, value));
                Ok(Call::SetSettings(actor, wanted.into_iter().collect()))
            }
            DialogKind::Reauthenticate => reauthenticate::wanted(form).map(|password| Call::Confirm(actor, password)),
            DialogKind::OneTimeSecret(_)
            | DialogKind::Created(_)
            | DialogKind::Tampered(_)
            | DialogKind::Pick(_)
            | DialogKind::Jump(_)
            | DialogKind::FindBySecret { .. }
            | DialogKind::FoundSecret(_)
            | DialogKind::UserKeys(_)
            | DialogKind::SshKeys(_)
            | DialogKind::TrailEntry(_)
            | DialogKind::TrailCheck(_)
            | DialogKind::RefusedRequest(_)
            | DialogKind::Confirm(_)
            | DialogKind::Denied(_)
            | DialogKind::Notice { .. } => return None,
        })
    }
}

/// Scopes of a form with its focus where it is.
pub fn form_scopes(form: &Form, own: Scope) -> Vec<Scope> {
    let mut scopes = match form.focused().map(|e| &e.input) {
        Some(Control::Text(_) | Control::Password(_)) => vec![Scope::Text],
        Some(Control::Choice { .. }) => vec![Scope::Choice],
        Some(Control::Preset(preset)) if preset.is_typed() => vec![Scope::Text, Scope::Choice],
        Some(Control::Preset(_)) => vec![Scope::Preset, Scope::Choice],
        Some(Control::Check(_)) => vec![Scope::Check],
        Some(Control::Fold { .. }) => vec![Scope::Fold],
        Some(Control::Button(_)) if own == Scope::Form => vec![Scope::Buttons],
        _ => vec![],
    };
    if form.has_password() && own != Scope::SignIn {
        scopes.push(Scope::Password);
    }
    scopes.push(own);
    scopes
}

/// What a button does to several rows: `Revoke 6`; for one the verb alone.
pub fn counted(verb: &str, rows: usize) -> String {
    if rows == 1 { verb.to_owned() } else { format!("{verb} {rows}") }
}

/// The rows in words: `2 keys`, or the name of one.
fn names(rows: &[CredentialRow]) -> String {
    match rows {
        [row] => row.name.clone(),
        rows => format!("{} keys", rows.len()),
    }
}
