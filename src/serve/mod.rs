//! The verifier process (`keydesk serve`): gateways ask it, request by request, whether a credential is good.
//!
//! A snapshot of all credentials is loaded at start-up and follows the store. The request path reads it, decides,
//! counts and queues a report; it takes no lock and touches no disk. Background threads follow the store, write the
//! reports and hash passwords.

mod accept;
mod anew;
mod answer;
mod ask;
mod audit;
mod beside;
mod body;
mod contract;
mod deadline;
mod diagnosis;
mod gateway;
mod health;
mod journal;
mod json;
mod line;
mod linger;
mod listen;
mod load;
mod log;
mod metrics;
mod mischief;
mod older;
mod pace;
mod passwords;
mod priority;
mod refresh;
mod reload;
mod reports;
mod room;
mod route;
mod scanner;
mod seen;
mod state;
mod thread;
mod throttle;
mod trust;
mod wire;
mod worker;

pub use gateway::{GatewayToken, TokenError};
pub use listen::{Listen, ListenError};
pub use log::{Level, LevelError, begin as begin_log};
pub use reload::{HangUps, Reread};

use std::{
    fs::DirBuilder,
    future::poll_fn,
    io,
    os::unix::fs::DirBuilderExt as _,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    thread::JoinHandle,
};

use sd_notify::NotifyState;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use crate::credential::Kind;
use crate::hub::{Followed, Hub, HubError, Mark, Places, Replay, Since, Start};
use crate::time::Clock;
use crate::vault::VaultError;

pub use load::{Loaded, Tampered, entry, load};

use metrics::Metrics;
use pace::Pace;
use passwords::Passwords;
use priority::StepBack;
use refresh::{Known, Refresh};
use reports::{Reports, current};
use seen::Seen;
use state::{Beginning, Verifier};
use trust::Trust;
use worker::Workers;

/// Options of a verifier.
pub struct Orders {
    /// Paths of the database, the master key and the state directory.
    pub places: Places,
    /// Sockets to listen on, unless systemd hands sockets over (socket activation).
    pub listen: Vec<Listen>,
    /// The token that every request over TCP must carry.
    pub token: Option<GatewayToken>,
    /// Log level.
    pub log: Level,
    /// The clock that requests are judged by.
    pub clock: Arc<dyn Clock>,
}

/// Why a verifier does not start or does not go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The desk cannot be read.
    #[error(transparent)]
    Desk(#[from] HubError),
    /// There is no desk at the path.
    #[error(
        "There is no desk at {0}. Run `keydesk init --account ACCOUNT --name NAME`, or name another place with --data-dir or --config."
    )]
    NoDesk(String),
    /// It cannot listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The token cannot be read.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The log level is not understood.
    #[error(transparent)]
    Level(#[from] LevelError),
    /// The state directory cannot be used.
    #[error("The directory {0} cannot be made: {1}. Check `state_dir` in the config.")]
    State(String, io::Error),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// No threads or no event queue.
    #[error("The system gave the verifier no threads ({0}). Try again with fewer other processes.")]
    System(#[from] io::Error),
}

impl ServeError {
    /// The exit code of the command line.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Desk(why) => why.exit_code(),
            Self::NoDesk(_) | Self::State(..) => 6,
            Self::Listen(ListenError::NotAPlace(_) | ListenError::NoToken(_)) | Self::Token(_) | Self::Level(_) => 2,
            Self::Listen(ListenError::InUse(_) | ListenError::InTheWay(_) | ListenError::Strangers(..)) => 5,
            Self::Listen(_) | Self::Vault(_) | Self::System(_) => 1,
        }
    }
}

