//! One user, and the actions on them: role, state, unlock, password.

use crate::{
    account::{UserState, check_user_password},
    credential::Filter,
    hub::{ListQuery, UserRow},
};

use super::{
    list,
    passwords::{USER_RULE, new_password},
    people::role,
    seat::Seat,
    talk::{Menu, Said},
    words,
};

/// An action on a user.
struct Deed {
    words: fn(&UserRow) -> Option<&'static str>,
    act: fn(&mut Seat<'_, '_>, &UserRow) -> Said,
}

const DEEDS: [Deed; 5] = [
    Deed { words: |_| Some("Change the permission level."), act: change_role },
    Deed { words: |u| (u.state == UserState::Active).then_some("Disable: no sign-in any more."), act: disable },
    Deed { words: |u| (u.state == UserState::Disabled).then_some("Enable again."), act: enable },
    Deed { words: |u| u.locked_until.map(|_| "Unlock: end the pause after wrong passwords."), act: unlock },
    Deed { words: |_| Some("Set a new password."), act: set_password },
];

/// Says all about a user and does what is chosen, until the user goes back.
pub fn open(seat: &mut Seat<'_, '_>, name: &str) -> Said {
    loop {
        let Some(people) = seat.done(|hub, actor| hub.users(actor))? else { return Ok(()) };
        let Some(user) = people.into_iter().find(|user| user.name == name) else { return Ok(()) };
        let offered: Vec<_> = DEEDS.iter().filter_map(|deed| (deed.words)(&user).map(|words| (deed, words))).collect();
        let menu = Menu::new(words::user(&user), offered.iter().map(|(_, words)| *words));
        match seat.talk.choose(&menu)? {
            None => return Ok(()),
            Some(i) => (offered[i].0.act)(seat, &user)?,
        }
    }
}

fn change_role(seat: &mut Seat<'_, '_>, user: &UserRow) -> Said {
    let heading = format!("New permission level of {}, who is {} now.", user.name, user.role);
    let Some(role) = role(seat, &heading)? else { return Ok(()) };
    match seat.confirmed(|hub, actor| hub.set_role(actor, &user.target(), role))? {
        None => Ok(()),
        Some(user) => seat.say(format!("{} is {} now. Sessions of {} have ended.", user.name, user.role, user.name)),
    }
}

fn disable(seat: &mut Seat<'_, '_>, user: &UserRow) -> Said {
    let disabled = seat.confirmed(|hub, actor| hub.set_user_state(actor, &user.target(), UserState::Disabled))?;
    let Some(user) = disabled else { return Ok(()) };
    seat.say(format!("{} is disabled and has no session any more.", user.name))?;
    if user.made == 0 {
        return Ok(());
    }
    let keys = words::number(user.made, "live key was", "live keys were");
    let heading = format!("{keys} made by {}, and may be known to that person.", user.name);
    match seat.talk.agrees(heading, "List them.", "Go back.")? {
        true => {
            let filter = Filter { by: Some(user.name), ..Filter::default() };
            list::browse(seat, ListQuery { filter, ..ListQuery::default() })
        }
        false => Ok(()),
    }
}

fn enable(seat: &mut Seat<'_, '_>, user: &UserRow) -> Said {
    match seat.confirmed(|hub, actor| hub.set_user_state(actor, &user.target(), UserState::Active))? {
        None => Ok(()),
        Some(user) => seat.say(format!("{} is enabled and can sign in.", user.name)),
    }
}

fn unlock(seat: &mut Seat<'_, '_>, user: &UserRow) -> Said {
    match seat.confirmed(|hub, actor| hub.unlock_user(actor, &user.name))? {
        None => Ok(()),
        Some(user) => seat.say(format!("{} is unlocked and can sign in.", user.name)),
    }
}

fn set_password(seat: &mut Seat<'_, '_>, user: &UserRow) -> Said {
    let check = |password: &str| check_user_password(&user.name, password).map_err(|why| why.to_string());
    let whose = format!("a new password for {}", user.name);
    let Some(password) = new_password(seat.talk, &whose, USER_RULE, check)? else { return Ok(()) };
    match seat.confirmed(|hub, actor| hub.set_password(actor, &user.target(), &password))? {
        None => Ok(()),
        Some(user) if user.must_change_password => {
            seat.say(format!("{} has a new password, which must be changed at the next sign-in.", user.name))
        }
        Some(user) => seat.say(format!("{} has a new password.", user.name)),
    }
}
