//! My account: the own password.

use crate::account::check_user_password;

use super::{
    passwords::{USER_RULE, new_password},
    seat::Seat,
    talk::{Menu, Said},
    words,
};

/// My account.
pub fn my_account(seat: &mut Seat<'_, '_>) -> Said {
    loop {
        let mut menu = Menu::new(
            format!("My account. You are {}, {}.", seat.actor().user, seat.session.role),
            ["Change your password."],
        );
        menu.heading.push(words::last_sign_in(seat.session.last.as_ref()));
        match seat.talk.choose(&menu)? {
            None => return Ok(()),
            Some(_) => change_password(seat)?,
        }
    }
}

fn change_password(seat: &mut Seat<'_, '_>) -> Said {
    let question = "Type the password that you have now; it is not shown. An empty line goes back: ";
    let Some(old) = seat.talk.hidden(question)? else { return Ok(()) };
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
