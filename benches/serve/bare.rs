//! The yardsticks: hyper with nothing else, which answers 200 with the fields that keydesk answers with and looks at
//! nothing; and the same with the least that a check of Basic can be: a map of keys and hashes of secrets.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use base64ct::{Base64, Encoding as _};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{AUTHORIZATION, CACHE_CONTROL, HeaderName, HeaderValue};
use hyper::rt::{Read, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use sha2::{Digest as _, Sha256};
use tokio::net::{TcpListener, UnixListener};

use super::pairs;

/// Which of the yardsticks.
#[derive(Clone, Debug)]
pub enum Bare {
    /// Nothing is looked at.
    Hyper,
    /// The same in a runtime without workers, which is the least there is.
    OneThread,
    /// Basic is checked among the credentials of this desk, in a runtime without workers.
    Checks(PathBuf),
}

impl Bare {
    /// As an argument.
    pub fn argument(&self) -> String {
        match self {
            Self::Hyper => "many-threads".to_owned(),
            Self::OneThread => "one-thread".to_owned(),
            Self::Checks(desk) => desk.display().to_string(),
        }
    }

    /// From an argument.
    pub fn parse(text: &str) -> Self {
        match text {
            "many-threads" => Self::Hyper,
            "one-thread" => Self::OneThread,
            desk => Self::Checks(desk.into()),
        }
    }
}

/// Keys and the hashes of their secrets.
type Known = HashMap<String, [u8; 32]>;

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
pub fn run(place: &str, which: &Bare) -> io::Result<()> {
    use tokio::runtime::Builder;
    // As `tokio::main` makes it; pinned to one core it has one worker.
    let mut builder = if let Bare::Hyper = which { Builder::new_multi_thread() } else { Builder::new_current_thread() };
    let runtime = builder.enable_all().build()?;
    let known = match which {
        Bare::Hyper | Bare::OneThread => None,
        Bare::Checks(desk) => {
            let pairs = pairs::read(desk, "basic").map_err(|why| io::Error::other(why.to_string()))?;
            Some(pairs.into_iter().map(|pair| (pair.key, Sha256::digest(pair.secret).into())).collect())
        }
    };
    runtime.block_on(runtime.spawn(accept(place.to_owned(), Arc::new(known)))).map_err(io::Error::other)?
}

async fn accept(place: String, known: Arc<Option<Known>>) -> io::Result<()> {
    if let Some(path) = place.strip_prefix("unix:") {
        let listener = UnixListener::bind(path)?;
        loop {
            tokio::spawn(serve(TokioIo::new(listener.accept().await?.0), known.clone()));
        }
    }
    let listener = TcpListener::bind(&place).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(TokioIo::new(stream), known.clone()));
    }
}

async fn serve<S: Read + Write + Unpin>(stream: S, known: Arc<Option<Known>>) {
    let answer = service_fn(|request: Request<Incoming>| {
        let good = known.as_ref().as_ref().is_none_or(|known| is_good(known, &request).unwrap_or_default());
        async move {
            let mut answer = Response::new(Empty);
            if !good {
                *answer.status_mut() = StatusCode::UNAUTHORIZED;
                return Ok::<_, Infallible>(answer);
            }
            for (name, value) in &FIELDS {
                answer.headers_mut().insert(name, value.clone());
            }
            Ok(answer)
        }
    });
    // A client that leaves is nothing to be told of.
    let _ = http1::Builder::new().auto_date_header(false).serve_connection(stream, answer).await;
}

fn is_good(known: &Known, request: &Request<Incoming>) -> Option<bool> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let pair = Base64::decode_vec(value).ok()?;
    let (key, secret) = std::str::from_utf8(&pair).ok()?.split_once(':')?;
    Some(*known.get(key)? == <[u8; 32]>::from(Sha256::digest(secret)))
}
