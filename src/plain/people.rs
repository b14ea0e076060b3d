//! Users: the list, and adding one.

use crate::account::{Role, UserName, check_user_password};

use super::{
    passwords::{USER_RULE, new_password},
    person,
    seat::Seat,
    set_up::checked,
    talk::{Menu, Said},
    words,
};

/// Shows the list of users and runs what is chosen, until the user goes back.
pub fn users(seat: &mut Seat<'_, '_>) -> Said {
    loop {
        let Some(people) = seat.done(|hub, actor| hub.users(actor))? else { return Ok(()) };
        let many = words::number(people.len().try_into().unwrap_or(i64::MAX), "user", "users");
        let mut choices = vec!["Add a user.".to_owned()];
        choices.extend(people.iter().map(words::user));
        let menu = Menu::new(format!("Users: {many}. Choose one to change it."), choices);
        match seat.talk.choose(&menu)? {
            None => return Ok(()),
            Some(0) => add(seat)?,
            Some(i) => person::open(seat, &people[i - 1].name)?,
        }
    }
}

fn add(seat: &mut Seat<'_, '_>) -> Said {
    let question = "Type the user name of the new user, for example bram. An empty line goes back: ";
    let wrong = |text: &str| UserName::new(text).err().map(|why| why.to_string());
    let Some(name) = checked(seat.talk, question, wrong)? else { return Ok(()) };
    let Some(role) = role(seat, &format!("Permission level of {name}."))? else { return Ok(()) };
    let check = |password: &str| check_user_password(&name, password).map_err(|why| why.to_string());
    let whose = format!("a first password for {name}");
    let Some(password) = new_password(seat.talk, &whose, USER_RULE, check)? else { return Ok(()) };
    match seat.confirmed(|hub, actor| hub.add_user(actor, &name, role, &password))? {
        None => Ok(()),
        Some(user) => seat.say(format!(
            "{} is added as {}. At the first sign-in the password must be changed.",
            user.name, user.role
        )),
    }
}

/// Asks for a role; `None` when the user goes back.
pub fn role(seat: &mut Seat<'_, '_>, heading: &str) -> Said<Option<Role>> {
    let choices = Role::ALL.map(|role| format!("{}: {}", role.title(), may(role)));
    Ok(seat.talk.choose(&Menu::new(heading, choices))?.map(|i| Role::ALL[i]))
}

fn may(role: Role) -> &'static str {
    match role {
        Role::Administrator => "creates and manages keys and users.",
        Role::Advanced => "sees the keys, changes none.",
        Role::Basic => "has an own account and the documentation.",
    }
}
