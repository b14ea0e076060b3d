//! Dialogs: one file for the state of each. Only the topmost takes keys and is drawn.

mod confirm;
mod credential;
mod export;
mod own_password;
mod reauthenticate;
mod settings;
mod trail_filter;
mod user;

pub use confirm::{Ask, Confirmation};
pub use credential::{
    Change, CopyPart, Create, Draft, EditKeys, Find, Found, Issue, NewPassword, OneTime, Rotate, StopOld, entry_of,
};
pub use export::Export;
pub use own_password::{ChangePassword, check_new};
pub use reauthenticate::Reauthenticate;
pub use settings::{Part, Settings};
pub use trail_filter::TrailFilterForm;
pub use user::{ROLES, UserAction, UserDialog, UserKeys};

use crate::{
    hub::{CredentialRow, Denied, Details, Refused, TrailRow},
    tui::{form::Form, keymap::Scope, screen::TrailCheck},
};

/// An open dialog.
#[derive(Debug)]
pub enum Dialog {
    /// A new key.
    Create(Box<Create>),
    /// The one-time view.
    Secret(Box<OneTime>),
    /// A new Legacy credential whose password was typed.
    Made(Box<CredentialRow>),
    /// A new secret.
    Rotate(Box<Rotate>),
    /// Disable, enable, revoke.
    Change(Box<Change>),
    /// Name, times, networks, note.
    Edit(Box<EditKeys>),
    /// Another password for a Legacy credential.
    NewPassword(Box<NewPassword>),
    /// The old secret of a rotation stops now.
    StopOld(Box<StopOld>),
    /// Whose is this secret?
    Find(Box<Find>),
    /// It is the secret of this one.
    Found(Box<Found>),
    /// One's own password.
    Password(Box<ChangePassword>),
    /// What is done to a user.
    User(Box<UserDialog>),
    /// The live credentials that a user made.
    UserKeys(Box<Scrollable<UserKeys>>),
    /// Export of the trail.
    Export(Box<Export>),
    /// Settings of the desk.
    Settings(Box<Settings>),
    /// The filter of the trail.
    TrailFilter(Box<TrailFilterForm>),
    /// One entry of the trail.
    TrailEntry(Box<Scrollable<TrailRow>>),
    /// One request that was refused.
    RefusedRequest(Box<Refused>),
    /// What the check of the trail found.
    TrailCheck(Box<TrailCheck>),
    /// One's own password once more.
    Reauthenticate(Box<Reauthenticate>),
    /// A question before something is lost.
    Ask(Box<Ask>),
    /// All about one credential.
    Details(Box<Scrollable<CredentialDetails>>),
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

/// Everything about one credential; its history is only for those who may read the trail.
#[derive(Debug)]
pub struct CredentialDetails {
    /// What is known of it.
    pub details: Details,
    /// The newest rows of the trail about it; `None` before they were read.
    pub history: Option<Vec<TrailRow>>,
}

/// Something to read that may be longer than the screen.
#[derive(Debug)]
pub struct Scrollable<T> {
    /// The content.
    pub content: T,
    /// First line that is shown.
    pub scroll: usize,
}

impl Dialog {
    /// Its form, if it has one.
    pub fn form(&self) -> Option<&Form> {
        match self {
            Self::Create(d) => Some(&d.form),
            Self::Secret(d) => Some(&d.buttons),
            Self::Rotate(d) => Some(&d.form),
            Self::Change(d) => Some(&d.form),
            Self::Edit(d) => Some(&d.form),
            Self::NewPassword(d) => Some(&d.form),
            Self::StopOld(d) => Some(&d.form),
            Self::Find(d) => Some(&d.form),
            Self::Found(d) => Some(&d.form),
            Self::Password(d) => Some(&d.form),
            Self::User(d) => Some(&d.form),
            Self::Reauthenticate(d) => Some(&d.form),
            Self::Export(d) => Some(&d.form),
            Self::Settings(d) => Some(&d.form),
            Self::TrailFilter(d) => Some(&d.form),
            Self::Ask(d) => Some(&d.buttons),
            Self::Made(_)
            | Self::Details(_)
            | Self::UserKeys(_)
            | Self::TrailEntry(_)
            | Self::RefusedRequest(_)
            | Self::TrailCheck(_)
            | Self::Denied(_)
            | Self::Notice { .. } => None,
        }
    }

