//! The answers. A gateway sees three of them: 200 with who it is, one 401 for every refusal, 503 while the store is out
//! of sight. Bodies stay empty: one halves what nginx can do.

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

/// A body that is there at once, or empty.
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

/// An answer.
pub(super) type Answer = Response<Page>;

const CREDENTIAL: HeaderName = HeaderName::from_static("x-keydesk-credential");
const KIND: HeaderName = HeaderName::from_static("x-keydesk-kind");
const ACCOUNT: HeaderName = HeaderName::from_static("x-keydesk-account");
const NAME: HeaderName = HeaderName::from_static("x-keydesk-name");
const BODY: HeaderName = HeaderName::from_static("x-keydesk-body");

/// The request may pass, and this is whose it is. Every field, every time: a gateway that gets none would pass on what
/// the client wrote under the same name.
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

/// Every refusal, byte for byte. `Basic` comes first: nginx 1.22 passes the first on and drops the rest.
pub(super) fn deny() -> Answer {
    let mut answer = status(StatusCode::UNAUTHORIZED);
    let headers = answer.headers_mut();
    headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(r#"Basic realm="api", charset="UTF-8""#));
    headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(r#"hmac realm="api""#));
    answer
}

/// The store is out of sight for too long.
pub(super) fn stale() -> Answer {
    status(StatusCode::SERVICE_UNAVAILABLE)
}

/// A page for people and machines that look after the verifier.
pub(super) fn page(code: StatusCode, kind: &'static str, text: String) -> Answer {
    let mut answer = status(code);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    *answer.body_mut() = Page(Some(text.into()));
    answer
}

/// Nothing but a status. No answer is for any cache.
pub(super) fn status(code: StatusCode) -> Answer {
    let mut answer = Response::new(Page::default());
    *answer.status_mut() = code;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Text as a field's value: percent-encoded UTF-8, except for what is visible ASCII. A key that keydesk made stays as it
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
