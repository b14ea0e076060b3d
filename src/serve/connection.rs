//! Serves one connection: request by request, until its client leaves, a time limit has passed, it is evicted, or the
//! verifier shuts down.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
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
/// Timeout for the last response of a connection during shutdown.
pub(super) const LAST_RESPONSE: Duration = Duration::from_secs(5);

/// Waits for shutdown. A sender that was dropped counts as shutdown, too.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Why the server closes a connection.
enum Close {
    /// Shutdown, or the time of an unauthenticated connection is over: after the response in progress.
    AfterResponse,
    /// The client does not read its response.
    AtOnce,
    /// Evicted: at once, because a newer connection takes its permit.
    Evicted,
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
    let service = service_fn(|request: Request<Incoming>| {
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
    let mut close = LazyArm::new(async {
        tokio::select! {
            () = stopped(&mut stop) => Close::AfterResponse,
            () = deadline.watch(HEAD_TIMEOUT) => Close::AtOnce,
            () = permit.expired() => Close::AfterResponse,
            () = permit.evicted() => Close::Evicted,
        }
    });
    let ended = poll_fn(|cx| match close.poll(cx) {
        Poll::Ready(close) => Poll::Ready(Err(close)),
        Poll::Pending => connection.as_mut().poll(cx).map(Ok),
    });
    let (ended, evicted) = match ended.await {
        Ok(ended) => (ended, false),
        Err(Close::AtOnce) => (Ok(()), false),
        Err(Close::Evicted) => (Ok(()), true),
        Err(Close::AfterResponse) => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection => (ended, false),
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
