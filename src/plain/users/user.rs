//! One user, and the actions on them: role, state, unlock, password, note, SSH keys.

use crate::account::{Right, UserState};
use crate::credential::{Filter, Note};
use crate::hub::{ListQuery, UserRow};
use crate::plain::conversation::{Menu, Step};
use crate::plain::credentials::list;
use crate::plain::session::SignedIn;
use crate::plain::set_up::checked;
use crate::plain::ssh_keys::{self, Owner};
use crate::plain::words;

use super::role;

/// An action on a user.
struct UserAction {
    words: fn(&UserRow) -> Option<&'static str>,
    right: Right,
    act: fn(&mut SignedIn<'_, '_>, &UserRow) -> Step,
}

const fn managing(
    words: fn(&UserRow) -> Option<&'static str>,
    act: fn(&mut SignedIn<'_, '_>, &UserRow) -> Step,
) -> UserAction {
    UserAction { words, right: Right::ManageUsers, act }
}

const ACTIONS: [UserAction; 7] = [
    managing(|_| Some("Change the role."), change_role),
    managing(|u| (u.state == UserState::Active).then_some("Disable: no sign-in any more."), disable),
    managing(|u| (u.state == UserState::Disabled).then_some("Enable again."), enable),
    managing(|u| u.locked_until.map(|_| "Unlock: end the pause after wrong passwords."), unlock),
    managing(|_| Some("Set a new password."), set_password),
    managing(|_| Some("Change the note."), change_note),
    // Who may see users sees their keys; to change them asks for more.
    UserAction { words: |_| Some("SSH keys: hear, add and remove them."), right: Right::SeeUsers, act: keys },
];

/// Says all about a user and does what is chosen, until the user goes back.
pub fn open(session: &mut SignedIn<'_, '_>, name: &str) -> Step {
    loop {
        let Some(users) = session.call(|hub, actor| hub.users(actor))? else { return Ok(()) };
        let Some(user) = users.into_iter().find(|user| user.name == name) else { return Ok(()) };
        let offered: Vec<_> =
            ACTIONS.iter().filter_map(|action| (action.words)(&user).map(|words| (action, words))).collect();
        let labels = offered.iter().map(|(action, words)| session.choice_label(words, action.right));
        let menu = Menu::new(words::user(&user), labels);
        match session.conversation.choose(&menu)? {
            None => return Ok(()),
            Some(i) if session.has_right(offered[i].0.right)? => (offered[i].0.act)(session, &user)?,
            Some(_) => {}
        }
    }
}

fn keys(session: &mut SignedIn<'_, '_>, user: &UserRow) -> Step {
    ssh_keys::ssh_keys(session, Owner { name: &user.name, has_password: user.has_password })
}

fn change_role(session: &mut SignedIn<'_, '_>, user: &UserRow) -> Step {
    let heading = format!("New role of {}, who is {} now.", user.name, user.role.with_article());
    let Some(role) = role(session, &heading)? else { return Ok(()) };
    match session.call_confirmed(|hub, actor| hub.set_role(actor, &user.target(), role))? {
        None => Ok(()),
        Some(user) => session.say(format!(
            "{} is {} now. Sessions of {} have ended.",
            user.name,
            user.role.with_article(),
            user.name
        )),
    }
}

fn disable(session: &mut SignedIn<'_, '_>, user: &UserRow) -> Step {
    let disabled =
        session.call_confirmed(|hub, actor| hub.set_user_state(actor, &user.target(), UserState::Disabled))?;
    let Some(user) = disabled else { return Ok(()) };
    session.say(format!("{} is disabled and has no session any more.", user.name))?;
    if user.made == 0 {
        return Ok(());
    }
    let keys = words::number(user.made, "usable credential was", "usable credentials were");
    let heading = format!("{keys} created by {}, and may be known to that person.", user.name);
    match session.conversation.agrees(heading, "List them.", "Go back.")? {
        true => {
            let filter = Filter { by: Some(user.name), ..Filter::default() };
            list::browse(session, ListQuery { filter, ..ListQuery::default() })
        }
        false => Ok(()),
    }
}

fn enable(session: &mut SignedIn<'_, '_>, user: &UserRow) -> Step {
    match session.call_confirmed(|hub, actor| hub.set_user_state(actor, &user.target(), UserState::Active))? {
        None => Ok(()),
        Some(user) => session.say(format!("{} is enabled and can sign in.", user.name)),
    }
}

fn change_note(session: &mut SignedIn<'_, '_>, user: &UserRow) -> Step {
    let now = if user.note.is_empty() { "none".to_owned() } else { user.note.clone() };
    session.say(format!("The note on {} is: {now}.", user.name))?;
    let wrong = |text: &str| Note::new(text).err().map(|why| why.to_string());
    let question = "Type the new note, or none to remove it. An empty line leaves it as it is: ";
    let Some(typed) = checked(session.conversation, question, wrong)? else { return Ok(()) };
    let Ok(note) = Note::new(&typed) else { return Ok(()) };
    match session.call_confirmed(|hub, actor| hub.set_user_note(actor, &user.target(), &note))? {
        None => Ok(()),
        Some(user) if user.note.is_empty() => session.say(format!("{} has no note now.", user.name)),
        Some(user) => session.say(format!("The note on {} is now: {}.", user.name, user.note)),
    }
}

fn unlock(session: &mut SignedIn<'_, '_>, user: &UserRow) -> Step {
    match session.call_confirmed(|hub, actor| hub.unlock_user(actor, &user.name))? {
        None => Ok(()),
        Some(user) => session.say(format!("{} is unlocked and can sign in.", user.name)),
    }
}

fn set_password(session: &mut SignedIn<'_, '_>, user: &UserRow) -> Step {
    let Some(password) = super::password(session, "a new password", &user.name)? else { return Ok(()) };
    let set =
        session.call_confirmed(|hub, actor| hub.set_password_or_make(actor, &user.target(), password.as_ref()))?;
    let Some(set) = set else { return Ok(()) };
    let next = if set.row.must_change_password { ", which must be changed at the next sign-in" } else { "" };
    session.say(format!("{} has a new password{next}.", set.row.name))?;
    super::hand_out(session, set)
}
