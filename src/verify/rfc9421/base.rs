//! The signature base (RFC 9421 section 2.5): S7.

use crate::verify::request::Occurs;
use crate::verify::rfc9421::parse::SignatureInput;
use crate::verify::{Denied, Reason, Request};

/// The bytes under the MAC.
pub(super) fn signature_base(request: &Request<'_>, input: &SignatureInput<'_>) -> Result<Vec<u8>, Denied<'static>> {
    let mut base = Vec::with_capacity(512);
    for component in &input.components {
        base.push(b'"');
        base.extend_from_slice(component);
        base.extend_from_slice(b"\": ");
        match component {
            [b'@', ..] => derived(request, component, &mut base)?,
            name => field(request, name, &mut base)?,
        }
        base.push(b'\n');
    }
    base.extend_from_slice(b"\"@signature-params\": ");
    base.extend_from_slice(input.value);
    Ok(base)
}

/// Every copy of a field, joined.
fn field(request: &Request<'_>, name: &[u8], base: &mut Vec<u8>) -> Result<(), Denied<'static>> {
    let mut copies = 0;
    for value in request.values(name) {
        if copies > 0 {
            base.extend_from_slice(b", ");
        }
        base.extend_from_slice(value);
        copies += 1;
    }
    match copies {
        0 => Err(Denied::about(Reason::SignedHeaderMissing, name)),
        _ => Ok(()),
    }
}

fn derived(request: &Request<'_>, component: &[u8], base: &mut Vec<u8>) -> Result<(), Denied<'static>> {
    let question_mark = request.target.iter().position(|&b| b == b'?').unwrap_or(request.target.len());
    let (path, query) = request.target.split_at(question_mark);
    match component {
        b"@method" => base.extend_from_slice(request.method),
        b"@scheme" => base.extend_from_slice(request.scheme.as_str().as_bytes()),
        b"@request-target" => base.extend_from_slice(request.target),
        // An empty path is a slash (RFC 9421 2.2.6), and no query is a question mark alone (2.2.7).
        b"@path" => base.extend_from_slice(if path.is_empty() { b"/" } else { path }),
        b"@query" => base.extend_from_slice(if query.is_empty() { b"?" } else { query }),
        b"@authority" => {
            let host = host(request)?.to_ascii_lowercase();
            base.extend_from_slice(host.strip_suffix(request.scheme.default_port()).unwrap_or(&host));
        }
        _ => {
            debug_assert_eq!(component, b"@target-uri", "the parser lets no other through");
            base.extend_from_slice(request.scheme.as_str().as_bytes());
            base.extend_from_slice(b"://");
            base.extend_from_slice(host(request)?);
            base.extend_from_slice(request.target);
        }
    }
    Ok(())
}

/// `Host` as sent: once, and not two that a gateway joined.
fn host<'a>(request: &Request<'a>) -> Result<&'a [u8], Denied<'static>> {
    match request.occurs(b"host") {
        Occurs::Never => Err(Denied::about(Reason::SignedHeaderMissing, b"@authority")),
        Occurs::Once(host) if !host.contains(&b',') => Ok(host),
        Occurs::Once(_) | Occurs::Repeated => Err(Denied::about(Reason::SignedHeaderRepeated, b"@authority")),
    }
}
