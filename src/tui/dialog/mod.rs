//! Dialogs: one file for the state of each. Only the topmost takes keys and is drawn.

mod confirm;
mod credential;
mod export;
mod own_password;
mod reauthenticate;
mod settings;
mod trail_filter;
mod user;

pub use confirm::{Ask, Question};
pub use credential::{
    Change, Create, Draft, EditKeys, Find, Found, Issue, NewPassword, OneTime, Rotate, StopOld, What, entry_of,
};
pub use export::Export;
pub use own_password::{ChangePassword, check_new};
pub use reauthenticate::Again;
pub use settings::{Part, Settings};
pub use trail_filter::NarrowForm;
pub use user::{Doing, Live, Person, ROLES};

use crate::{
    hub::{CredentialRow, Denied, Details, TrailRow},
    tui::{form::Form, keymap::Scope, screen::Checked},
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
    Person(Box<Person>),
    /// The live credentials that a user made.
    Live(Box<Reading<Live>>),
    /// Export of the trail.
    Export(Box<Export>),
    /// Settings of the desk.
    Settings(Box<Settings>),
    /// The filter of the trail.
    Narrow(Box<NarrowForm>),
    /// One entry of the trail.
    Entry(Box<Reading<TrailRow>>),
    /// What the check of the trail found.
    Checked(Box<Checked>),
    /// One's own password once more.
    Again(Box<Again>),
    /// A question before something is lost.
    Ask(Box<Ask>),
    /// All about one credential.
    Details(Box<Reading<About>>),
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
pub struct About {
    /// What is known of it.
    pub details: Details,
    /// The newest rows of the trail about it; `None` before they were read.
    pub history: Option<Vec<TrailRow>>,
}

/// Something to read that may be longer than the screen.
#[derive(Debug)]
pub struct Reading<T> {
    /// The content.
    pub what: T,
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
            Self::Person(d) => Some(&d.form),
            Self::Again(d) => Some(&d.form),
            Self::Export(d) => Some(&d.form),
            Self::Settings(d) => Some(&d.form),
            Self::Narrow(d) => Some(&d.form),
            Self::Ask(d) => Some(&d.buttons),
            Self::Made(_)
            | Self::Details(_)
            | Self::Live(_)
            | Self::Entry(_)
            | Self::Checked(_)
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
            Self::Person(d) => Some(&mut d.form),
            Self::Again(d) => Some(&mut d.form),
            Self::Export(d) => Some(&mut d.form),
            Self::Settings(d) => Some(&mut d.form),
            Self::Narrow(d) => Some(&mut d.form),
            Self::Ask(d) => Some(&mut d.buttons),
            Self::Made(_)
            | Self::Details(_)
            | Self::Live(_)
            | Self::Entry(_)
            | Self::Checked(_)
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
            Self::Person(d) => form_scopes(&d.form, Scope::Form),
            Self::Again(d) => form_scopes(&d.form, Scope::Form),
            Self::Export(d) => form_scopes(&d.form, Scope::Form),
            Self::Settings(d) => form_scopes(&d.form, Scope::Form),
            Self::Narrow(d) => form_scopes(&d.form, Scope::Form),
            Self::Change(d) => form_scopes(&d.form, Scope::Confirm),
            Self::Rotate(d) => form_scopes(&d.form, Scope::Form),
            Self::Secret(_) => vec![Scope::Secret, Scope::Buttons],
            Self::Ask(_) => vec![Scope::Buttons],
            Self::Live(live) if live.what.row().is_some() => vec![Scope::Live, Scope::Reading, Scope::Rows],
            Self::Details(_) | Self::Live(_) | Self::Entry(_) => vec![Scope::Reading, Scope::Rows],
            Self::Made(_) | Self::Checked(_) | Self::Denied(_) | Self::Notice { .. } => vec![Scope::Reading],
        }
    }
}

/// Scopes of a form with its focus where it is.
pub fn form_scopes(form: &Form, own: Scope) -> Vec<Scope> {
    use crate::tui::form::Input;
    let mut scopes = match form.focused().map(|e| &e.input) {
        Some(Input::Text(_) | Input::Password(_)) => vec![Scope::Text],
        Some(Input::Choice { .. }) => vec![Scope::Choice],
        Some(Input::Check(_)) => vec![Scope::Check],
        Some(Input::Fold { .. }) => vec![Scope::Fold],
        Some(Input::Button(_)) if own == Scope::Form => vec![Scope::Buttons],
        _ => vec![],
    };
    if form.has_password() && own != Scope::Door {
        scopes.push(Scope::Password);
    }
    scopes.push(own);
    scopes
}
