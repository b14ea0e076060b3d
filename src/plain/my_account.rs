//! My account: own password, own SSH keys, own sign-ins, appearance.

use crate::account::check_user_password;
use crate::secret::What;

use super::conversation::{Exit, Menu, Step};
use super::new_password::{USER_RULE, new_password};
use super::session::SignedIn;
use super::ssh_keys::{self, Owner};
use super::words;

/// Shows one's own account and runs what is chosen, until the user goes back.
pub fn my_account(session: &mut SignedIn<'_, '_>) -> Step {
    let owner = session.actor().user.to_string();
    loop {
        let keys = session.call(|hub, actor| hub.ssh_keys(actor, Some(actor.user.as_str()), false))?;
        let keys = match keys.as_deref() {
            None | Some([]) => "none".to_owned(),
            Some(rows) => words::usable_ssh_keys(rows),
        };
        let mut menu = Menu::new(
            format!("My account. You are {}, {}.", session.actor().user, session.login.role),
            [
                "Change your password.".to_owned(),
                format!("Your SSH keys: {keys}."),
                "Hear your last sign-ins.".to_owned(),
                "Open keydesk on the full screen from now on.".to_owned(),
            ],
        );
        menu.heading.push(words::last_sign_in(session.login.last.as_ref()));
        match session.conversation.choose(&menu)? {
            None => return Ok(()),
            Some(0) => change_password(session)?,
            Some(1) => {
                let has_password = session.login.has_password;
                ssh_keys::ssh_keys(session, Owner { name: &owner, has_password })?;
            }
            Some(2) => sign_ins(session)?,
            Some(_) => full_screen(session)?,
        }
    }
}

fn sign_ins(session: &mut SignedIn<'_, '_>) -> Step {
    let Some(rows) = session.call(|hub, actor| hub.own_sign_ins(actor))? else { return Ok(()) };
    if rows.is_empty() {
        return session.say("There was no sign-in yet, and none was refused.");
    }
    for row in &rows {
        session.say(words::own_sign_in(row))?;
    }
    session.say("If one was not you, change your password and tell an Administrator.")
}

/// The full screen is for sighted users, so the consequence is said first.
fn full_screen(session: &mut SignedIn<'_, '_>) -> Step {
    let heading = "The full screen draws boxes and moves the cursor. keydesk restarts for it, as if you had just started it: nothing of this session stays in memory. My account there leads back.";
    if !session.conversation.agrees(heading, "Open it on the full screen.", "Stay line by line.")? {
        return Ok(());
    }
    match session.conversation.io().choose_screen() {
        Ok(()) => Err(Exit::Screen),
        Err(why) => session.conversation.refuse(why),
    }
}

fn change_password(session: &mut SignedIn<'_, '_>) -> Step {
    if !session.login.has_password {
        return session.say("You have no password: you sign in by SSH key. An Administrator can set one for you.");
    }
    let question = "Type the password that you have now; it is not shown. An empty line goes back: ";
    let Some(old) = session.conversation.hidden(question, What::Password)? else { return Ok(()) };
    let name = session.actor().user.as_str().to_owned();
    let check = |password: &str| check_user_password(&name, password).map_err(|why| why.to_string());
    let Some(new) = new_password(session.conversation, "your new password", USER_RULE, check)? else {
        return session.say("Your password stays as it is.");
    };
    if let Some(actor) = session.call(|hub, actor| hub.change_own_password(actor, &old, &new))? {
        session.renew(actor);
        session.say("Your password is changed. Your other sessions have ended.")?;
    }
    Ok(())
}
