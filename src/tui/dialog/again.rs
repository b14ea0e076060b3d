//! The password once more, before something that wants it. What asked for it lies under it and goes on by itself.

use super::super::form::{Form, Id, button, password};

/// The dialog.
#[derive(Debug)]
pub struct Again {
    /// The password and the buttons.
    pub form: Form,
    /// What went wrong when it was tried.
    pub problem: Option<String>,
}

impl Again {
    /// An empty field.
    pub fn new() -> Self {
        let form =
            Form::new(vec![password(Id::Old, "Password"), button(Id::Submit, "Go on"), button(Id::Cancel, "Cancel")]);
        Self { form, problem: None }
    }
}
