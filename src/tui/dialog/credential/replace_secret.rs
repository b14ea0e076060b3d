//! A new password for a Legacy credential; stopping the old secret of a rotation early.

use crate::{
    credential::check_password,
    hub::CredentialRow,
    secret::Secret,
    time::Seconds,
    tui::form::{Form, Id, button, password},
};

/// Another password, typed or generated.
#[derive(Debug)]
pub struct NewPassword {
    /// The credential.
    pub row: CredentialRow,
    /// The field and the buttons.
    pub form: Form,
    /// Have it generated.
    pub generate: bool,
    /// Error of the last try.
    pub problem: Option<String>,
    /// The typed password was wiped by the lock.
    pub wiped: bool,
}

impl NewPassword {
    /// An empty form.
    pub fn new(row: CredentialRow) -> Self {
        let form = Form::new(vec![
            password(Id::Password, "Password"),
            button(Id::Generate, "Generate"),
            button(Id::Submit, "Set password"),
            button(Id::Cancel, "Cancel"),
        ]);
        Self { row, form, generate: false, problem: None, wiped: false }
    }

    /// The typed password, or `None` to have one generated; else where the fault is.
    pub fn wanted(&self) -> Result<Option<Secret>, (Id, String)> {
        let typed = self.form.password(Id::Password).filter(|p| !p.is_empty());
        match (self.generate, typed) {
            (true, _) => Ok(None),
            (false, Some(typed)) => {
                check_password(typed.expose()).map_err(|why| (Id::Password, why.to_owned()))?;
                Ok(Some(typed.to_secret()))
            }
            (false, None) => Err((Id::Password, "Type a password, or choose Generate to have one made.".to_owned())),
        }
    }
}

/// The question before the old secret is stopped.
#[derive(Debug)]
pub struct StopOld {
    /// The credential, as last read.
    pub row: CredentialRow,
    /// Until when it would work, if that is known yet.
    pub until: Option<Seconds>,
    /// Keep it, and the other.
    pub form: Form,
    /// Error of the last try.
    pub problem: Option<String>,
}

impl StopOld {
    /// The question, with the safe answer focused.
    pub fn new(row: CredentialRow, until: Option<Seconds>) -> Self {
        let form = Form::new(vec![button(Id::Cancel, "Keep it"), button(Id::Submit, "Stop it now")]);
        Self { row, until, form, problem: None }
    }
}
