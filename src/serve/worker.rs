//! Worker threads. Each has a single-threaded runtime, and a connection stays with the thread that it was given to.
//!
//! A work-stealing runtime moves tasks between threads, and every wake-up pays for that: a twentieth of the cost of a
//! response. Gateways keep their connections for long, so it is enough to distribute them evenly.

use std::{
    io,
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
};

use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpStream, UnixStream},
    runtime,
    sync::{mpsc, watch},
};

use super::{accept, listen::Accepted, room::Place, state::Verifier};

/// Polls of connections after which new ones are accepted.
const LOOKS: u32 = 8;

/// All workers: as many as there are cores.
pub(super) struct Workers(Vec<Worker>);

struct Worker {
    given: mpsc::UnboundedSender<Given>,
    held: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
}

/// A connection with its permit and its slot at the worker.
struct Given(Accepted, Place, Held);

/// One of the connections that a worker has.
struct Held(Arc<AtomicUsize>);

impl Held {
    fn by(worker: &Worker) -> Self {
        worker.held.fetch_add(1, Relaxed);
        Self(worker.held.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Workers {
    /// Starts the worker threads.
    pub(super) fn begin(verifier: &Arc<Verifier>, stop: &watch::Receiver<bool>) -> io::Result<Self> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        (0..cores).map(|_| Worker::begin(verifier.clone(), stop.clone())).collect::<io::Result<_>>().map(Self)
    }

    /// Gives a connection to the worker with the fewest. A worker that died gets no more.
    pub(super) fn give(&self, accepted: Accepted, place: Place) {
        let alive = self.0.iter().filter(|worker| !worker.given.is_closed());
        let Some(worker) = alive.min_by_key(|worker| worker.held.load(Relaxed)) else {
            tracing::error!("no thread is left to answer: start the verifier again");
            return;
        };
        // If it dies this very moment its connection is closed, and the gateway asks again.
        let _ = worker.given.send(Given(accepted, place, Held::by(worker)));
    }

    /// Stops the workers, with all connections that are left.
    pub(super) fn end(self) {
        for Worker { given, thread, .. } in self.0 {
            drop(given);
            // A thread that panicked has ended.
            let _ = thread.join();
        }
    }
}

impl Worker {
    fn begin(verifier: Arc<Verifier>, stop: watch::Receiver<bool>) -> io::Result<Self> {
        // A connection with endless requests must not starve the others of its thread.
        let runtime = runtime::Builder::new_current_thread().enable_all().event_interval(LOOKS).build()?;
        let (given, receiver) = mpsc::unbounded_channel();
        let work = move || runtime.block_on(work(verifier, receiver, stop));
        let thread = thread::Builder::new().name("answer".to_owned()).spawn(work)?;
        Ok(Self { given, held: Arc::default(), thread })
    }
}

/// Serves the connections it is given until the sender is gone.
async fn work(verifier: Arc<Verifier>, mut receiver: mpsc::UnboundedReceiver<Given>, stop: watch::Receiver<bool>) {
    while let Some(Given(accepted, place, held)) = receiver.recv().await {
        let (verifier, stop) = (verifier.clone(), stop.clone());
        tokio::spawn(async move {
            // As long as the connection lasts.
            let _held = held;
            match accepted {
                Accepted::Unix(stream) => {
                    let Ok(stream) = UnixStream::from_std(stream) else { return };
                    accept::serve(verifier, TokioIo::new(stream), place, stop).await;
                }
                Accepted::Tcp(stream) => {
                    let Ok(stream) = TcpStream::from_std(stream) else { return };
                    accept::serve(verifier, TokioIo::new(stream), place, stop).await;
                }
            }
        });
    }
}
