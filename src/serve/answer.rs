//! The responses. A gateway sees three of them: 200 with the identity of the caller, one 401 for every refusal, 503
//! while the store is out of reach. Bodies stay empty: a body halves the throughput of nginx.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use hyper::{
    Response, StatusCode,
    body::{Body, Bytes, Frame, SizeHint},
    header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, WWW_AUTHENTICATE},
};

use crate::credential::Kind;
use crate::verify::{Allowed, BodyCheck};

/// A response body: one piece, or empty.
#[derive(Debug, Default)]
pub(super) struct Page(Option<Bytes>);

impl Body for Page {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

/// A response of the verifier.
pub(super) type Answer = Response<Page>;

const CREDENTIAL: HeaderName = HeaderName::from_static("x-keydesk-credential");
const KIND: HeaderName = HeaderName::from_static("x-keydesk-kind");
const ACCOUNT: HeaderName = HeaderName::from_static("x-keydesk-account");
const NAME: HeaderName = HeaderName::from_static("x-keydesk-name");
const BODY: HeaderName = HeaderName::from_static("x-keydesk-body");

/// 200 with the identity fields. All of them, every time: a gateway that does not get a field would pass on what the
/// client wrote under the same name.
pub(super) fn allow(allowed: &Allowed<'_>, account: &HeaderValue) -> Answer {
    let mut answer = status(StatusCode::OK);
    let credential = allowed.credential;
    let headers = answer.headers_mut();
    headers.insert(CREDENTIAL, field(credential.key()));
    headers.insert(KIND, HeaderValue::from_static(kind(credential.kind())));
    headers.insert(ACCOUNT, account.clone());
    headers.insert(NAME, field(credential.name()));
    headers.insert(BODY, HeaderValue::from_static(body(allowed.body)));
    answer
}

fn kind(kind: Kind) -> &'static str {
    kind.as_str()
}

fn body(body: BodyCheck) -> &'static str {
    body.as_str()
}

/// 401, the same bytes for every refusal. `Basic` comes first: nginx 1.22 passes the first challenge on and drops the
/// rest.
pub(super) fn deny() -> Answer {
    let mut answer = status(StatusCode::UNAUTHORIZED);
    let headers = answer.headers_mut();
    headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(r#"Basic realm="api", charset="UTF-8""#));
    headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(r#"hmac realm="api""#));
    answer
}

/// 503: the store has been out of reach for longer than the staleness limit.
pub(super) fn stale() -> Answer {
    status(StatusCode::SERVICE_UNAVAILABLE)
}

/// A text page for operators and monitoring.
pub(super) fn page(code: StatusCode, kind: &'static str, text: String) -> Answer {
    let mut answer = status(code);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    *answer.body_mut() = Page(Some(text.into()));
    answer
}

/// A response without a body. No response may be cached.
pub(super) fn status(code: StatusCode) -> Answer {
    let mut answer = Response::new(Page::default());
    *answer.status_mut() = code;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Encodes text as a field value: UTF-8, percent-encoded except for visible ASCII. A key that keydesk made stays as it
/// is.
pub(super) fn field(text: &str) -> HeaderValue {
    let plain = |b: &u8| b.is_ascii_graphic() && *b != b'%';
    if text.bytes().all(|b| plain(&b)) {
        return HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""));
    }
    let mut encoded = String::with_capacity(3 * text.len());
    for b in text.bytes() {
        match plain(&b) {
            true => encoded.push(char::from(b)),
            false => encoded.push_str(&format!("%{b:02X}")),
        }
    }
    HeaderValue::from_str(&encoded).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_visible_ascii_and_can_be_decoded() {
        for (text, value) in [
            ("kdbABC123", "kdbABC123"),
            ("nightly export", "nightly%20export"),
            ("支払い", "%E6%94%AF%E6%89%95%E3%81%84"),
            ("100%", "100%25"),
            ("a\r\nX-Evil: 1", "a%0D%0AX-Evil:%201"),
            ("", ""),
        ] {
            assert_eq!(field(text).to_str().unwrap(), value);
        }
    }

    #[test]
    fn refusals_do_not_differ() {
        let shown = |answer: Answer| format!("{:?} {:?}", answer.status(), answer.headers());
        assert_eq!(shown(deny()), shown(deny()));
        assert!(shown(deny()).find("Basic") < shown(deny()).find("hmac"));
    }
}
