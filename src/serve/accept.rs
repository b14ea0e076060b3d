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

/// Connections at a time, if the system allows so many files; the next wait in the system's queue.
const CONNECTIONS: u64 = 4_096;
/// Files that are left for the store, the log and the listeners.
const OTHER_FILES: u64 = 64;
/// How long a head may take, and how long a connection may be idle before one.
const HEAD: Duration = Duration::from_secs(10);
/// Bytes of a head.
const HEAD_BYTES: usize = 64 * 1024;
/// How long a connection that is being closed may take for its last answer.
const LAST_ANSWER: Duration = Duration::from_secs(5);
/// After an error of the listener itself, mostly too many open files.
const PAUSE: Duration = Duration::from_millis(50);

/// Accepts until told to stop, then waits for the connections to end.
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

/// How many connections there may be. The limit of open files is raised as far as it needs to be and may be.
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

/// Accepts one connection, once there is a place for it.
async fn next(workers: &Workers, socket: &Socket, room: &Arc<Room>) -> io::Result<()> {
    if socket.is_tcp() {
        // Nobody gives way before somebody comes.
        let accepted = socket.accept().await?;
        let Some(place) = room.stranger().await else { return Ok(()) };
        workers.give(accepted, place);
    } else {
        let Some(place) = room.gateway().await else { return Ok(()) };
        workers.give(socket.accept().await?, place);
    }
    Ok(())
}

/// Waits until the process is told to stop; whoever told it and left did.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Why a connection is to end, other than that its client left.
enum End {
    /// After the answer that it waits for.
    AfterTheAnswer,
    AtOnce,
    /// At once, for another wants its place.
    GaveWay,
}

/// Answers the questions of one connection.
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
        // An answer is one piece.
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
        // A client that leaves or stalls is nothing to be told of.
        tracing::debug!(error = %why, "a connection ended");
    }
}
