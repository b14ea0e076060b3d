//! Sign-in, also after a lock, and the change of a password that somebody else set.

use std::sync::Arc;

use crate::account::check_user_password;
use crate::hub::{Hub, HubError, Origin, Session, SignIn};
use crate::secret::{Secret, What};
use crate::time::{self, Millis};

use super::conversation::{Conversation, Step};
use super::new_password::{USER_RULE, new_password};

/// Asks for name and password until a user is signed in; `None` when the user leaves. After a lock the name is `known`.
pub fn sign_in(
    conversation: &mut Conversation<'_>,
    hub: &Arc<Hub>,
    origin: &Origin,
    known: Option<&str>,
) -> Step<Option<Session>> {
    let mut known = known.map(str::to_owned);
    loop {
        let (name, whose) = match known.take() {
            Some(name) => (name.clone(), format!("the password of {name}")),
            None => match conversation.line("Type your user name. An empty line quits keydesk: ")? {
                // Not repeated: people type passwords there.
                Some(name) => (name, "your password".to_owned()),
                None => return Ok(None),
            },
        };
        let question = format!("Type {whose}; it is not shown. An empty line asks for the name again: ");
        let Some(password) = conversation.hidden(&question, What::Password)? else { continue };
        if let Some(session) = try_password(conversation, hub, origin, &name, &password)? {
            return Ok(Some(session));
        }
    }
}

fn try_password(
    conversation: &mut Conversation<'_>,
    hub: &Arc<Hub>,
    origin: &Origin,
    name: &str,
    password: &Secret,
) -> Step<Option<Session>> {
    match hub.sign_in(name, password, origin) {
        Ok(SignIn::Welcome(session)) if session.must_change_password => {
            own_password(conversation, hub, session, password)
        }
        Ok(SignIn::Welcome(session)) => Ok(Some(session)),
        Ok(SignIn::Wrong { left, pause }) => {
            conversation.refuse(wrong(left, pause))?;
            Ok(None)
        }
        Ok(SignIn::Locked { until }) => {
            conversation.refuse(locked(until, hub.now()))?;
            Ok(None)
        }
        Err(why) => {
            conversation.refuse(why.to_string())?;
            Ok(None)
        }
    }
}

/// The password was set by somebody else: the user must choose their own before signing in.
fn own_password(
    conversation: &mut Conversation<'_>,
    hub: &Arc<Hub>,
    mut session: Session,
    old: &Secret,
) -> Step<Option<Session>> {
    conversation
        .say("Your password was set by somebody else. Choose your own now; without it you are not signed in.")?;
    let name = session.actor.user.as_str().to_owned();
    let check = |password: &str| check_user_password(&name, password).map_err(|why| why.to_string());
    loop {
        let Some(new) = new_password(conversation, "your new password", USER_RULE, check)? else {
            let _ = hub.sign_out(&session.actor);
            conversation.say("You are not signed in.")?;
            return Ok(None);
        };
        match hub.change_own_password(&session.actor, old, &new) {
            Ok(actor) => {
                conversation.say("Your password is changed.")?;
                session.actor = actor;
                session.must_change_password = false;
                return Ok(Some(session));
            }
            Err(why @ HubError::SessionOver(_)) => {
                conversation.refuse(why.to_string())?;
                return Ok(None);
            }
            Err(why) => conversation.refuse(why.to_string())?,
        }
    }
}

fn wrong(left: u32, pause: i64) -> String {
    let tries = if left == 1 { "1 try".to_owned() } else { format!("{left} tries") };
    format!("Name or password is wrong. {tries} left before a pause of {}.", time::duration(pause))
}

fn locked(until: Millis, now: Millis) -> String {
    format!(
        "Too many wrong passwords: this name is locked until {}, for {}. An Administrator can unlock it.",
        until.utc("%H:%M UTC"),
        time::duration(until.since(now)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::MINUTE;

    #[test]
    fn refused_sign_ins_are_put_in_words() {
        assert_eq!(wrong(3, 15 * MINUTE), "Name or password is wrong. 3 tries left before a pause of 15 minutes.");
        assert_eq!(wrong(1, 240 * MINUTE), "Name or password is wrong. 1 try left before a pause of 4 hours.");
        let said = locked(Millis(15 * MINUTE), Millis(1));
        assert!(said.contains("locked until 00:15 UTC, for 15 minutes"), "{said}");
    }
}
