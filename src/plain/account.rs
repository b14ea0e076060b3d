//! My account: own password, own sign-ins, appearance.

use crate::{account::check_user_password, secret::What};

use super::{
    passwords::{USER_RULE, new_password},
    seat::Seat,
    talk::{Leave, Menu, Said},
    words,
};

/// Shows one's own account and runs what is chosen, until the user goes back.
pub fn my_account(seat: &mut Seat<'_, '_>) -> Said {
    loop {
        let mut menu = Menu::new(
            format!("My account. You are {}, {}.", seat.actor().user, seat.session.role),
            ["Change your password.", "Hear your last sign-ins.", "Open keydesk on the full screen from now on."],
        );
        menu.heading.push(words::last_sign_in(seat.session.last.as_ref()));
        match seat.talk.choose(&menu)? {
            None => return Ok(()),
            Some(0) => change_password(seat)?,
            Some(1) => sign_ins(seat)?,
            Some(_) => full_screen(seat)?,
        }
    }
}

fn sign_ins(seat: &mut Seat<'_, '_>) -> Said {
    let Some(rows) = seat.done(|hub, actor| hub.own_sign_ins(actor))? else { return Ok(()) };
    if rows.is_empty() {
        return seat.say("There was no sign-in yet, and none was refused.");
    }
    for row in &rows {
        seat.say(words::own_sign_in(row))?;
    }
    seat.say("If one was not you, change your password and tell an Administrator.")
}

/// The whole screen is for sighted users, so the consequence is said before it is opened.
fn full_screen(seat: &mut Seat<'_, '_>) -> Said {
    let heading = "The full screen draws boxes and moves the cursor. keydesk starts anew for it, as if you had just called \
                   it: nothing of this session stays in memory. My account there leads back.";
    if !seat.talk.agrees(heading, "Open it on the full screen.", "Stay line by line.")? {
        return Ok(());
    }
    match seat.talk.io().choose_screen() {
        Ok(()) => Err(Leave::Screen),
        Err(why) => seat.talk.refuse(why),
    }
}

fn change_password(seat: &mut Seat<'_, '_>) -> Said {
    let question = "Type the password that you have now; it is not shown. An empty line goes back: ";
    let Some(old) = seat.talk.hidden(question, What::Password)? else { return Ok(()) };
    let name = seat.actor().user.as_str().to_owned();
    let check = |password: &str| check_user_password(&name, password).map_err(|why| why.to_string());
    let Some(new) = new_password(seat.talk, "your new password", USER_RULE, check)? else {
        return seat.say("Your password stays as it is.");
    };
    if let Some(actor) = seat.done(|hub, actor| hub.change_own_password(actor, &old, &new))? {
        seat.renew(actor);
        seat.say("Your password is changed. Your other sessions have ended.")?;
    }
    Ok(())
}
