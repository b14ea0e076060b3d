//! Create new key: only a name is required, options are offered.

use crate::account::Right;
use crate::credential::{Kind, Name, Options, check_password, check_username};
use crate::hub::{NewCredential, NewLegacy};
use crate::plain::conversation::{Menu, Step};
use crate::plain::new_password::new_password;
use crate::plain::session::SignedIn;
use crate::plain::set_up::checked;
use crate::plain::words;
use crate::secret::Secret;

use super::{one_time_secret, options};

/// Asks for a new credential and creates it.
pub fn create(session: &mut SignedIn<'_, '_>, kind: Kind) -> Step {
    if !session.has_right(Right::ManageCredentials)? {
        return Ok(());
    }
    let asked = match kind {
        Kind::Basic | Kind::Hmac => named(session, kind)?,
        Kind::Legacy => legacy(session)?,
    };
    let Some(mut wanted) = asked else { return session.say("Nothing was created.") };
    loop {
        let mut menu = Menu::new(ready(&wanted), ["Create the key now.", "Set options first."]);
        menu.heading.push(words::options(kind, &wanted.options).join(" "));
        if wanted.legacy.as_ref().is_none_or(|legacy| legacy.password.is_none()) {
            let word = kind.api_secret_word();
            menu.heading.push(format!("The {word} is given once, right after. Have a place ready to put it."));
        }
        match session.conversation.choose(&menu.back("Do not create it."))? {
            None => return session.say("Nothing was created."),
            Some(0) => {
                // A refusal loses nothing: the answers are still there.
                if let Some(issued) = session.call(|hub, actor| hub.create(actor, &wanted))? {
                    return one_time_secret::hand_out(session, issued, one_time_secret::created(kind));
                }
            }
            Some(_) => options::set(session, kind, &mut wanted.options)?,
        }
    }
}

fn ready(wanted: &NewCredential) -> String {
    match &wanted.legacy {
        None => format!("Ready to create the {} {}.", wanted.kind.noun(), wanted.name),
        Some(legacy) => {
            let password = if legacy.password.is_some() { "the password you typed" } else { "a generated password" };
            format!("Ready to create the Legacy credential {} with {password}.", legacy.username)
        }
    }
}

fn named(session: &mut SignedIn<'_, '_>, kind: Kind) -> Step<Option<NewCredential>> {
    let question = format!(
        "Type a name that says what uses the new {}, for example nightly-export. An empty line goes back: ",
        kind.noun()
    );
    loop {
        let wrong = |text: &str| Name::new(text).err().map(|why| why.to_string());
        let Some(name) = checked(session.conversation, &question, wrong)? else { return Ok(None) };
        if is_wanted_twice(session, kind, &name)? {
            return Ok(Some(NewCredential { kind, name, legacy: None, options: Options::default() }));
        }
    }
}

/// A name may exist twice, but not by accident.
fn is_wanted_twice(session: &mut SignedIn<'_, '_>, kind: Kind, name: &str) -> Step<bool> {
    let taken = session.call(|hub, actor| hub.name_in_use(actor, kind, name, ""))?;
    if !taken.is_some_and(|taken| taken.name) {
        return Ok(true);
    }
    let heading = format!("There is a {} with the name {name} already.", kind.noun());
    session.conversation.agrees(heading, "Use the name all the same.", "Type another name.")
}

fn legacy(session: &mut SignedIn<'_, '_>) -> Step<Option<NewCredential>> {
    session.say(
        "Legacy credentials are for the SOAP API and the M4U text protocol. For REST, make a Basic or HMAC key.",
    )?;
    let question = "Type the username, 5 or more lower-case letters and nothing else. An empty line goes back: ";
    loop {
        let wrong = |text: &str| check_username(text).err().map(str::to_owned);
        let Some(username) = checked(session.conversation, question, wrong)? else { return Ok(None) };
        let taken = session.call(|hub, actor| hub.name_in_use(actor, Kind::Legacy, "", &username))?;
        if taken.is_some_and(|taken| taken.username) {
            session.conversation.refuse(format!("The username {username} is taken already. Choose another."))?;
            continue;
        }
        let Some(password) = legacy_password(session)? else { return Ok(None) };
        let legacy = Some(NewLegacy { username, password });
        let options = Options::default();
        return Ok(Some(NewCredential { kind: Kind::Legacy, name: String::new(), legacy, options }));
    }
}

/// Asks for a Legacy password: `Some(None)` is one that keydesk generates.
pub fn legacy_password(session: &mut SignedIn<'_, '_>) -> Step<Option<Option<Secret>>> {
    let menu = Menu::new("The password:", ["Let keydesk generate one.", "Type one."]);
    match session.conversation.choose(&menu)? {
        None => Ok(None),
        Some(0) => Ok(Some(None)),
        Some(_) => {
            let rule = "6 to 50 letters and digits with an upper-case and a lower-case letter";
            let check = |text: &str| check_password(text).map_err(str::to_owned);
            Ok(new_password(session.conversation, "the password", rule, check)?.map(Some))
        }
    }
}
