//! Set-up: account, first Administrator and master key, once.

use std::sync::Arc;

use crate::account::{AccountName, UserName, check_user_password};
use crate::hub::{DeskPaths, Hub, HubError, Origin, SetUp};
use crate::secret::Secret;
use crate::time::Clock;

use super::conversation::{Conversation, Step};
use super::new_password::{USER_RULE, new_password};

/// Asks for what a new desk needs and makes it. `None` if the user leaves; an error if a desk exists meanwhile or its
/// directory cannot be written.
pub fn set_up(
    conversation: &mut Conversation<'_>,
    places: &DeskPaths,
    clock: Arc<dyn Clock>,
    origin: &Origin,
) -> Step<Option<Result<Hub, HubError>>> {
    conversation
        .say("Welcome to keydesk. This desk is new. Set-up makes its account and the first Administrator, once.")?;
    conversation.say(format!("The database is written to {}.", places.store))?;
    conversation.say(format!(
        "The master key is written to {}. Keep a copy of it elsewhere: without it nothing in this desk works.",
        places.master_key.path.display()
    ))?;
    let Some((account, name, password)) = ask(conversation)? else {
        return conversation.say("Nothing was set up.").map(|()| None);
    };
    let ready = format!("Ready to set up the account {account} with the first Administrator {name}.");
    if !conversation.agrees(ready, "Set up now.", "Leave without setting up.")? {
        return conversation.say("Nothing was set up.").map(|()| None);
    }
    let made = Hub::set_up(places, clock, &SetUp { account, name, password }, origin);
    if made.is_ok() {
        conversation.say("The desk is set up. Now sign in.")?;
    }
    Ok(Some(made))
}

fn ask(conversation: &mut Conversation<'_>) -> Step<Option<(String, String, Secret)>> {
    let question = "Type the name of the account, for example Acme Messaging. An empty line leaves: ";
    let Some(account) =
        checked(conversation, question, |text| AccountName::new(text).err().map(|why| why.to_string()))?
    else {
        return Ok(None);
    };
    let question = "Type your own user name, for example alice. An empty line leaves: ";
    let Some(name) = checked(conversation, question, |text| UserName::new(text).err().map(|why| why.to_string()))?
    else {
        return Ok(None);
    };
    let check = |password: &str| check_user_password(&name, password).map_err(|why| why.to_string());
    let password = new_password(conversation, "your password", USER_RULE, check)?;
    Ok(password.map(|password| (account, name.clone(), password)))
}

/// Asks for a line until `wrong` accepts it.
pub fn checked(
    conversation: &mut Conversation<'_>,
    question: &str,
    wrong: impl Fn(&str) -> Option<String>,
) -> Step<Option<String>> {
    loop {
        let Some(text) = conversation.line(question)? else { return Ok(None) };
        match wrong(&text) {
            None => return Ok(Some(text)),
            Some(why) => conversation.refuse(why)?,
        }
    }
}
