//! Reauthentication: the password again before a sensitive change. The dialog that needs it lies below and continues by
//! itself.

use crate::tui::form::{Form, Id, button, password};

/// The dialog's state.
#[derive(Debug)]
pub struct Reauthenticate {
    /// The password and the buttons.
    pub form: Form,
    /// Error of the last try.
    pub problem: Option<String>,
}

impl Reauthenticate {
    /// An empty field.
    pub fn new() -> Self {
        let form =
            Form::new(vec![password(Id::Old, "Password"), button(Id::Submit, "Go on"), button(Id::Cancel, "Cancel")]);
        Self { form, problem: None }
    }
}
