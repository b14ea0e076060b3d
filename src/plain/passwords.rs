//! Asks for a new password, twice.

use crate::{
    account::PasswordError,
    secret::{Secret, What},
};

use super::talk::{Said, Talk};

/// Asks for a new password twice, until `check` takes it and both are the same. `None` goes back.
pub fn new_password(
    talk: &mut Talk<'_>,
    whose: &str,
    rule: &str,
    check: impl Fn(&str) -> Result<(), String>,
) -> Said<Option<Secret>> {
    loop {
        let question = format!("Type {whose}, {rule}; it is not shown. An empty line goes back: ");
        let Some(password) = talk.hidden(&question, What::Password)? else { return Ok(None) };
        if let Err(why) = check(password.expose_text().unwrap_or_default()) {
            talk.refuse(why)?;
            continue;
        }
        let Some(again) = talk.hidden("Type the same password again: ", What::Password)? else { return Ok(None) };
        if password == again {
            return Ok(Some(password));
        }
        talk.refuse(PasswordError::Different.to_string())?;
    }
}

/// The rule of users' passwords.
pub const USER_RULE: &str = "12 characters or more";
