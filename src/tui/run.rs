//! The desk on a terminal, from the first frame to the last.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;

use anyhow::{Context as _, Result};

use crate::clipboard::Way;
use crate::hub::{Hub, Origin, Places as HubPlaces, Session, Start as Found};
use crate::time::{Clock, SystemClock};

use super::copier::Copier;
use super::ending::Ending;
use super::stage::Stage;
use super::terminal::{self, tty};
use super::theme::Theme;
use super::workers::{House, Workers};
use super::{App, AppSetup, Places, Start, hangup, input, panic, signals};

/// Exit code of a call that cannot work as it was made.
const USAGE: u8 = 2;

const NO_TERMINAL: &str = "keydesk: the desk needs a terminal to be shown on. For scripts there is `keydesk key`, \
                           `keydesk user` and `keydesk audit`: see `keydesk --help`.";

/// Opens the desk at `places`, or sets one up there, and shows it until its user leaves. The exit code of the process.
pub fn run(places: &HubPlaces, origin: Origin, clock: Arc<dyn Clock>) -> Result<u8> {
    if !tty::is_terminal() {
        return Ok(no_terminal());
    }
    // Before the store is opened: a password that is typed ahead must not be echoed meanwhile.
    let guard = quiet()?;
    let (hub, start) = match Hub::open(places, Arc::clone(&clock))? {
        Found::New => (None, Start::SetUp),
        Found::Ready(hub) => {
            let account = hub.account().to_owned();
            (Some(hub), Start::SignIn { account })
        }
    };
    let words = Places { database: in_words(&places.database), master_key: in_words(&places.master_key.path) };
    let house = House::of(hub, Some(places.clone()), origin, clock);
    show(guard, house, Opening { places: words, start, notice: None })
}

/// Shows a desk somebody is signed in to already: the demo. `notice` is a sentence for the lock screen.
pub fn run_session(hub: Hub, session: Session, notice: Option<String>) -> Result<u8> {
    if !tty::is_terminal() {
        return Ok(no_terminal());
    }
    let guard = quiet()?;
    let origin = session.actor.origin.clone();
    let house = House::of(Some(hub), None, origin, Arc::new(SystemClock));
    show(guard, house, Opening { places: Places::default(), start: Start::Session(Box::new(session)), notice })
}

/// What the first screen says.
struct Opening {
    places: Places,
    start: Start,
    notice: Option<String>,
}

/// Not `eprintln!`, which panics where nobody listens.
fn no_terminal() -> u8 {
    let _ = writeln!(io::stderr(), "{NO_TERMINAL}");
    USAGE
}

fn quiet() -> Result<terminal::Guard> {
    terminal::Guard::quiet().context("This terminal cannot be used. Try another one.")
}

/// Starts what listens, draws the first frame, and turns until the end.
fn show(guard: terminal::Guard, house: House, opening: Opening) -> Result<u8> {
    // NO_COLOR is the theme's business: crossterm's way of obeying it takes the selection bar away too.
    crossterm::style::force_color_output(true);
    let (events, queue) = channel();
    let ending = Arc::new(Ending::new(Arc::clone(&house.hub), events.clone()));
    // Signals first: a size that changes from here on is not missed.
    signals::watch(Arc::clone(&ending), events.clone())?;
    panic::watch(Arc::clone(&ending));
    let way = Way::choose(&variable);
    let clock = Arc::clone(&house.clock);
    let app = App::new(AppSetup {
        now: clock.now(),
        size: tty::size().into(),
        places: opening.places,
        start: opening.start,
        theme: Theme::from_env(&variable),
        no_clipboard: way.err().map(str::to_owned),
        notice: opening.notice,
    });
    let copier = Copier::new(way.unwrap_or(Way::Terminal), events.clone());
    let workers = Workers::start(house, &events)?;
    let mut stage = Stage::new(app, clock, queue, workers, copier, Arc::clone(&ending))?;
    // The first frame is on its way before anything else is started.
    stage.draw()?;
    hangup::watch(ending)?;
    input::listen(events)?;
    let code = stage.turn();
    drop(guard);
    Ok(code)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A path as people write it.
fn in_words(path: &Path) -> String {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}
