//! Change one's own password.

use crate::{
    account::{PasswordError, check_user_password},
    tui::form::{Form, Id, button, password},
};

/// The dialog's state.
#[derive(Debug)]
pub struct ChangePassword {
    /// It must be changed before anything else.
    pub forced: bool,
    /// Old, new, again.
    pub form: Form,
    /// Error of the last try.
    pub problem: Option<String>,
}

impl ChangePassword {
    /// An empty form.
    pub fn new(forced: bool) -> Self {
        let form = Form::new(vec![
            password(Id::Old, "Old"),
            password(Id::Password, "New"),
            password(Id::Again, "Again"),
            button(Id::Submit, "Change password"),
            button(Id::Cancel, if forced { "Sign out" } else { "Cancel" }),
        ]);
        Self { forced, form, problem: None }
    }

    /// Whether the new one can be sent; else where the fault is.
    pub fn check(&self, name: &str) -> Result<(), (Id, String)> {
        let text = |id| self.form.password(id).map_or("", |p| p.expose());
        if text(Id::Old).is_empty() {
            return Err((Id::Old, "Type the password you have now.".to_owned()));
        }
        check_new(name, text(Id::Password), text(Id::Again))
    }
}

/// The rules of a new password, typed twice.
pub fn check_new(name: &str, password: &str, again: &str) -> Result<(), (Id, String)> {
    check_user_password(name, password).map_err(|why| (Id::Password, why.to_string()))?;
    match password == again {
        true => Ok(()),
        false => Err((Id::Again, PasswordError::Different.to_string())),
    }
}