/// Runs a verifier: loads the desk, listens, and answers until shutdown. SIGHUP applies what `reread` returns.
pub fn run(mut orders: Orders, reread: &Reread, hangups: &HangUps) -> Result<(), ServeError> {
    thread::tell_panics();
    orders.log.take_up();
    let named = orders.places.clone();
    orders.places = named.held()?;
    if let Some(dir) = &orders.places.state_dir {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
        made.map_err(|why| ServeError::State(dir.display().to_string(), why))?;
    }
    mischief::delays("start");
    let hub = open(&orders)?;
    let followed = hub.feed().policy(&Followed::default())?;
    refresh::tell_settings(&followed);
    // A second handle, only to read with while everything is loaded.
    let pace = Pace::begin(orders.clock.now());
    let loaded = load::load(&hub, Some(&open(&orders)?), &followed.policy)?;
    tracing::info!(
        credentials = loaded.snapshot.len(),
        tampered = loaded.tampered.len(),
        milliseconds = loaded.phases.all.as_millis() as u64,
        reading = loaded.phases.reading.as_millis() as u64,
        opening = loaded.phases.opening.as_millis() as u64,
        indexing = loaded.phases.indexing.as_millis() as u64,
        "loaded"
    );
    let threads = Threads::begin(&orders, hub, followed, loaded, pace)?;
    let (stop, stopped) = watch::channel(false);
    let workers = Arc::new(Workers::begin(&threads.verifier, &stopped)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let verifier = threads.verifier.clone();
    orders.places = named;
    let orders = Arc::new(orders);
    let take_up = {
        let (orders, reread) = (orders.clone(), reread.clone());
        Arc::new(move || reload::take_up(&verifier, &orders, &reread))
    };
    let served = runtime.block_on(serve(workers.clone(), &orders, (stop, stopped), hangups, take_up));
    // Its tasks hold the workers, and these the verifier, and with it the queue that the writer waits at.
    drop(runtime);
    if let Some(workers) = Arc::into_inner(workers) {
        workers.end();
    }
    threads.end();
    served
}

/// The background threads.
struct Threads {
    verifier: Arc<Verifier>,
    stop: Arc<AtomicBool>,
    follower: JoinHandle<()>,
    writer: JoinHandle<()>,
}

impl Threads {
    fn begin(orders: &Orders, hub: Hub, followed: Followed, loaded: Loaded, pace: Pace) -> Result<Self, ServeError> {
        let trust = Trust::of(&hub, &loaded);
        let Loaded { snapshot, tampered, findings, mark, unnamed, .. } = loaded;
        let metrics = Arc::new(Metrics::new());
        let passwords = Arc::new(Passwords::new(metrics.clone())?);
        let stop = Arc::new(AtomicBool::new(false));
        let (reports, gathering) = Reports::new(metrics.clone());
        let mut seen = Seen::at(&orders.places);
        let last = seen.last(&hub);
        let accepted = accepted(orders, &hub, &followed, last.as_ref())?;
        let beginning = Beginning {
            snapshot,
            tampered: tampered.len(),
            followed: followed.clone(),
            metrics,
            passwords: passwords.clone(),
            reports,
            token: orders.token.clone(),
            accepted,
            clock: orders.clock.clone(),
        };
        let verifier = Arc::new(Verifier::new(beginning, hub.account(), orders.places.replay()));
        let hub = Arc::new(RwLock::new(Arc::new(hub)));
        // It has nothing to keep: it ends with the process.
        let shared = hub.clone();
        thread::begin("hash", move || {
            // Hashing fills a core for as long as somebody guesses.
            StepBack::Hashing.now();
            // Without it a sender is known again after their next right password.
            for (key, client) in current(&shared).feed().last_addresses(Kind::Legacy).unwrap_or_default() {
                passwords.was_right(Kind::Legacy, &key, client);
            }
            passwords.work();
        })?;
        let shared = hub.clone();
        let writer = thread::begin("report", move || {
            StepBack::Telling.now();
            gathering.run(&shared);
        })?;
        let newer = last.filter(|mark| current(&hub).feed().since(mark).is_ok_and(|(is, _)| is == Since::WentBack));
        verifier.health.set_behind(newer.is_some());
        verifier.health.unmarked(seen.unreadable());
        verifier.health.starts_with(&trust);
        let (places, clock) = (orders.places.clone(), orders.clock.clone());
        let mark = newer.unwrap_or(mark);
        let known = Known { mark, followed, tampered, findings, unnamed, trust, older: None, seen };
        let refresh = Refresh::new(verifier.clone(), hub, (places, clock), known, pace);
        let told = stop.clone();
        let follower = thread::begin("follow", move || refresh.run(told))?;
        Ok(Self { verifier, stop, follower, writer })
    }

    /// Waits until the queued reports are written.
    fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.follower.thread().unpark();
        let _ = self.follower.join();
        self.verifier.journal.tidy(&self.verifier.guard, self.verifier.now());
        // The last holder of the queue's end: the writer writes what is left and ends.
        drop(self.verifier);
        let _ = self.writer.join();
    }
}

