//! The yardstick: hyper with nothing else. It answers 200 with the fields that keydesk answers with, and looks at
//! nothing.

use std::{
    convert::Infallible,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use hyper::{
    Request, Response,
    body::{Body, Bytes, Frame, Incoming, SizeHint},
    header::{CACHE_CONTROL, HeaderName, HeaderValue},
    rt::{Read, Write},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, UnixListener};

/// What keydesk says of a credential: as many bytes.
const FIELDS: [(HeaderName, HeaderValue); 6] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (HeaderName::from_static("x-keydesk-credential"), HeaderValue::from_static("kdb0123456789abcdefg")),
    (HeaderName::from_static("x-keydesk-kind"), HeaderValue::from_static("basic")),
    (HeaderName::from_static("x-keydesk-account"), HeaderValue::from_static("Bench")),
    (HeaderName::from_static("x-keydesk-name"), HeaderValue::from_static("webhooks-0000000")),
    (HeaderName::from_static("x-keydesk-body"), HeaderValue::from_static("none")),
];

struct Empty;

impl Body for Empty {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(0)
    }
}

/// Answers at `unix:PATH` or an address for ever.
pub fn run(place: &str, one_thread: bool) -> io::Result<()> {
    use tokio::runtime::Builder;
    // As `tokio::main` makes it; pinned to one core it has one worker. Or without workers, which is the least there is.
    let mut builder = if one_thread { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    let runtime = builder.enable_all().build()?;
    runtime.block_on(runtime.spawn(accept(place.to_owned()))).map_err(io::Error::other)?
}

async fn accept(place: String) -> io::Result<()> {
    if let Some(path) = place.strip_prefix("unix:") {
        let listener = UnixListener::bind(path)?;
        loop {
            tokio::spawn(serve(TokioIo::new(listener.accept().await?.0)));
        }
    }
    let listener = TcpListener::bind(&place).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(TokioIo::new(stream)));
    }
}

async fn serve<S: Read + Write + Unpin>(stream: S) {
    let answer = service_fn(|_: Request<Incoming>| async {
        let mut answer = Response::new(Empty);
        for (name, value) in &FIELDS {
            answer.headers_mut().insert(name, value.clone());
        }
        Ok::<_, Infallible>(answer)
    });
    // A client that leaves is nothing to be told of.
    let _ = http1::Builder::new().auto_date_header(false).serve_connection(stream, answer).await;
}
