//! The accept loop: a bounded number of connections.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::watch;

use crate::serve::connection::{LAST_RESPONSE, stopped};
use crate::serve::http::admission::ConnectionLimits;
use crate::serve::http::listen::Listener;
use crate::serve::worker::Workers;

/// Limit on open connections, if the limit on open files allows so many; more wait in the listen backlog.
const MAX_CONNECTIONS: u64 = 4_096;
/// Files that are left for the store, the log and the listeners.
const OTHER_FILES: u64 = 64;
/// Pause after an error of `accept` itself, mostly too many open files.
const RETRY_DELAY: Duration = Duration::from_millis(50);

/// Accepts connections until shutdown, then waits for them to end.
pub(super) async fn run(workers: Arc<Workers>, listeners: Vec<Listener>, stop: watch::Receiver<bool>) {
    let limits = ConnectionLimits::new(connection_limit(), listeners.iter().any(Listener::is_tcp));
    let loops = listeners.into_iter().map(|listener| {
        let (workers, limits, stop) = (workers.clone(), limits.clone(), stop.clone());
        tokio::spawn(accept_loop(workers, listener, limits, stop))
    });
    for ended in loops.collect::<Vec<_>>() {
        // A loop that panicked has ended; the others go on.
        let _ = ended.await;
    }
    let _ = tokio::time::timeout(LAST_RESPONSE + RETRY_DELAY, limits.all_released()).await;
}

/// The connection limit. Raises the limit of open files as far as needed and allowed.
fn connection_limit() -> usize {
    let wanted = MAX_CONNECTIONS + OTHER_FILES;
    let limit = getrlimit(Resource::Nofile);
    let allowed = limit.maximum.unwrap_or(wanted).min(wanted);
    if limit.current.is_some_and(|now| now < allowed) {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(allowed), ..limit });
    }
    let files = getrlimit(Resource::Nofile).current.unwrap_or(wanted);
    let most = files.saturating_sub(OTHER_FILES).clamp(1, MAX_CONNECTIONS);
    usize::try_from(most).unwrap_or(1)
}

async fn accept_loop(
    workers: Arc<Workers>,
    listener: Listener,
    limits: Arc<ConnectionLimits>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let accepted = tokio::select! {
            () = stopped(&mut stop) => return,
            accepted = accept_one(&workers, &listener, &limits) => accepted,
        };
        if let Err(why) = accepted {
            tracing::warn!(error = %why, "a connection could not be accepted");
            tokio::time::sleep(RETRY_DELAY).await;
        }
    }
}

/// Accepts one connection, once the connection limits admit it.
async fn accept_one(workers: &Workers, listener: &Listener, limits: &Arc<ConnectionLimits>) -> io::Result<()> {
    if listener.is_tcp() {
        // Accept first: nothing is evicted before there is a newcomer.
        let accepted = listener.accept().await?;
        let Some(permit) = limits.admit_unauthenticated().await else { return Ok(()) };
        workers.assign(accepted, permit);
    } else {
        let Some(permit) = limits.admit_gateway().await else { return Ok(()) };
        workers.assign(listener.accept().await?, permit);
    }
    Ok(())
}
