//! The accept loop: a bounded number of connections.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::serve::connection::{LAST_RESPONSE, stopped};
use crate::serve::http::connection_limits::{ConnectionLimits, connection_limit};
use crate::serve::http::listen::Listener;
use crate::serve::worker::Workers;

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
