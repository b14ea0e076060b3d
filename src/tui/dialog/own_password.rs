//! Change one's own password.

use crate::account::{PasswordError, check_user_password};
use crate::secret::Secret;
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::form::{Fault, Form, Id, button, password};

impl Dialog {
    /// The old password once, the new one twice.
    pub fn own_password(forced: bool) -> Self {
        Self::change_password(forced, None)
    }

    /// The new password twice, right after the sign-in with the old one.
    pub fn forced_password(old: Secret) -> Self {
        Self::change_password(true, Some(old))
    }

    fn change_password(forced: bool, old: Option<Secret>) -> Self {
        let mut entries = vec![
            password(Id::Password, "New"),
            password(Id::Again, "Again"),
            button(Id::Submit, "Change password"),
            button(Id::Cancel, if forced { "Sign out" } else { "Cancel" }),
        ];
        if old.is_none() {
            entries.insert(0, password(Id::Old, "Old"));
        }
        Self::with_form(Form::new(entries), DialogKind::OwnPassword { forced, old })
    }
}

/// Whether the form can be sent for the user of this name.
pub fn check(form: &Form, name: &str) -> Result<(), Fault> {
    let text = |id| form.password(id).map_or("", |p| p.expose());
    if form.entry(Id::Old).is_some() && text(Id::Old).is_empty() {
        return Err((Id::Old, "Type the password you have now.".to_owned()));
    }
    check_new(name, text(Id::Password), text(Id::Again))
}

/// The rules of a new password, typed twice.
pub fn check_new(name: &str, password: &str, again: &str) -> Result<(), Fault> {
    check_user_password(name, password).map_err(|why| (Id::Password, why.to_string()))?;
    match password == again {
        true => Ok(()),
        false => Err((Id::Again, PasswordError::Different.to_string())),
    }
}
