//! Serves one connection: request by request, until its client leaves, a time limit has passed, it is evicted, or the
//! verifier shuts down.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use hyper::Request;
use hyper::body::{Body as _, Incoming};
use hyper::rt::{Read, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokio::sync::watch;

use crate::serve::api::response::HttpResponse;
use crate::serve::api::route;
use crate::serve::http::connection_limits::ConnectionPermit;
use crate::serve::http::deadline::Deadline;
use crate::serve::http::lazy_select::LazyArm;
use crate::serve::http::watched_stream::WatchedStream;
use crate::serve::verifier::Verifier;

/// Timeout for reading a request head, and for an idle connection before one.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Limit on the size of a request head, in bytes.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// How long a connection that has sent nothing yet may take for its first request during shutdown: one that was made just
/// before it may be on its way.
const FIRST_REQUEST: Duration = Duration::from_secs(1);
/// Timeout for the last response of a connection during shutdown.
pub(super) const LAST_RESPONSE: Duration = Duration::from_secs(5);

/// Waits for shutdown. A sender that was dropped counts as shutdown, too.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Why the server closes a connection.
enum Close {
    /// Shutdown: after the response in progress, or the one to a first request.
    Shutdown,
    /// The time of an unauthenticated connection is over: after the response in progress.
    Expired,
    /// The client does not read its response.
    AtOnce,
    /// Evicted: at once, because a newer connection takes its permit.
    Evicted,
}

impl Close {
    /// Waits until a connection is to be closed.
    async fn due(stop: &mut watch::Receiver<bool>, deadline: &Deadline, permit: &ConnectionPermit) -> Self {
        tokio::select! {
            () = stopped(stop) => Self::Shutdown,
            () = deadline.watch(HEAD_TIMEOUT) => Self::AtOnce,
            () = permit.expired() => Self::Expired,
            () = permit.evicted() => Self::Evicted,
        }
    }
}

/// Serves the requests of one connection.
pub(super) async fn serve<S>(
    verifier: Arc<Verifier>,
    stream: S,
    permit: ConnectionPermit,
    mut stop: watch::Receiver<bool>,
) where
    S: Read + Write + Unpin,
{
    let deadline = Deadline::new();
    let (stream, monitor) = WatchedStream::new(stream, deadline.clone(), route::ENVOY);
    let gauge = verifier.metrics.connected();
    let asked = AtomicBool::new(false);
    let service = service_fn(|request: Request<Incoming>| {
        asked.store(true, Ordering::Relaxed);
        let (verifier, permit, monitor, deadline) = (&verifier, &permit, &monitor, &deadline);
        async move {
            let has_body = !request.body().is_end_stream();
            let (response, now) = route::respond(verifier, permit, monitor, request).await;
            monitor.response_sent(has_body);
            deadline.response_ready(now);
            Ok::<HttpResponse, std::convert::Infallible>(response)
        }
    });
    let mut connection = std::pin::pin!(protocol(deadline.clone()).serve_connection(stream, service));
    let mut close = LazyArm::new(Close::due(&mut stop, &deadline, &permit));
    let ended = poll_fn(|cx| match close.poll(cx) {
        Poll::Ready(close) => Poll::Ready(Err(close)),
        Poll::Pending => connection.as_mut().poll(cx).map(Ok),
    });
    let (ended, evicted) = match ended.await {
        Ok(ended) => (ended, false),
        Err(Close::AtOnce) => (Ok(()), false),
        Err(Close::Evicted) => (Ok(()), true),
        Err(why @ (Close::Shutdown | Close::Expired)) => {
            let last = async {
                // hyper closes a connection that has sent nothing yet at once, and whoever is sending would see a reset.
                if matches!(why, Close::Shutdown)
                    && let Some(ended) = first_request(connection.as_mut(), &asked).await
                {
                    return ended;
                }
                connection.as_mut().graceful_shutdown();
                connection.await
            };
            tokio::select! {
                ended = last => (ended, false),
                () = tokio::time::sleep(LAST_RESPONSE) => (Ok(()), false),
                () = permit.evicted() => (Ok(()), true),
            }
        }
    };
    verifier.metrics.evicted.fetch_add(u64::from(evicted), Ordering::Relaxed);
    drop(gauge);
    if let Err(why) = ended {
        // Clients that leave or stall do not belong in the normal log.
        tracing::debug!(error = %why, "a connection ended");
    }
}

/// Serves a connection until its first request is there, for a while; `Some` if the connection ended.
async fn first_request<C: Future>(mut connection: Pin<&mut C>, asked: &AtomicBool) -> Option<C::Output> {
    let first = poll_fn(|cx| match connection.as_mut().poll(cx) {
        Poll::Ready(ended) => Poll::Ready(Some(ended)),
        Poll::Pending if asked.load(Ordering::Relaxed) => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    });
    tokio::time::timeout(FIRST_REQUEST, first).await.unwrap_or(None)
}

/// HTTP/1.1 within the limits of the verifier.
fn protocol(deadline: Deadline) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(deadline)
        .header_read_timeout(HEAD_TIMEOUT)
        .max_header_size(MAX_HEAD_BYTES)
        .max_buf_size(MAX_HEAD_BYTES + 16 * 1024)
        // A response is one chunk.
        .writev(false)
        // So that all refusals are the same byte for byte.
        .auto_date_header(false);
    builder
}
