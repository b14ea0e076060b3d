//! Runs line-by-line mode from set-up or sign-in to the end, on a real terminal or a scripted one.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Result;

use crate::config::{ExitAction, Frontend};
use crate::hub::{DeskPaths, Hub, HubError, InputField, OpenOutcome, Origin, Session, Via};
use crate::sample::SHIPPED;
use crate::terminal;
use crate::time::{self, Clock};

use super::conversation::{Conversation, Exit, Step};
use super::io::Io;
use super::io::tty::Tty;
use super::session::SignedIn;
use super::set_up::set_up;
use super::{main_menu, sign_in};

const NO_TERMINAL: &str = "Line by line works on a terminal only: passwords are typed there without being shown. For \
                           scripts there is `keydesk key`, `keydesk user` and `keydesk audit`: see `keydesk --help`.";

/// Interval between two looks at the store.
const LOOK_INTERVAL: Duration = Duration::from_secs(10);
/// Exit code after ctrl-c: what SIGINT gives.
const INTERRUPTED: u8 = 130;
/// Exit code of a session by SSH key that may not go on.
const NOT_ALLOWED: u8 = 3;
/// Exit code when the terminal is gone: what SIGHUP gives.
const LINE_GONE: u8 = 129;

/// Runs the desk at `places`, or sets one up there, line by line; returns what `main` has to do then. `appearance` is
/// the appearance file of this Unix user, `verifier` the address of the verifier for gateways. With `keep` copies through tmux
/// leave a paste buffer there.
pub fn run(
    places: &DeskPaths,
    origin: &Origin,
    appearance: PathBuf,
    verifier: &str,
    keep: bool,
    clock: Arc<dyn Clock>,
) -> Result<ExitAction> {
    let mut tty = open_terminal(Some(appearance), keep, origin)?;
    match Hub::open_with(places, Arc::clone(&clock), &mut |done, all| upgraded(&mut tty, done, all))? {
        OpenOutcome::Ready(hub) => Ok(converse(&mut tty, looked_at(hub), origin, verifier, None)),
        OpenOutcome::New => Ok(set_up_and_converse(&mut tty, places, clock, origin, verifier)?),
    }
}

/// Reports the progress of the upgrade of an older desk now and then.
fn upgraded(tty: &mut Tty, done: i64, all: i64) {
    const EVERY: i64 = 100_000;
    if done % EVERY == 0 {
        // Without a terminal the upgrade still goes on.
        let _ = Conversation::new(tty)
            .say(format!("The desk of an older keydesk is brought up to date: {done} of {all} keys."));
    }
}

/// Runs a desk with a signed-in user: the demo. `notice` says how to unlock it.
pub fn run_session(hub: Hub, session: Session, notice: &str, keep: bool) -> Result<ExitAction> {
    let origin = session.actor.origin.clone();
    let mut tty = open_terminal(None, keep, &origin)?;
    if Conversation::new(&mut tty).say(notice).is_err() {
        return Ok(ExitAction::Exit(LINE_GONE));
    }
    // The demo has no verifier of its own.
    Ok(converse(&mut tty, Arc::new(hub), &origin, SHIPPED, Some(session)))
}

/// Runs a desk that an SSH key opened, line by line. It ends with the session.
pub fn run_key_session(hub: Hub, session: Session, verifier: &str) -> Result<ExitAction> {
    let origin = session.actor.origin.clone();
    let mut tty = open_terminal(None, false, &origin)?;
    Ok(converse(&mut tty, looked_at(hub), &origin, verifier, Some(session)))
}

/// The desk; a thread that nobody waits for looks from now on what is to be told of its store.
fn looked_at(hub: Hub) -> Arc<Hub> {
    let hub = Arc::new(hub);
    let weak = Arc::downgrade(&hub);
    let look = move || {
        while let Some(hub) = weak.upgrade() {
            hub.look_at_store();
            drop(hub);
            thread::sleep(LOOK_INTERVAL);
        }
    };
    // Without the thread the desk still works.
    let _ = thread::Builder::new().name("keydesk-store".to_owned()).spawn(look);
    hub
}

fn open_terminal(appearance: Option<PathBuf>, keep: bool, origin: &Origin) -> Result<Tty> {
    match terminal::is_interactive() {
        true => Ok(Tty::open(appearance, keep, origin.address.is_some())?),
        false => Err(HubError::Invalid { field: InputField::Other, sentence: NO_TERMINAL.to_owned() }.into()),
    }
}