/// Whether signatures may have been accepted that the replay journal should hold, so that missing files count as lost
/// ones: an earlier process saw the replay guard in this setting, or credentials were used since it was set.
fn accepted(orders: &Orders, hub: &Hub, followed: &Followed, last: Option<&Mark>) -> Result<bool, HubError> {
    if followed.policy.replay == Replay::Off || journal::is_listed(&orders.places.replay()) {
        return Ok(false);
    }
    Ok(last.is_some_and(|mark| followed.replay_was_seen(mark)) || hub.feed().signed_since_replay_was_set()?)
}

fn open(orders: &Orders) -> Result<Hub, ServeError> {
    let mut upgraded = |done, all| {
        if done % 100_000 == 0 {
            tracing::info!(done, all, "the desk of an older keydesk is brought up to date");
        }
    };
    match Hub::open_with(&orders.places, orders.clock.clone(), &mut upgraded)? {
        Start::Ready(hub) => Ok(hub),
        Start::New => Err(ServeError::NoDesk(orders.places.database.display().to_string())),
    }
}

async fn serve(
    workers: Arc<Workers>,
    orders: &Orders,
    (stop, stopped): (watch::Sender<bool>, watch::Receiver<bool>),
    hangups: &HangUps,
    take_up: Arc<impl Fn() + Send + Sync + 'static>,
) -> Result<(), ServeError> {
    // Before READY: a service manager may stop a service as soon as it is ready. And before there is a socket, which an
    // abrupt end would leave behind.
    let mut ends = ENDS.into_iter().map(signal).collect::<io::Result<Vec<_>>>()?;
    let mut hangup = signal(SignalKind::hangup())?;
    let sockets = listen::sockets(&orders.listen, orders.token.is_some())?;
    for socket in &sockets {
        tracing::info!(place = socket.place(), "listening");
    }
    let accepting = tokio::spawn(accept::run(workers, sockets, stopped));
    // Where no service manager listens this does nothing.
    let _ = sd_notify::notify(&[NotifyState::Ready]);
    let mut again = hangups.came();
    loop {
        if std::mem::take(&mut again) {
            let take_up = take_up.clone();
            // It reads files.
            let _ = tokio::task::spawn_blocking(move || take_up()).await;
        }
        tokio::select! {
            () = any(&mut ends) => break,
            _ = hangup.recv() => again = true,
        }
    }
    tracing::info!("stopping");
    let _ = sd_notify::notify(&[NotifyState::Stopping]);
    let _ = stop.send(true);
    let _ = accepting.await;
    Ok(())
}

/// The signals that shut the process down gracefully.
const ENDS: [SignalKind; 6] = [
    SignalKind::terminate(),
    SignalKind::interrupt(),
    SignalKind::quit(),
    SignalKind::alarm(),
    SignalKind::user_defined1(),
    SignalKind::user_defined2(),
];

async fn any(signals: &mut [Signal]) {
    poll_fn(|context| match signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready()) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

#[cfg(test)]
mod clock_tests;
