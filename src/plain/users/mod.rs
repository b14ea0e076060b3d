//! Users: the list, and adding one.

mod user;

use crate::account::{Right, Role, UserName, check_user_password};
use crate::plain::conversation::{Menu, Picked, Step};
use crate::plain::new_password::{USER_RULE, new_password};
use crate::plain::session::SignedIn;
use crate::plain::set_up::checked;
use crate::plain::words;

/// Shows the list of users and runs what is chosen, until the user goes back.
pub fn users(session: &mut SignedIn<'_, '_>) -> Step {
    loop {
        let Some(users) = session.call(|hub, actor| hub.users(actor))? else { return Ok(()) };
        let many = words::number(users.len().try_into().unwrap_or(i64::MAX), "user", "users");
        let mut choices = vec![session.choice_label("Add a user.", Right::ManageUsers)];
        choices.extend(users.iter().map(words::user));
        let menu = Menu::new(format!("Users: {many}. Choose one to change it."), choices);
        let picked = match session.conversation.choose_or_search(&menu)? {
            None => None,
            Some(Picked::Item(i)) => Some(i),
            Some(Picked::Words(name)) => {
                let name = name.to_lowercase();
                match users.iter().position(|user| user.name.contains(&name)) {
                    Some(found) => Some(found + 1),
                    None => {
                        session.conversation.refuse("No user has such a name.")?;
                        continue;
                    }
                }
            }
        };
        match picked {
            None => return Ok(()),
            Some(0) if session.has_right(Right::ManageUsers)? => add(session)?,
            Some(0) => {}
            Some(i) => user::open(session, &users[i - 1].name)?,
        }
    }
}

fn add(session: &mut SignedIn<'_, '_>) -> Step {
    let question = "Type the user name of the new user, for example bram. An empty line goes back: ";
    let wrong = |text: &str| UserName::new(text).err().map(|why| why.to_string());
    let Some(name) = checked(session.conversation, question, wrong)? else { return Ok(()) };
    let Some(role) = role(session, &format!("Role of {name}."))? else { return Ok(()) };
    let check = |password: &str| check_user_password(&name, password).map_err(|why| why.to_string());
    let whose = format!("a first password for {name}");
    let Some(password) = new_password(session.conversation, &whose, USER_RULE, check)? else { return Ok(()) };
    match session.call_confirmed(|hub, actor| hub.add_user(actor, &name, role, &password))? {
        None => Ok(()),
        Some(user) => session.say(format!(
            "{} is added as {}. At the first sign-in the password must be changed.",
            user.name,
            user.role.with_article()
        )),
    }
}

/// Asks for a role; `None` when the user goes back.
pub fn role(session: &mut SignedIn<'_, '_>, heading: &str) -> Step<Option<Role>> {
    let choices = Role::ALL.map(|role| format!("{}: {}.", role.title(), role.may()));
    Ok(session.conversation.choose(&Menu::new(heading, choices))?.map(|i| Role::ALL[i]))
}