/// Sets up a desk, then continues with it.
pub fn set_up_and_converse(
    io: &mut dyn Io,
    places: &DeskPaths,
    clock: Arc<dyn Clock>,
    origin: &Origin,
    verifier: &str,
) -> Result<ExitAction, HubError> {
    let made = match set_up(&mut Conversation::new(io), places, clock, origin) {
        Ok(Some(made)) => made?,
        Ok(None) => return Ok(ExitAction::Exit(0)),
        Err(exit) => return Ok(exit_action(&exit)),
    };
    Ok(converse(io, looked_at(made), origin, verifier, None))
}

/// Signs in, shows the menu, locks and signs in again, until the user leaves; returns what `main` has to do then.
pub fn converse(
    io: &mut dyn Io,
    hub: Arc<Hub>,
    origin: &Origin,
    verifier: &str,
    session: Option<Session>,
) -> ExitAction {
    let mut conversation = Conversation::new(io);
    let left =
        if session.is_some() { Ok(()) } else { conversation.say(format!("keydesk, the desk of {}.", hub.account())) };
    match left.and_then(|()| run_sessions(&mut conversation, &hub, origin, verifier, session)) {
        Ok(()) => ExitAction::Exit(0),
        Err(exit) => {
            // After an unanswered question the shell's prompt would stand on the same line.
            let _ = conversation.end_line();
            exit_action(&exit)
        }
    }
}

fn exit_action(exit: &Exit) -> ExitAction {
    match exit {
        Exit::Screen => ExitAction::Open(Frontend::Screen),
        Exit::Interrupted => ExitAction::Exit(INTERRUPTED),
        Exit::Gone => ExitAction::Exit(LINE_GONE),
        Exit::Over(_) => ExitAction::Exit(NOT_ALLOWED),
        Exit::Quit | Exit::End | Exit::SignOut | Exit::Lock | Exit::Idle(_) => ExitAction::Exit(0),
    }
}

fn run_sessions(
    conversation: &mut Conversation<'_>,
    hub: &Arc<Hub>,
    origin: &Origin,
    verifier: &str,
    mut session: Option<Session>,
) -> Step {
    let mut known = None;
    loop {
        let login = match session.take() {
            Some(login) => login,
            None => match sign_in::sign_in(conversation, hub, origin, known.take().as_deref())? {
                Some(login) => login,
                None => return Ok(()),
            },
        };
        let by_key = matches!(login.actor.via, Via::SshKey(_));
        let mut session = SignedIn::begin(conversation, Arc::clone(hub), login, verifier);
        let Err(exit) = main_menu::open(&mut session);
        // Nobody could sign in again here: the key opened the session, and sshd asks for that once for each connection.
        if by_key {
            return end_key_session(session, exit);
        }
        known = end_session(session, exit)?;
    }
}

/// Ends a session that an SSH key opened, and the program with it.
fn end_key_session(session: SignedIn<'_, '_>, exit: Exit) -> Step {
    let why = match exit {
        Exit::Lock => "the desk was locked".to_owned(),
        Exit::Idle(after) => format!("nobody answered for {}", time::duration(after)),
        Exit::Over(why) => {
            session.conversation.watch(None);
            session.conversation.refuse(why.to_string())?;
            return Err(exit);
        }
        exit => return end_session(session, exit).map(|_| ()),
    };
    session.conversation.watch(None);
    // The session ends even if the trail cannot be written.
    let _ = session.hub.sign_out(&session.login.actor);
    session.conversation.refuse(format!("The session is over: {why}. Connect again."))
}

/// Ends a session: `Ok` leads to the next sign-in, with the name to begin with, `Err` to the end of the program.
fn end_session(session: SignedIn<'_, '_>, exit: Exit) -> Step<Option<String>> {
    let SignedIn { conversation, hub, login, .. } = session;
    conversation.watch(None);
    let name = login.actor.user.to_string();
    match exit {
        Exit::Lock => conversation.refuse("keydesk is locked.").map(|()| Some(name)),
        Exit::Idle(after) => conversation
            .refuse(format!("keydesk is locked, because nobody answered for {}.", time::duration(after)))
            .map(|()| Some(name)),
        Exit::Over(why) => conversation.refuse(why.to_string()).map(|()| None),
        Exit::Gone => Err(Exit::Gone),
        // The session ends even if the trail cannot be written.
        Exit::SignOut => {
            let _ = hub.sign_out(&login.actor);
            conversation.say("You are signed out.").map(|()| None)
        }
        Exit::Screen => {
            let _ = hub.sign_out(&login.actor);
            conversation.say("You are signed out. keydesk restarts on the full screen.")?;
            Err(exit)
        }
        Exit::Quit | Exit::End | Exit::Interrupted => {
            let _ = hub.sign_out(&login.actor);
            conversation.say("You are signed out. Good-bye.")?;
            Err(exit)
        }
    }
}
