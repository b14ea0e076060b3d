//! The verifier process (`keydesk serve`): gateways ask it, request by request, whether a credential is good.
//!
//! A snapshot of all credentials is loaded at start-up and follows the store. The request path reads it, decides,
//! counts and queues a report; it takes no lock and touches no disk. Background threads follow the store, write the
//! reports and hash passwords.

mod accept;
mod api;
mod background;
mod connection;
mod error;
mod follower;
mod http;
mod options;
mod passwords;
mod process;
mod replay_journal;
mod shared_hub;
mod telemetry;
mod verifier;
mod worker;

pub use error::ServeError;
pub use follower::load::{Loaded, TamperedIds, entry, load};
pub use http::gateway_token::{GatewayToken, TokenError};
pub use http::listen_address::{ListenAddress, ListenError};
pub use options::ServeOptions;
pub use process::reload::{ReadOptions, SighupFlag};
pub use telemetry::log::{LogLevel, LogLevelError, init as init_log};

use std::fs::DirBuilder;
use std::future::poll_fn;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::sync::Arc;
use std::task::Poll;

use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::hub::{EffectivePolicy, Hub, OpenOutcome, ProcessKind, StoreUse};

use crate::serve::background::BackgroundThreads;
use crate::serve::follower::clock_step::ClockStepDetector;
use crate::serve::http::listen;
use crate::serve::process::{critical_thread, fault_injection, predecessor, reload};
use crate::serve::worker::Workers;

/// Runs a verifier: loads the desk, listens, and answers until shutdown. SIGHUP applies what `read_options` returns.
pub fn run(mut options: ServeOptions, read_options: &ReadOptions, sighup: &SighupFlag) -> Result<(), ServeError> {
    critical_thread::log_panics();
    options.log.apply();
    options.places.store_use = StoreUse::Verifier;
    let named = options.places.clone();
    options.places = named.resolved()?;
    if let Some(dir) = &options.places.state_dir {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
        made.map_err(|why| ServeError::State(dir.display().to_string(), why))?;
    }
    fault_injection::delay_if_asked("start");
    let hub = open(&options)?;
    let policy = hub.feed().policy(&EffectivePolicy::default())?;
    follower::log_tampered_settings(&policy);
    let clock_step = ClockStepDetector::start(options.clock.now());
    let note = hub.process_note(ProcessKind::Verifier)?;
    let _held = predecessor::replace(&options.places, &hub, &note);
    // A second handle, so that two threads can read at the same time.
    let loaded = load(&hub, Some(&open(&options)?), &policy.policy)?;
    tracing::info!(
        credentials = loaded.snapshot.len(),
        tampered = loaded.tampered.len(),
        milliseconds = loaded.timings.all.as_millis() as u64,
        reading = loaded.timings.reading.as_millis() as u64,
        opening = loaded.timings.opening.as_millis() as u64,
        indexing = loaded.timings.indexing.as_millis() as u64,
        "loaded"
    );
    let threads = BackgroundThreads::start(&options, (hub, note), policy, loaded, clock_step)?;
    let (stop, stopped) = watch::channel(false);
    let workers = Arc::new(Workers::start(&threads.verifier, &stopped)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let verifier = threads.verifier.clone();
    options.places = named;
    let options = Arc::new(options);
    let reload_options = {
        let (options, read_options) = (options.clone(), read_options.clone());
        Arc::new(move || reload::apply(&verifier, &options, &read_options))
    };
    let served = runtime.block_on(serve(workers.clone(), &options, (stop, stopped), sighup, reload_options));
    // Its tasks hold the workers, which hold the verifier and with it the queue that the report writer waits for.
    drop(runtime);
    if let Some(workers) = Arc::into_inner(workers) {
        workers.stop();
    }
    threads.stop();
    served
}

fn open(options: &ServeOptions) -> Result<Hub, ServeError> {
    let mut upgraded = |done, all| {
        if done % 100_000 == 0 {
            tracing::info!(done, all, "the desk of an older keydesk is brought up to date");
        }
    };
    match Hub::open_with(&options.places, options.clock.clone(), &mut upgraded)? {
        OpenOutcome::Ready(hub) => Ok(hub),
        OpenOutcome::New => Err(ServeError::NoDesk(options.places.store.to_string())),
    }
}

async fn serve(
    workers: Arc<Workers>,
    options: &ServeOptions,
    (stop, stopped): (watch::Sender<bool>, watch::Receiver<bool>),
    sighup: &SighupFlag,
    reload_options: Arc<impl Fn() + Send + Sync + 'static>,
) -> Result<(), ServeError> {
    // Before READY: a service manager may stop a service as soon as that is ready. And before the sockets are made: an
    // abrupt end would leave their files behind.
    let mut shutdown = SHUTDOWN_SIGNALS.into_iter().map(signal).collect::<io::Result<Vec<_>>>()?;
    let mut hangup = signal(SignalKind::hangup())?;
    let listeners = listen::open(&options.listen, options.token.is_some())?;
    for listener in &listeners {
        tracing::info!(place = listener.address(), "listening");
    }
    let accepting = tokio::spawn(accept::run(workers, listeners, stopped));
    // Without a service manager this does nothing.
    let _ = sd_notify::notify(&[NotifyState::Ready]);
    let mut reload = sighup.take();
    loop {
        if std::mem::take(&mut reload) {
            let reload_options = reload_options.clone();
            // It reads files.
            let _ = tokio::task::spawn_blocking(move || reload_options()).await;
        }
        tokio::select! {
            () = any(&mut shutdown) => break,
            _ = hangup.recv() => reload = true,
        }
    }
    tracing::info!("stopping");
    let _ = sd_notify::notify(&[NotifyState::Stopping]);
    let _ = stop.send(true);
    let _ = accepting.await;
    Ok(())
}

/// The signals that shut the process down gracefully.
const SHUTDOWN_SIGNALS: [SignalKind; 6] = [
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
