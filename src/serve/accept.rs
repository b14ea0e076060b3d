//! The accept loop: a bounded number of connections, each with its deadlines.

use std::{
    future::poll_fn,
    io,
    sync::{Arc, atomic::Ordering},
    task::Poll,
    time::Duration,
};

use hyper::{
    Request,
    body::{Body as _, Incoming},
    rt::{Read, Write},
    server::conn::http1,
    service::service_fn,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::watch;

use super::{
    answer::Answer,
    beside::Beside,
    deadline::Deadline,
    listen::Socket,
    room::{Place, Room},
    route,
    state::Verifier,
    wire::Watched,
    worker::Workers,
};

/// Limit on open connections, if the limit on open files allows so many; more wait in the listen backlog.
const CONNECTIONS: u64 = 4_096;
/// Files that are left for the store, the log and the listeners.
const OTHER_FILES: u64 = 64;
/// Timeout for reading a request head, and for an idle connection before one.
const HEAD: Duration = Duration::from_secs(10);
/// Limit on the size of a request head, in bytes.
const HEAD_BYTES: usize = 64 * 1024;
/// Timeout for the last response of a connection during shutdown.
const LAST_ANSWER: Duration = Duration::from_secs(5);
/// Pause after an error of `accept` itself, mostly too many open files.
const PAUSE: Duration = Duration::from_millis(50);

/// Accepts connections until shutdown, then waits for them to end.
pub(super) async fn run(workers: Arc<Workers>, sockets: Vec<Socket>, stop: watch::Receiver<bool>) {
    let room = Room::new(connections(), sockets.iter().any(Socket::is_tcp));
    let loops = sockets.into_iter().map(|socket| {
        let (workers, room, stop) = (workers.clone(), room.clone(), stop.clone());
        tokio::spawn(listen(workers, socket, room, stop))
    });
    for ended in loops.collect::<Vec<_>>() {
        // A loop that panicked has ended; the others go on.
        let _ = ended.await;
    }
    let _ = tokio::time::timeout(LAST_ANSWER + PAUSE, room.empty()).await;
}

/// The connection limit. Raises the limit of open files as far as needed and allowed.
fn connections() -> usize {
    let wanted = CONNECTIONS + OTHER_FILES;
    let limit = getrlimit(Resource::Nofile);
    let may = limit.maximum.unwrap_or(wanted).min(wanted);
    if limit.current.is_some_and(|now| now < may) {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(may), ..limit });
    }
    let files = getrlimit(Resource::Nofile).current.unwrap_or(wanted);
    let most = files.saturating_sub(OTHER_FILES).clamp(1, CONNECTIONS);
    usize::try_from(most).unwrap_or(1)
}

async fn listen(workers: Arc<Workers>, socket: Socket, room: Arc<Room>, mut stop: watch::Receiver<bool>) {
    loop {
        let accepted = tokio::select! {
            () = stopped(&mut stop) => return,
            accepted = next(&workers, &socket, &room) => accepted,
        };
        if let Err(why) = accepted {
            tracing::warn!(error = %why, "a connection could not be accepted");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Accepts one connection, once the connection limits admit it.
async fn next(workers: &Workers, socket: &Socket, room: &Arc<Room>) -> io::Result<()> {
    if socket.is_tcp() {
        // Accept first: nothing is evicted before there is a newcomer.
        let accepted = socket.accept().await?;
        let Some(place) = room.stranger().await else { return Ok(()) };
        workers.give(accepted, place);
    } else {
        let Some(place) = room.gateway().await else { return Ok(()) };
        workers.give(socket.accept().await?, place);
    }
    Ok(())
}

/// Waits for shutdown. A sender that was dropped counts as shutdown, too.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Why the server ends a connection.
enum End {
    /// Shutdown: after the response in progress.
    AfterTheAnswer,
    AtOnce,
    /// Evicted: at once, because a newer connection takes its place.
    GaveWay,
}

/// Serves the requests of one connection.
pub(super) async fn serve<S>(verifier: Arc<Verifier>, stream: S, place: Place, mut stop: watch::Receiver<bool>)
where
    S: Read + Write + Unpin,
{
    let deadline = Deadline::new();
    let (stream, fragment) = Watched::new(stream, deadline.clone());
    let gauge = verifier.metrics.connected();
    let service = service_fn(|request: Request<Incoming>| {
        let (verifier, place, fragment, deadline) = (&verifier, &place, &fragment, &deadline);
        async move {
            let has_body = !request.body().is_end_stream();
            let (answer, now) = route::answer(verifier, place, fragment, request).await;
            fragment.answered(has_body);
            deadline.answered(now);
            Ok::<Answer, std::convert::Infallible>(answer)
        }
    });
    let connection = http1::Builder::new()
        .timer(deadline.clone())
        .header_read_timeout(HEAD)
        .max_header_size(HEAD_BYTES)
        .max_buf_size(HEAD_BYTES + 16 * 1024)
        // A response is one piece.
        .writev(false)
        // A refusal is the same byte for byte, whatever the time.
        .auto_date_header(false)
        .serve_connection(stream, service);
    let mut connection = std::pin::pin!(connection);
    let mut told = Beside::new(async {
        tokio::select! {
            () = stopped(&mut stop) => End::AfterTheAnswer,
            () = deadline.watch(HEAD) => End::AtOnce,
            () = place.overstays() => End::AfterTheAnswer,
            () = place.gives_way() => End::GaveWay,
        }
    });
    let ended = poll_fn(|cx| match told.poll(cx) {
        Poll::Ready(end) => Poll::Ready(Err(end)),
        Poll::Pending => connection.as_mut().poll(cx).map(Ok),
    });
    let (ended, gave_way) = match ended.await {
        Ok(ended) => (ended, false),
        Err(End::AtOnce) => (Ok(()), false),
        Err(End::GaveWay) => (Ok(()), true),
        Err(End::AfterTheAnswer) => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection => (ended, false),
                () = tokio::time::sleep(LAST_ANSWER) => (Ok(()), false),
                () = place.gives_way() => (Ok(()), true),
            }
        }
    };
    verifier.metrics.gave_way.fetch_add(u64::from(gave_way), Ordering::Relaxed);
    drop(gauge);
    if let Err(why) = ended {
        // A client that leaves or stalls is not worth a line in the normal log.
        tracing::debug!(error = %why, "a connection ended");
    }
}
