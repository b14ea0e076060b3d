//! Worker threads. Each has a single-threaded runtime, and a connection stays with the thread that it was assigned to.
//!
//! A work-stealing runtime moves tasks between threads, and every wake-up pays for that: a twentieth of the cost of a
//! response. Gateways keep their connections for long, so it is enough to distribute them evenly.

use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, UnixStream};
use tokio::runtime;
use tokio::sync::{mpsc, watch};

use crate::serve::connection;
use crate::serve::http::connection_limits::ConnectionPermit;
use crate::serve::http::listen::AcceptedStream;
use crate::serve::verifier::Verifier;

/// Polls of connections after which new ones are accepted.
const EVENT_INTERVAL: u32 = 8;

/// Interval at which a worker hands over what it counted.
const COUNTS_INTERVAL: Duration = Duration::from_secs(1);

/// All workers: as many as there are cores.
pub(super) struct Workers(Vec<Worker>);

struct Worker {
    queue: mpsc::UnboundedSender<Assignment>,
    connections: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
}

/// A connection, its permit, and its part in the worker's load.
struct Assignment(AcceptedStream, ConnectionPermit, LoadCount);

/// Counts one connection of a worker until it is dropped.
struct LoadCount(Arc<AtomicUsize>);

impl LoadCount {
    fn of(worker: &Worker) -> Self {
        worker.connections.fetch_add(1, Relaxed);
        Self(worker.connections.clone())
    }
}

impl Drop for LoadCount {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Workers {
    /// Starts the worker threads.
    pub(super) fn start(verifier: &Arc<Verifier>, stop: &watch::Receiver<bool>) -> io::Result<Self> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        (0..cores).map(|_| Worker::start(verifier.clone(), stop.clone())).collect::<io::Result<_>>().map(Self)
    }

    /// Gives a connection to the worker with the fewest. A worker that died gets no more.
    pub(super) fn assign(&self, accepted: AcceptedStream, permit: ConnectionPermit) {
        let alive = self.0.iter().filter(|worker| !worker.queue.is_closed());
        let Some(worker) = alive.min_by_key(|worker| worker.connections.load(Relaxed)) else {
            tracing::error!("no thread is left to answer: start the verifier again");
            return;
        };
        // If it dies this very moment its connection is closed, and the gateway asks again.
        let _ = worker.queue.send(Assignment(accepted, permit, LoadCount::of(worker)));
    }

    /// Stops the workers, with all connections that are left.
    pub(super) fn stop(self) {
        for Worker { queue, thread, .. } in self.0 {
            drop(queue);
            // A thread that panicked has ended.
            let _ = thread.join();
        }
    }
}

impl Worker {
    fn start(verifier: Arc<Verifier>, stop: watch::Receiver<bool>) -> io::Result<Self> {
        // A connection with endless requests must not starve the others of its thread.
        let runtime = runtime::Builder::new_current_thread().enable_all().event_interval(EVENT_INTERVAL).build()?;
        let (queue, receiver) = mpsc::unbounded_channel();
        let work = move || runtime.block_on(work(verifier, receiver, stop));
        let thread = thread::Builder::new().name("answer".to_owned()).spawn(work)?;
        Ok(Self { queue, connections: Arc::default(), thread })
    }
}

/// Serves the connections that it is given until the sender is gone.
async fn work(verifier: Arc<Verifier>, mut receiver: mpsc::UnboundedReceiver<Assignment>, stop: watch::Receiver<bool>) {
    let counting = verifier.clone();
    tokio::spawn(async move {
        let mut every = tokio::time::interval(COUNTS_INTERVAL);
        loop {
            every.tick().await;
            counting.reports.hand_over_counts();
        }
    });
    while let Some(Assignment(accepted, permit, load)) = receiver.recv().await {
        let (verifier, stop) = (verifier.clone(), stop.clone());
        tokio::spawn(async move {
            // It counts as long as the connection lasts.
            let _load = load;
            match accepted {
                AcceptedStream::Unix(stream) => {
                    let Ok(stream) = UnixStream::from_std(stream) else { return };
                    connection::serve(verifier, TokioIo::new(stream), permit, stop).await;
                }
                AcceptedStream::Tcp(stream) => {
                    let Ok(stream) = TcpStream::from_std(stream) else { return };
                    connection::serve(verifier, TokioIo::new(stream), permit, stop).await;
                }
            }
        });
    }
    verifier.reports.hand_over_counts();
}
