//! Reauthentication: the password again before a sensitive change. The dialog that needs it lies below and continues by
//! itself.

use crate::secret::Secret;
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::form::{Fault, Form, Id, button, password};

impl Dialog {
    /// An empty field.
    pub fn reauthenticate() -> Self {
        let form =
            Form::new(vec![password(Id::Old, "Password"), button(Id::Submit, "Go on"), button(Id::Cancel, "Cancel")]);
        Self::with_form(form, DialogKind::Reauthenticate)
    }
}

/// The typed password.
pub fn wanted(form: &Form) -> Result<Secret, Fault> {
    match form.password(Id::Old).filter(|typed| !typed.is_empty()) {
        Some(typed) => Ok(typed.to_secret()),
        None => Err((Id::Old, "Type your password.".to_owned())),
    }
}
