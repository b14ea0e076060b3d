//! The verifier process: gateways ask it, request by request, whether a credential is good.
//!
//! A snapshot of all credentials is loaded at the start and follows the store. An answer reads it, decides, counts, and
//! leaves a note of what happened in a queue; it takes no lock and touches no disk. Three threads do the rest: one
//! follows the store, one writes what was noted, one hashes passwords.

mod accept;
mod answer;
mod ask;
mod body;
mod contract;
mod gateway;
mod health;
mod json;
mod listen;
mod load;
mod log;
mod metrics;
mod passwords;
mod refresh;
mod reports;
mod route;
mod state;
mod throttle;
mod wire;

pub use gateway::{GatewayToken, TokenError};
pub use listen::{Listen, ListenError};
pub use log::begin as begin_log;

use std::{
    io,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Instant,
};

use sd_notify::NotifyState;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::hub::{Hub, HubError, Places, Policy, Start};
use crate::time::Clock;
use crate::vault::VaultError;

use load::Loaded;
use metrics::Metrics;
use passwords::Passwords;
use refresh::Refresh;
use reports::Reports;
use state::{Beginning, Verifier};

/// What a verifier is told.
pub struct Orders {
    /// Where the desk is.
    pub places: Places,
    /// Where to listen, unless systemd hands sockets over.
    pub listen: Vec<Listen>,
    /// What every question over TCP must carry.
    pub token: Option<GatewayToken>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Why a verifier does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The desk cannot be read.
    #[error(transparent)]
    Desk(#[from] HubError),
    /// There is none.
    #[error("There is no desk at {0}. Run `keydesk init`, or name another place with --data-dir or --config.")]
    NoDesk(String),
    /// It cannot listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The token cannot be read.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// No random bytes.
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
            Self::NoDesk(_) => 6,
            Self::Listen(ListenError::NotAPlace(_) | ListenError::NoToken(_)) | Self::Token(_) => 2,
            Self::Listen(ListenError::InUse(_) | ListenError::InTheWay(_)) => 5,
            Self::Listen(_) | Self::Vault(_) | Self::System(_) => 1,
        }
    }
}

/// Loads the desk, listens, and answers until the process is told to stop.
pub fn run(orders: Orders) -> Result<(), ServeError> {
    let hub = Arc::new(open(&orders)?);
    let policy = hub.feed().policy().unwrap_or_else(|why| {
        tracing::error!(error = %why, "the policy cannot be read; the default is followed");
        Policy::default()
    });
    // A second handle only to read with while everything is loaded.
    let second = open(&orders)?;
    let read = Instant::now();
    let Loaded { snapshot, tampered, mark, took } = load::load(&hub, Some(&second), &policy)?;
    drop(second);
    tracing::info!(
        credentials = snapshot.len(),
        tampered = tampered.len(),
        milliseconds = took.as_millis() as u64,
        "loaded"
    );
    let metrics = Arc::new(Metrics::new());
    let (passwords, work) = Passwords::new(metrics.clone())?;
    let passwords = Arc::new(passwords);
    let (reports, gathering) = Reports::new(metrics.clone());
    let beginning = Beginning {
        snapshot,
        tampered: tampered.len(),
        policy,
        metrics,
        passwords: passwords.clone(),
        reports,
        token: orders.token.clone(),
        clock: orders.clock.clone(),
    };
    let verifier = Arc::new(Verifier::new(beginning, hub.account()));
    let hub = Arc::new(RwLock::new(hub));
    thread::Builder::new().name("hash".to_owned()).spawn(move || {
        passwords::step_back();
        passwords.work(&work);
    })?;
    let writer = {
        let hub = hub.clone();
        thread::Builder::new().name("report".to_owned()).spawn(move || gathering.run(&hub))?
    };
    let stop = Arc::new(AtomicBool::new(false));
    let refresh = Refresh {
        verifier: verifier.clone(),
        hub,
        places: orders.places.clone(),
        clock: orders.clock.clone(),
        mark,
        tampered,
        read,
    };
    let follower = {
        let stop = stop.clone();
        thread::Builder::new().name("follow".to_owned()).spawn(move || refresh.run(&stop))?
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(serve(verifier.clone(), &orders));
    drop(runtime);
    stop.store(true, Ordering::Relaxed);
    follower.thread().unpark();
    let _ = follower.join();
    // The last holder of the queue's end: the writer writes what is left and ends.
    drop(verifier);
    let _ = writer.join();
    served
}

fn open(orders: &Orders) -> Result<Hub, ServeError> {
    match Hub::open(&orders.places, orders.clock.clone())? {
        Start::Ready(hub) => Ok(hub),
        Start::New => Err(ServeError::NoDesk(orders.places.database.display().to_string())),
    }
}

async fn serve(verifier: Arc<Verifier>, orders: &Orders) -> Result<(), ServeError> {
    // Before READY: a service manager may stop what it was told is ready.
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let sockets = listen::sockets(&orders.listen, orders.token.is_some())?;
    for socket in &sockets {
        tracing::info!(place = socket.place(), "listening");
    }
    let (stop, stopped) = watch::channel(false);
    let accepting = tokio::spawn(accept::run(verifier, sockets, stopped));
    // Where no service manager listens this does nothing.
    let _ = sd_notify::notify(&[NotifyState::Ready]);
    tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
    tracing::info!("stopping");
    let _ = sd_notify::notify(&[NotifyState::Stopping]);
    let _ = stop.send(true);
    let _ = accepting.await;
    Ok(())
}
