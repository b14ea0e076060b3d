//! Users: the list, and adding one.

mod user;

use crate::account::{Right, Role, UserName, check_user_password};
use crate::credential::Note;
use crate::hub::{NewSshKey, NewUser, WithPassword};
use crate::plain::conversation::{Menu, Picked, Step};
use crate::plain::credentials::one_time_secret;
use crate::plain::new_password::{USER_RULE, new_password};
use crate::plain::session::SignedIn;
use crate::plain::set_up::checked;
use crate::plain::ssh_keys;
use crate::plain::words;
use crate::secret::Secret;

const MAKE: &str = "Let keydesk make one, which is given once.";
const TYPE: &str = "Type one.";

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
    let Some((password, ssh_key)) = first_way_in(session, &name)? else { return Ok(()) };
    let new = NewUser { name, role, password, ssh_key, note: Note::default() };
    let Some(added) = session.call_confirmed(|hub, actor| hub.add_user_with(actor, &new))? else { return Ok(()) };
    let then = match new.ssh_key {
        None => "At the first sign-in the password must be changed.",
        Some(_) => "There is no password: the SSH key is the way in.",
    };
    session.say(format!("{} is added as {}. {then}", added.row.name, added.row.role.with_article()))?;
    hand_out(session, added)
}

/// Asks how a new user signs in: with a password that keydesk makes, with one that is typed, or with an SSH key alone.
fn first_way_in(session: &mut SignedIn<'_, '_>, name: &str) -> Step<Option<(Option<Secret>, Option<NewSshKey>)>> {
    let key = "None: SSH key only. Paste the key.";
    let menu = Menu::new(format!("The password of {name}:"), [MAKE, TYPE, key]);
    match session.conversation.choose(&menu)? {
        None => Ok(None),
        Some(0) => Ok(Some((None, None))),
        Some(1) => Ok(typed(session, "a first password", name)?.map(|password| (Some(password), None))),
        Some(_) => Ok(ssh_keys::paste(session)?.map(|key| (None, Some(key)))),
    }
}

/// Asks for a password of a user: `Some(None)` is one that keydesk makes.
fn password(session: &mut SignedIn<'_, '_>, what: &str, name: &str) -> Step<Option<Option<Secret>>> {
    match session.conversation.choose(&Menu::new(format!("The password of {name}:"), [MAKE, TYPE]))? {
        None => Ok(None),
        Some(0) => Ok(Some(None)),
        Some(_) => Ok(typed(session, what, name)?.map(Some)),
    }
}

fn typed(session: &mut SignedIn<'_, '_>, what: &str, name: &str) -> Step<Option<Secret>> {
    let check = |password: &str| check_user_password(name, password).map_err(|why| why.to_string());
    new_password(session.conversation, &format!("{what} for {name}"), USER_RULE, check)
}

/// Hands out the password if keydesk made it.
fn hand_out(session: &mut SignedIn<'_, '_>, set: WithPassword) -> Step {
    match set.password {
        None => Ok(()),
        Some(password) => one_time_secret::hand_out_password(session, &set.row.name, password),
    }
}

/// Asks for a role; `None` when the user goes back.
pub fn role(session: &mut SignedIn<'_, '_>, heading: &str) -> Step<Option<Role>> {
    let choices = Role::ALL.map(|role| format!("{}: {}.", role.title(), role.may()));
    Ok(session.conversation.choose(&Menu::new(heading, choices))?.map(|i| Role::ALL[i]))
}
