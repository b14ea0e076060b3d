//! Sign-in, also after a lock, and the change of a password that somebody else set.

use std::sync::Arc;

use crate::{
    account::check_user_password,
    hub::{Hub, HubError, Origin, Session, SignIn},
    secret::{Secret, What},
    time::{MINUTE, Millis},
};

use super::{
    passwords::{USER_RULE, new_password},
    talk::{Said, Talk},
};

/// Asks for name and password until a user is signed in; `None` when the user leaves. After a lock the name is `known`.
pub fn sign_in(talk: &mut Talk<'_>, hub: &Arc<Hub>, origin: &Origin, known: Option<&str>) -> Said<Option<Session>> {
    let mut known = known.map(str::to_owned);
    loop {
        let (name, whose) = match known.take() {
            Some(name) => (name.clone(), format!("the password of {name}")),
            None => match talk.line("Type your user name. An empty line quits keydesk: ")? {
                // Not repeated: people type passwords there.
                Some(name) => (name, "your password".to_owned()),
                None => return Ok(None),
            },
        };
        let question = format!("Type {whose}; it is not shown. An empty line asks for the name again: ");
        let Some(password) = talk.hidden(&question, What::Password)? else { continue };
        if let Some(session) = try_password(talk, hub, origin, &name, &password)? {
            return Ok(Some(session));
        }
    }
}

fn try_password(
    talk: &mut Talk<'_>,
    hub: &Arc<Hub>,
    origin: &Origin,
    name: &str,
    password: &Secret,
) -> Said<Option<Session>> {
    match hub.sign_in(name, password, origin) {
        Ok(SignIn::Welcome(session)) if session.must_change_password => own_password(talk, hub, session, password),
        Ok(SignIn::Welcome(session)) => Ok(Some(session)),
        Ok(SignIn::Wrong { left, pause }) => {
            talk.refuse(wrong(left, pause))?;
            Ok(None)
        }
        Ok(SignIn::Locked { until }) => {
            talk.refuse(locked(until, hub.now()))?;
            Ok(None)
        }
        Err(why) => {
            talk.refuse(why.to_string())?;
            Ok(None)
        }
    }
}

/// The password was set by somebody else: the user must choose their own before signing in.
fn own_password(talk: &mut Talk<'_>, hub: &Arc<Hub>, mut session: Session, old: &Secret) -> Said<Option<Session>> {
    talk.say("Your password was set by somebody else. Choose your own now; without it you are not signed in.")?;
    let name = session.actor.user.as_str().to_owned();
    let check = |password: &str| check_user_password(&name, password).map_err(|why| why.to_string());
    loop {
        let Some(new) = new_password(talk, "your new password", USER_RULE, check)? else {
            let _ = hub.sign_out(&session.actor);
            talk.say("You are not signed in.")?;
            return Ok(None);
        };
        match hub.change_own_password(&session.actor, old, &new) {
            Ok(actor) => {
                talk.say("Your password is changed.")?;
                session.actor = actor;
                session.must_change_password = false;
                return Ok(Some(session));
            }
            Err(why @ HubError::SessionOver(_)) => {
                talk.refuse(why.to_string())?;
                return Ok(None);
            }
            Err(why) => talk.refuse(why.to_string())?,
        }
    }
}

fn wrong(left: u32, pause: i64) -> String {
    let tries = if left == 1 { "1 try".to_owned() } else { format!("{left} tries") };
    format!("Name or password is wrong. {tries} left before a pause of {}.", minutes(pause))
}

fn locked(until: Millis, now: Millis) -> String {
    format!(
        "Too many wrong passwords: this name is locked until {}, for {}. An Administrator can unlock it.",
        until.utc("%H:%M UTC"),
        minutes(until.since(now)),
    )
}

/// A span in words, rounded up to minutes.
pub fn minutes(ms: i64) -> String {
    match (ms + MINUTE - 1) / MINUTE {
        1 => "1 minute".to_owned(),
        n if n > 120 && n % 60 == 0 => format!("{} hours", n / 60),
        n => format!("{n} minutes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_in_words() {
        assert_eq!(wrong(3, 15 * MINUTE), "Name or password is wrong. 3 tries left before a pause of 15 minutes.");
        assert_eq!(wrong(1, 240 * MINUTE), "Name or password is wrong. 1 try left before a pause of 4 hours.");
        let said = locked(Millis(15 * MINUTE), Millis(1));
        assert!(said.contains("locked until 00:15 UTC, for 15 minutes"), "{said}");
        assert_eq!(minutes(1), "1 minute");
    }
}
