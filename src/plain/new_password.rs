//! Asks for a new password, twice.

use crate::account::PasswordError;
use crate::secret::{Secret, What};

use super::conversation::{Conversation, Step};

/// Asks for a new password twice, until `check` takes it and both are the same. `None` goes back.
pub fn new_password(
    conversation: &mut Conversation<'_>,
    whose: &str,
    rule: &str,
    check: impl Fn(&str) -> Result<(), String>,
) -> Step<Option<Secret>> {
    loop {
        let question = format!("Type {whose}, {rule}; it is not shown. An empty line goes back: ");
        let Some(password) = conversation.hidden(&question, What::Password)? else { return Ok(None) };
        if let Err(why) = check(password.expose_text().unwrap_or_default()) {
            conversation.refuse(why)?;
            continue;
        }
        let Some(again) = conversation.hidden("Type the same password again: ", What::Password)? else {
            return Ok(None);
        };
        if password == again {
            return Ok(Some(password));
        }
        conversation.refuse(PasswordError::Different.to_string())?;
    }
}

/// The rule of users' passwords.
pub const USER_RULE: &str = "12 characters or more";
