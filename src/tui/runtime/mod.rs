//! Runs the desk on a terminal, from the first frame to the last.

mod clipboard_worker;
mod event;
mod event_loop;
mod fault_injection;
mod hangup;
mod input;
mod notes;
mod panic;
mod perform;
mod shutdown;
mod signals;
mod store_poller;
mod workers;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, Result};
pub use perform::perform;

use crate::clipboard::CopyMethod;
use crate::config::{Appearance, ExitAction};
use crate::hub::{DeskPaths, Hub, OpenOutcome as Opened, Origin, Session};
use crate::progress;
use crate::terminal::is_interactive;
use crate::time::{Clock, SystemClock};
use crate::tui::runtime::clipboard_worker::ClipboardWorker;
use crate::tui::runtime::event::LoopEvent;
use crate::tui::runtime::event_loop::EventLoop;
use crate::tui::runtime::shutdown::{LINE_GONE, Shutdown};
use crate::tui::runtime::workers::{WorkerContext, Workers};
use crate::tui::terminal::{self, output};
use crate::tui::theme::Theme;
use crate::tui::{App, AppSetup, DisplayPaths, Start, view};

/// Exit code of a usage error.
const USAGE: u8 = 2;

const NO_TERMINAL: &str = "keydesk: the desk needs a terminal to be shown on. For scripts there is `keydesk key`, \
                           `keydesk user` and `keydesk audit`: see `keydesk --help`.";

/// Runs the desk at `places`, or sets one up there, until its user leaves. Returns what is left to do then.
/// `verifier` is where gateways find the verifier; with `keep` copies through tmux leave a paste buffer there.
pub fn run(
    places: &DeskPaths,
    origin: Origin,
    appearance: PathBuf,
    verifier: String,
    keep: bool,
    clock: Arc<dyn Clock>,
) -> Result<ExitAction> {
    if !is_interactive() {
        return Ok(ExitAction::Exit(no_terminal()));
    }
    let runtime = Runtime::start()?;
    let start = match Hub::open_with(places, Arc::clone(&clock), &mut progress::upgrading())? {
        Opened::New => Start::SetUp,
        Opened::Ready(hub) => {
            let account = hub.account().to_owned();
            runtime.opened(hub);
            Start::SignIn { account }
        }
    };
    let database = places.store.file().map_or_else(|| places.store.to_string(), display_path);
    let master_key = display_path(&places.master_key.path);
    let words = DisplayPaths { database, master_key, verifier };
    let context = WorkerContext { hub: Arc::clone(&runtime.hub), places: Some(places.clone()), origin, clock };
    runtime.show(context, Opening { places: words, start, notice: None, appearance: Some(appearance), keep })
}

/// Runs a desk with a signed-in user: the demo. `notice` is a sentence for the lock screen.
pub fn run_session(hub: Hub, session: Session, notice: Option<String>, keep: bool) -> Result<ExitAction> {
    if !is_interactive() {
        return Ok(ExitAction::Exit(no_terminal()));
    }
    let runtime = Runtime::start()?;
    runtime.opened(hub);
    let origin = session.actor.origin.clone();
    let context = WorkerContext { hub: Arc::clone(&runtime.hub), places: None, origin, clock: Arc::new(SystemClock) };
    runtime.show(
        context,
        Opening {
            places: DisplayPaths::default(),
            start: Start::Session(Box::new(session)),
            notice,
            appearance: None,
            keep,
        },
    )
}

/// Runs a desk that an SSH key opened; `verifier` is where gateways find the verifier. It ends with the session.
pub fn run_key_session(hub: Hub, session: Session, verifier: String) -> Result<ExitAction> {
    if !is_interactive() {
        return Ok(ExitAction::Exit(no_terminal()));
    }
    let runtime = Runtime::start()?;
    runtime.opened(hub);
    let origin = session.actor.origin.clone();
    let context = WorkerContext { hub: Arc::clone(&runtime.hub), places: None, origin, clock: Arc::new(SystemClock) };
    let places = DisplayPaths { verifier, ..DisplayPaths::default() };
    runtime.show(
        context,
        Opening { places, start: Start::Session(Box::new(session)), notice: None, appearance: None, keep: false },
    )
}

