//! Message framing: whether a request has a body (H15), seen, announced, or hidden and possible.

use crate::verify::request::{Framing, Version};
use crate::verify::{Body, BodyCheck, Request};

/// Methods whose requests have no body unless they announce one.
const BODILESS: [&[u8]; 5] = [b"GET", b"HEAD", b"DELETE", b"OPTIONS", b"TRACE"];

/// Whether a request has a body, or may have one that is not visible.
pub(in crate::verify) fn has_body(request: &Request<'_>) -> bool {
    match request.body {
        Body::Visible(body) => !body.is_empty() || announces(request),
        Body::NotVisible(framing) => announces(request) || may_hide(request, framing),
    }
}

fn announces(request: &Request<'_>) -> bool {
    let zeros = |value: &[u8]| !value.is_empty() && value.iter().all(|&b| b == b'0');
    request.has(b"transfer-encoding") || request.values(b"content-length").any(|length| !zeros(length))
}

fn may_hide(request: &Request<'_>, framing: Framing) -> bool {
    let unframed = framing == Framing::Partly || matches!(request.version, Version::Http2 | Version::Http3);
    let bodiless = || request.has(b"content-length") || BODILESS.contains(&request.method);
    framing == Framing::Unknown || unframed && !bodiless()
}

/// Whether a request is known to have no body. If that is unknown, no signature is refused for it, and the API does not
/// hear that there is none.
fn has_none(request: &Request<'_>) -> bool {
    let length = || request.has(b"content-length");
    let by_framing = |framing| match (framing, request.version) {
        (Framing::Known, Version::Http10 | Version::Http11) => true,
        (Framing::Known | Framing::Partly, _) => length(),
        (Framing::Unknown, _) => false,
    };
    !has_body(request)
        && match request.body {
            Body::Visible(_) => true,
            Body::NotVisible(framing) => by_framing(framing),
        }
}

/// The body check for the gateway; `compared` says that the body was compared with a signed digest.
pub(in crate::verify) fn body_check(request: &Request<'_>, compared: bool) -> BodyCheck {
    match (has_none(request), compared) {
        (true, _) => BodyCheck::None,
        (false, true) => BodyCheck::Checked,
        (false, false) => BodyCheck::Unchecked,
    }
}
