//! The responses. A gateway sees three of them: 200 with the identity of the caller, one 401 for every refusal, 503
//! while the store is out of reach. Bodies stay empty: a body halves the throughput of nginx.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Response, StatusCode};

use crate::credential::Kind;
use crate::verify::{Allowed, BodyCheck};

/// A response body: one piece, or empty.
#[derive(Debug, Default)]
pub(in crate::serve) struct ResponseBody(Option<Bytes>);

impl Body for ResponseBody {
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
pub(in crate::serve) type HttpResponse = Response<ResponseBody>;

const CREDENTIAL: HeaderName = HeaderName::from_static("x-keydesk-credential");
const KIND: HeaderName = HeaderName::from_static("x-keydesk-kind");
const ACCOUNT: HeaderName = HeaderName::from_static("x-keydesk-account");
const NAME: HeaderName = HeaderName::from_static("x-keydesk-name");
const BODY: HeaderName = HeaderName::from_static("x-keydesk-body");

/// 200 with the identity fields. All of them, every time: a gateway that does not get a field would pass on what the
/// client wrote under the same name.
pub(in crate::serve) fn allow(allowed: &Allowed<'_>, account: &HeaderValue) -> HttpResponse {
    let mut response = empty(StatusCode::OK);
    let credential = allowed.credential;
    let headers = response.headers_mut();
    headers.insert(CREDENTIAL, header_value(credential.key()));
    headers.insert(KIND, HeaderValue::from_static(kind(credential.kind())));
    headers.insert(ACCOUNT, account.clone());
    headers.insert(NAME, header_value(credential.name()));
    headers.insert(BODY, HeaderValue::from_static(body(allowed.body)));
    response
}

fn kind(kind: Kind) -> &'static str {
    kind.as_str()
}

fn body(body: BodyCheck) -> &'static str {
    body.as_str()
}

/// 401, the same bytes for every refusal. `Basic` comes first: nginx 1.22 passes the first challenge on and drops the
/// rest.
pub(in crate::serve) fn unauthorized() -> HttpResponse {
    let mut response = empty(StatusCode::UNAUTHORIZED);
    let headers = response.headers_mut();
    headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(r#"Basic realm="api", charset="UTF-8""#));
    headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(r#"hmac realm="api""#));
    response
}

/// 503: the store has been out of reach for longer than the staleness limit.
pub(in crate::serve) fn unavailable() -> HttpResponse {
    empty(StatusCode::SERVICE_UNAVAILABLE)
}

/// A text page for operators and monitoring.
pub(in crate::serve) fn text(code: StatusCode, kind: &'static str, text: String) -> HttpResponse {
    let mut response = empty(code);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    *response.body_mut() = ResponseBody(Some(text.into()));
    response
}

/// A response without a body. No response may be cached.
pub(in crate::serve) fn empty(code: StatusCode) -> HttpResponse {
    let mut response = Response::new(ResponseBody::default());
    *response.status_mut() = code;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Encodes text as a field value: UTF-8, percent-encoded except for visible ASCII. A key that keydesk made stays as it
/// is.
pub(in crate::serve) fn header_value(text: &str) -> HeaderValue {
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
            assert_eq!(header_value(text).to_str().unwrap(), value);
        }
    }

    #[test]
    fn all_refusals_are_equal() {
        let shown = |response: HttpResponse| format!("{:?} {:?}", response.status(), response.headers());
        assert_eq!(shown(unauthorized()), shown(unauthorized()));
        assert!(shown(unauthorized()).find("Basic") < shown(unauthorized()).find("hmac"));
    }
}
