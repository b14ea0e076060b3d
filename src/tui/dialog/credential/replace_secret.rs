//! A new password for a Legacy credential; stopping the old secret of a rotation early.

use crate::credential::check_password;
use crate::hub::CredentialRow;
use crate::secret::Secret;
use crate::time::Seconds;
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::form::{Fault, Form, Id, button, password};

/// Another password, typed or generated.
#[derive(Debug)]
pub struct NewPassword {
    /// The credential.
    pub row: CredentialRow,
    /// Have it generated.
    pub generate: bool,
    /// The typed password was wiped by the lock.
    pub wiped: bool,
}

/// What ends the overlap of a rotation.
#[derive(Debug)]
pub struct StopOldSecret {
    /// The credential, as last read.
    pub row: CredentialRow,
    /// Until when the old secret would work, if that is known yet.
    pub until: Option<Seconds>,
}

impl Dialog {
    /// An empty form.
    pub fn new_password(row: CredentialRow) -> Self {
        let form = Form::new(vec![
            password(Id::Password, "Password"),
            button(Id::Generate, "Generate"),
            button(Id::Submit, "Set password"),
            button(Id::Cancel, "Cancel"),
        ]);
        Self::with_form(form, DialogKind::NewPassword(Box::new(NewPassword { row, generate: false, wiped: false })))
    }

    /// Asks before the old secret is stopped, with the safe answer focused.
    pub fn stop_old_secret(row: CredentialRow, until: Option<Seconds>) -> Self {
        let form = Form::new(vec![button(Id::Cancel, "Keep it"), button(Id::Submit, "Stop it now")]);
        Self::with_form(form, DialogKind::StopOldSecret(Box::new(StopOldSecret { row, until })))
    }
}

impl NewPassword {
    /// The typed password, or `None` to have one generated; otherwise the field with the error.
    pub fn wanted(&self, form: &Form) -> Result<Option<Secret>, Fault> {
        typed_or_generated(form, self.generate)
    }
}

/// The password that is typed for a Legacy credential, or `None` to have one generated.
pub fn typed_or_generated(form: &Form, generate: bool) -> Result<Option<Secret>, Fault> {
    if generate {
        return Ok(None);
    }
    let Some(typed) = form.password(Id::Password).filter(|p| !p.is_empty()) else {
        return Err((Id::Password, "Type a password, or choose Generate to have one made.".to_owned()));
    };
    check_password(typed.expose()).map_err(|why| (Id::Password, why.to_owned()))?;
    Ok(Some(typed.to_secret()))
}
