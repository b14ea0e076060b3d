//! Find by secret: whose is a secret that turned up where it should not be?

use crate::credential::State;
use crate::hub::CredentialRow;

use super::super::form::{Form, Id, button, password};

/// The hidden field.
#[derive(Debug)]
pub struct Find {
    /// The field and the buttons.
    pub form: Form,
    /// How many secrets it was compared with so far.
    pub compared: i64,
    /// What came of it, or what went wrong.
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
    /// The credential.
    pub row: CredentialRow,
    /// Close, and rotate.
    pub form: Form,
}

impl Found {
    /// The answer, with the safe button focused.
    pub fn new(row: CredentialRow) -> Self {
        let mut buttons = vec![button(Id::Cancel, "Close")];
        // A revoked one needs no other secret: nobody can use it.
        if row.state != State::Revoked {
            buttons.push(button(Id::Submit, "Rotate it now"));
        }
        Self { row, form: Form::new(buttons) }
    }
}