/// Not `eprintln!`, which panics when standard error is closed.
fn no_terminal() -> u8 {
    let _ = writeln!(io::stderr(), "{NO_TERMINAL}");
    USAGE
}

/// The content of the first screen.
struct Opening {
    places: DisplayPaths,
    start: Start,
    notice: Option<String>,
    /// File of the appearance settings; none for a demo.
    appearance: Option<PathBuf>,
    /// Copies through tmux leave a paste buffer there.
    keep: bool,
}

/// Everything that must be listened to from the moment the terminal is touched.
struct Runtime {
    hub: Arc<OnceLock<Hub>>,
    events: Sender<LoopEvent>,
    queue: Receiver<LoopEvent>,
    shutdown: Arc<Shutdown>,
    guard: terminal::Guard,
}

impl Runtime {
    /// Listens to signals first, then turns off echo: no signal may find the terminal changed and nothing to restore it.
    /// Both before the store is opened: a password typed ahead must not be echoed meanwhile.
    fn start() -> Result<Self> {
        let (events, queue) = channel();
        let hub = Arc::default();
        let shutdown = Arc::new(Shutdown::new(Arc::clone(&hub), events.clone()));
        signals::watch(Arc::clone(&shutdown), events.clone())?;
        panic::watch(Arc::clone(&shutdown));
        let guard = terminal::Guard::quiet().context("This terminal cannot be used. Try another one.")?;
        Ok(Self { hub, events, queue, shutdown, guard })
    }

    /// The desk is open. Called once, before anything else has the cell.
    fn opened(&self, hub: Hub) {
        let _ = self.hub.set(hub);
    }

    /// Draws the first frame, and runs the event loop.
    fn show(self, context: WorkerContext, opening: Opening) -> Result<ExitAction> {
        let Self { events, queue, shutdown, guard, .. } = self;
        let method = CopyMethod::choose(&variable).map(|method| method.keeping_tmux_buffer(opening.keep));
        let (clock, over_ssh) = (Arc::clone(&context.clock), context.origin.address.is_some());
        let chosen = opening.appearance.as_deref().map(Appearance::read).unwrap_or_default();
        let last_name = context
            .places
            .as_ref()
            .filter(|places| chosen.remembers_name(places.store.file()))
            .map(|_| chosen.last_name.clone().unwrap_or_default());
        let app = App::new(AppSetup {
            now: clock.now(),
            size: output::size().into(),
            places: opening.places,
            start: opening.start,
            theme: Theme::from_env(&|name| variable(name).or_else(|| chosen.variable(name))),
            follows_terminal: Theme::follows_terminal(&|name| variable(name).or_else(|| chosen.variable(name))),
            no_color: variable("NO_COLOR").is_some_and(|v| !v.is_empty()),
            remembers: opening.appearance.is_some(),
            hidden_lines: chosen.hidden.clone(),
            last_name,
            no_clipboard: method.err().map(str::to_owned),
            notice: opening.notice,
            overflow: view::overflow,
        });
        let clipboard = ClipboardWorker::new(method.unwrap_or(CopyMethod::Terminal), over_ssh, events.clone());
        let workers = Workers::start(context, &events)?;
        let lost = Arc::clone(&shutdown);
        let first_frame = || -> io::Result<EventLoop> {
            let mut event_loop =
                EventLoop::new(app, clock, queue, workers, clipboard, Arc::clone(&shutdown), opening.appearance)?;
            event_loop.draw()?;
            Ok(event_loop)
        };
        // It was a terminal a moment ago: if it cannot be written now, the line was cut. No secret was shown yet.
        let event_loop = first_frame().unwrap_or_else(|_| lost.end_from_loop(LINE_GONE));
        // Everything else starts after the first frame is out.
        hangup::watch(shutdown)?;
        input::listen(events)?;
        let after = event_loop.run();
        drop(guard);
        Ok(after)
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A path with `~` for the home directory.
fn display_path(path: &Path) -> String {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}
