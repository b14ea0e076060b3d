//! Security: the lock time, and the age of the master key.

use super::{
    seat::Seat,
    talk::{Menu, Said},
    words,
};

/// Security.
pub fn security(seat: &mut Seat<'_, '_>) -> Said {
    loop {
        let Some(found) = seat.done(|hub, actor| hub.security(actor))? else { return Ok(()) };
        let mut menu = Menu::new("Security.", ["Change the lock time."]);
        let minutes = words::number(found.idle_lock_minutes, "minute", "minutes");
        menu.heading.push(format!("A desk where nobody answers locks after {minutes}."));
        if let Some(made) = found.master_key_made_at {
            menu.heading.push(format!("The master key was made on {}.", words::day(made)));
        }
        match seat.talk.choose(&menu)? {
            None => return Ok(()),
            Some(_) => lock_time(seat)?,
        }
    }
}

fn lock_time(seat: &mut Seat<'_, '_>) -> Said {
    loop {
        let question = "Type after how many minutes a desk where nobody answers locks, from 1 to 1440. An empty line \
                        leaves it as it is: ";
        let Some(text) = seat.talk.line(question)? else { return Ok(()) };
        let Ok(minutes) = text.parse() else {
            seat.talk.refuse("That is not a number of minutes. Type digits only, for example 10.")?;
            continue;
        };
        if seat.done(|hub, actor| hub.set_idle_lock(actor, minutes))?.is_some() {
            return seat.say("The lock time is changed. It counts from the next sign-in.");
        }
    }
}
