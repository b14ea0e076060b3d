//! Runs a line-by-line session from the first question to the last, on a real terminal or a scripted one.

use std::{path::PathBuf, sync::Arc};

use anyhow::Result;

use crate::{
    config::{After, Face},
    hub::{DeskPaths, Hub, HubError, InputField, OpenOutcome, Origin, Session},
    sample::SHIPPED,
    time::Clock,
};

use super::{
    door,
    io::Io,
    menu,
    seat::Seat,
    set_up::set_up,
    talk::{Leave, Said, Talk},
    tty::Tty,
};

const NO_TERMINAL: &str = "Line by line works on a terminal only: passwords are typed there without being shown. For \
                           scripts there is `keydesk key`, `keydesk user` and `keydesk audit`: see `keydesk --help`.";

/// Exit code after ctrl-c: what SIGINT gives.
const INTERRUPTED: u8 = 130;
/// Exit code when the terminal is gone: what SIGHUP gives.
const LINE_GONE: u8 = 129;

/// Runs the desk at `places`, or sets one up there, line by line; returns what is left to do then. `appearance` is the
/// file with how it looks for this Unix user, `verifier` is where gateways find the verifier.
pub fn run(
    places: &DeskPaths,
    origin: &Origin,
    appearance: PathBuf,
    verifier: &str,
    clock: Arc<dyn Clock>,
) -> Result<After> {
    let mut tty = terminal(Some(appearance))?;
    match Hub::open_with(places, Arc::clone(&clock), &mut |done, all| upgraded(&mut tty, done, all))? {
        OpenOutcome::Ready(hub) => Ok(converse(&mut tty, Arc::new(hub), origin, verifier, None)),
        OpenOutcome::New => Ok(set_up_and_converse(&mut tty, places, clock, origin, verifier)?),
    }
}

/// Says now and then how far a desk of an older keydesk has been brought up to date.
fn upgraded(tty: &mut Tty, done: i64, all: i64) {
    const EVERY: i64 = 100_000;
    if done % EVERY == 0 {
        // Where nobody hears it, the work goes on.
        let _ =
            Talk::new(tty).say(format!("The desk of an older keydesk is brought up to date: {done} of {all} keys."));
    }
}

/// Runs a desk with a signed-in user: the demo. `notice` says how to unlock it.
pub fn run_session(hub: Hub, session: Session, notice: &str) -> Result<After> {
    let mut tty = terminal(None)?;
    if Talk::new(&mut tty).say(notice).is_err() {
        return Ok(After::Exit(LINE_GONE));
    }
    let origin = session.actor.origin.clone();
    // The demo has no place of its own.
    Ok(converse(&mut tty, Arc::new(hub), &origin, SHIPPED, Some(session)))
}

fn terminal(appearance: Option<PathBuf>) -> Result<Tty> {
    match Tty::is_terminal() {
        true => Ok(Tty::open(appearance)?),
        false => Err(HubError::Invalid { field: InputField::Other, sentence: NO_TERMINAL.to_owned() }.into()),
    }
}

/// Sets a desk up, then goes on with it.
pub fn set_up_and_converse(
    io: &mut dyn Io,
    places: &DeskPaths,
    clock: Arc<dyn Clock>,
    origin: &Origin,
    verifier: &str,
) -> Result<After, HubError> {
    let made = match set_up(&mut Talk::new(io), places, clock, origin) {
        Ok(Some(made)) => made?,
        Ok(None) => return Ok(After::Exit(0)),
        Err(leave) => return Ok(after(&leave)),
    };
    Ok(converse(io, Arc::new(made), origin, verifier, None))
}

/// Signs in, shows the menu, locks and signs in again, until the user leaves. What is left to do then.
pub fn converse(io: &mut dyn Io, hub: Arc<Hub>, origin: &Origin, verifier: &str, session: Option<Session>) -> After {
    let mut talk = Talk::new(io);
    let left = if session.is_some() { Ok(()) } else { talk.say(format!("keydesk, the desk of {}.", hub.account())) };
    match left.and_then(|()| turn(&mut talk, &hub, origin, verifier, session)) {
        Ok(()) => After::Exit(0),
        Err(leave) => {
            // Behind a question that nobody answered the shell's prompt would not stand on a line of its own.
            let _ = talk.end_line();
            after(&leave)
        }
    }
}

fn after(leave: &Leave) -> After {
    match leave {
        Leave::Screen => After::Open(Face::Screen),
        Leave::Interrupted => After::Exit(INTERRUPTED),
        Leave::Gone => After::Exit(LINE_GONE),
        Leave::Quit | Leave::End | Leave::SignOut | Leave::Lock | Leave::Idle(_) | Leave::Over(_) => After::Exit(0),
    }
}

fn turn(talk: &mut Talk<'_>, hub: &Arc<Hub>, origin: &Origin, verifier: &str, mut session: Option<Session>) -> Said {
    let mut known = None;
    loop {
        let signed_in = match session.take() {
            Some(session) => session,
            None => match door::sign_in(talk, hub, origin, known.take().as_deref())? {
                Some(session) => session,
                None => return Ok(()),
            },
        };
        let mut seat = Seat::take(talk, Arc::clone(hub), signed_in, verifier);
        let Err(leave) = menu::open(&mut seat);
        known = left(seat, leave)?;
    }
}

/// Says goodbye to a session; returns the name that the next sign-in begins with, or the end.
fn left(seat: Seat<'_, '_>, leave: Leave) -> Said<Option<String>> {
    let Seat { talk, hub, session, .. } = seat;
    talk.watch(None);
    let name = session.actor.user.to_string();
    match leave {
        Leave::Lock => talk.refuse("keydesk is locked.").map(|()| Some(name)),
        Leave::Idle(after) => talk
            .refuse(format!("keydesk is locked, because nobody answered for {}.", door::minutes(after)))
            .map(|()| Some(name)),
        Leave::Over(why) => talk.refuse(why.to_string()).map(|()| None),
        Leave::Gone => Err(Leave::Gone),
        // The session ends whether or not the trail can be told.
        Leave::SignOut => {
            let _ = hub.sign_out(&session.actor);
            talk.say("You are signed out.").map(|()| None)
        }
        Leave::Screen => {
            let _ = hub.sign_out(&session.actor);
            talk.say("You are signed out. keydesk starts anew on the full screen.")?;
            Err(leave)
        }
        Leave::Quit | Leave::End | Leave::Interrupted => {
            let _ = hub.sign_out(&session.actor);
            talk.say("You are signed out. Good-bye.")?;
            Err(leave)
        }
    }
}
