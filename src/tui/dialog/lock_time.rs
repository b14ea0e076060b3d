//! After how many minutes without a key a desk locks.

use super::super::form::{Form, Id, button, text_with};

/// The dialog.
#[derive(Debug)]
pub struct LockTime {
    /// The minutes and the buttons.
    pub form: Form,
    /// What went wrong when it was tried.
    pub problem: Option<String>,
}

impl LockTime {
    /// The form, filled in with what is set now.
    pub fn new(minutes: i64) -> Self {
        let form = Form::new(vec![
            text_with(Id::Minutes, "Minutes", &minutes.to_string()),
            button(Id::Submit, "Set"),
            button(Id::Cancel, "Cancel"),
        ]);
        Self { form, problem: None }
    }

    /// The number that was typed; whether a desk may lock so late is for the hub to say.
    pub fn minutes(&self) -> Result<i64, (Id, String)> {
        let typed = self.form.text(Id::Minutes).trim();
        typed.parse().map_err(|_| (Id::Minutes, "That is not a number of minutes. Write for example 10.".to_owned()))
    }
}
