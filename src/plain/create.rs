//! Create new key: only a name is required, options are offered.

use crate::{
    account::Right,
    credential::{Kind, Name, Options, check_password, check_username},
    hub::{NewCredential, NewLegacy},
    secret::Secret,
};

use super::{
    once, options,
    passwords::new_password,
    seat::Seat,
    set_up::checked,
    talk::{Menu, Said},
    words,
};

/// Asks for a new credential and creates it.
pub fn create(seat: &mut Seat<'_, '_>, kind: Kind) -> Said {
    if !seat.may(Right::ManageCredentials)? {
        return Ok(());
    }
    let asked = match kind {
        Kind::Basic | Kind::Hmac => named(seat, kind)?,
        Kind::Legacy => legacy(seat)?,
    };
    let Some(mut wanted) = asked else { return seat.say("Nothing was created.") };
    loop {
        let mut menu = Menu::new(ready(&wanted), ["Create the key now.", "Set options first."]);
        menu.heading.push(words::options(kind, &wanted.options).join(" "));
        if wanted.legacy.as_ref().is_none_or(|legacy| legacy.password.is_none()) {
            let word = words::secret_word(kind);
            menu.heading.push(format!("The {word} is given once, right after. Have a place ready to put it."));
        }
        match seat.talk.choose(&menu.back("Do not create it."))? {
            None => return seat.say("Nothing was created."),
            Some(0) => {
                // A refusal loses nothing: the answers are still there.
                if let Some(issued) = seat.done(|hub, actor| hub.create(actor, &wanted))? {
                    return once::hand_out(seat, issued, once::created(kind));
                }
            }
            Some(_) => options::set(seat, kind, &mut wanted.options)?,
        }
    }
}

fn ready(wanted: &NewCredential) -> String {
    match &wanted.legacy {
        None => format!("Ready to create the {} {}.", words::kind_word(wanted.kind), wanted.name),
        Some(legacy) => {
            let password = if legacy.password.is_some() { "the password you typed" } else { "a generated password" };
            format!("Ready to create the Legacy credential {} with {password}.", legacy.username)
        }
    }
}

fn named(seat: &mut Seat<'_, '_>, kind: Kind) -> Said<Option<NewCredential>> {
    let question = format!(
        "Type a name that says what uses the new {}, for example nightly-export. An empty line goes back: ",
        words::kind_word(kind)
    );
    loop {
        let wrong = |text: &str| Name::new(text).err().map(|why| why.to_string());
        let Some(name) = checked(seat.talk, &question, wrong)? else { return Ok(None) };
        if is_wanted_twice(seat, kind, &name)? {
            return Ok(Some(NewCredential { kind, name, legacy: None, options: Options::default() }));
        }
    }
}

/// A name may exist twice, but not by accident.
fn is_wanted_twice(seat: &mut Seat<'_, '_>, kind: Kind, name: &str) -> Said<bool> {
    let taken = seat.done(|hub, actor| hub.name_in_use(actor, kind, name, ""))?;
    if !taken.is_some_and(|taken| taken.name) {
        return Ok(true);
    }
    let heading = format!("There is a {} with the name {name} already.", words::kind_word(kind));
    seat.talk.agrees(heading, "Use the name all the same.", "Type another name.")
}

fn legacy(seat: &mut Seat<'_, '_>) -> Said<Option<NewCredential>> {
    seat.say("Legacy credentials are for the SOAP API and the M4U text protocol. For REST, make a Basic or HMAC key.")?;
    let question = "Type the username, 5 or more lower-case letters and nothing else. An empty line goes back: ";
    loop {
        let wrong = |text: &str| check_username(text).err().map(str::to_owned);
        let Some(username) = checked(seat.talk, question, wrong)? else { return Ok(None) };
        let taken = seat.done(|hub, actor| hub.name_in_use(actor, Kind::Legacy, "", &username))?;
        if taken.is_some_and(|taken| taken.username) {
            seat.talk.refuse(format!("The username {username} is taken already. Choose another."))?;
            continue;
        }
        let Some(password) = legacy_password(seat)? else { return Ok(None) };
        let legacy = Some(NewLegacy { username, password });
        let options = Options::default();
        return Ok(Some(NewCredential { kind: Kind::Legacy, name: String::new(), legacy, options }));
    }
}

/// Asks for a Legacy password: `Some(None)` is one that keydesk generates.
pub fn legacy_password(seat: &mut Seat<'_, '_>) -> Said<Option<Option<Secret>>> {
    let menu = Menu::new("The password:", ["Let keydesk generate one.", "Type one."]);
    match seat.talk.choose(&menu)? {
        None => Ok(None),
        Some(0) => Ok(Some(None)),
        Some(_) => {
            let rule = "6 to 50 letters and digits with an upper-case and a lower-case letter";
            let check = |text: &str| check_password(text).map_err(str::to_owned);
            Ok(new_password(seat.talk, "the password", rule, check)?.map(Some))
        }
    }
}