    /// Its form, to type into.
    pub fn form_mut(&mut self) -> Option<&mut Form> {
        match self {
            Self::Create(d) => Some(&mut d.form),
            Self::Secret(d) => Some(&mut d.buttons),
            Self::Rotate(d) => Some(&mut d.form),
            Self::Change(d) => Some(&mut d.form),
            Self::Edit(d) => Some(&mut d.form),
            Self::NewPassword(d) => Some(&mut d.form),
            Self::StopOld(d) => Some(&mut d.form),
            Self::Find(d) => Some(&mut d.form),
            Self::Found(d) => Some(&mut d.form),
            Self::Password(d) => Some(&mut d.form),
            Self::User(d) => Some(&mut d.form),
            Self::Reauthenticate(d) => Some(&mut d.form),
            Self::Export(d) => Some(&mut d.form),
            Self::Settings(d) => Some(&mut d.form),
            Self::TrailFilter(d) => Some(&mut d.form),
            Self::Ask(d) => Some(&mut d.buttons),
            Self::Made(_)
            | Self::Details(_)
            | Self::UserKeys(_)
            | Self::TrailEntry(_)
            | Self::RefusedRequest(_)
            | Self::TrailCheck(_)
            | Self::Denied(_)
            | Self::Notice { .. } => None,
        }
    }

    /// Its scopes, innermost first.
    pub fn scopes(&self) -> Vec<Scope> {
        match self {
            Self::Create(d) => form_scopes(&d.form, Scope::Form),
            Self::Password(d) => form_scopes(&d.form, Scope::Form),
            Self::Edit(d) => form_scopes(&d.form, Scope::Form),
            Self::NewPassword(d) => form_scopes(&d.form, Scope::Form),
            // What leaked is not shown to those who look over a shoulder.
            Self::Find(d) => form_scopes(&d.form, Scope::Form).into_iter().filter(|s| *s != Scope::Password).collect(),
            Self::Found(_) | Self::StopOld(_) => vec![Scope::Buttons],
            Self::User(d) => form_scopes(&d.form, Scope::Form),
            Self::Reauthenticate(d) => form_scopes(&d.form, Scope::Form),
            Self::Export(d) => form_scopes(&d.form, Scope::Form),
            Self::Settings(d) => form_scopes(&d.form, Scope::Form),
            Self::TrailFilter(d) => form_scopes(&d.form, Scope::Form),
            Self::Change(d) => form_scopes(&d.form, Scope::Confirm),
            Self::Rotate(d) => form_scopes(&d.form, Scope::Form),
            Self::Secret(_) => vec![Scope::Secret, Scope::Buttons],
            Self::Ask(_) => vec![Scope::Buttons],
            Self::UserKeys(live) if live.content.row().is_some() => {
                vec![Scope::UserKeys, Scope::Reading, Scope::Rows]
            }
            Self::Details(_) | Self::UserKeys(_) | Self::TrailEntry(_) => vec![Scope::Reading, Scope::Rows],
            Self::Made(_) | Self::RefusedRequest(_) | Self::TrailCheck(_) | Self::Denied(_) | Self::Notice { .. } => {
                vec![Scope::Reading]
            }
        }
    }
}

/// Scopes of a form with its focus where it is.
pub fn form_scopes(form: &Form, own: Scope) -> Vec<Scope> {
    use crate::tui::form::Control;
    let mut scopes = match form.focused().map(|e| &e.input) {
        Some(Control::Text(_) | Control::Password(_)) => vec![Scope::Text],
        Some(Control::Choice { .. }) => vec![Scope::Choice],
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
