//! Find by secret: whose is a secret that leaked?

use crate::{
    hub::{FoundSecret, Remedy},
    tui::form::{Form, Id, button, password},
};

/// The dialog's state.
#[derive(Debug)]
pub struct Find {
    /// The field and the buttons.
    pub form: Form,
    /// Number of secrets compared so far.
    pub compared: i64,
    /// The result, or an error.
    pub problem: Option<String>,
}

impl Find {
    /// An empty field.
    pub fn new() -> Self {
        let form =
            Form::new(vec![password(Id::Password, "Secret"), button(Id::Submit, "Find"), button(Id::Cancel, "Cancel")]);
        Self { form, compared: 0, problem: None }
    }
}

/// The credential whose secret it is, or was.
#[derive(Debug)]
pub struct Found {
    /// The credential, and which of its secrets.
    pub found: FoundSecret,
    /// Close, and what helps.
    pub form: Form,
}

impl Found {
    /// The answer, with the safe button focused.
    pub fn new(found: FoundSecret) -> Self {
        let mut buttons = vec![button(Id::Cancel, "Close")];
        buttons.extend(match found.remedy() {
            Remedy::Rotate => Some(button(Id::Submit, "Rotate it now")),
            Remedy::StopOld => Some(button(Id::Submit, "Stop the old secret")),
            Remedy::Nothing => None,
        });
        Self { found, form: Form::new(buttons) }
    }
}
