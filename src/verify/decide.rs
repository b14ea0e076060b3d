//! The decision: the rules for every request, and which dialect it speaks (C1 to C7).

use crate::time::Seconds;
use crate::verify::request::Occurs;
use crate::verify::signature::ClaimedSignature;
use crate::verify::syntax::lex::{Lexer, is_token, is_token_byte};
use crate::verify::syntax::scan;
use crate::verify::{
    Decision, Denied, Reason, Request, Snapshot, Surface, Verdict, basic, hmac_scheme, identity, legacy, rfc9421,
};

/// Judges a request by what is in the snapshot, at a second.
pub fn decide<'a>(request: &Request<'a>, snapshot: &'a Snapshot, now: Seconds) -> Decision<'a> {
    let judged = check_shape(request).and_then(|()| match request.surface {
        Surface::Rest => rest(request, snapshot, now),
        Surface::Legacy => legacy::decide(request, snapshot),
    });
    judged.unwrap_or_else(|denied| Decision::Verdict(Verdict::Deny(denied)))
}

/// The strings that the signature of a request would have to cover, if it has one that can be read: the first with the
/// literal HTTP/1.1, the second with the version that the client speaks. Users compare them with their own.
pub fn signing_strings(request: &Request<'_>) -> Vec<Vec<u8>> {
    match credentials(request) {
        Ok(Credentials::Hmac(value)) => hmac_scheme::signing_strings(request, value)
            .into_iter()
            .flat_map(|(one, two)| [Some(one), two])
            .flatten()
            .collect(),
        Ok(Credentials::Signature) => rfc9421::signing_string(request).into_iter().collect(),
        Ok(Credentials::Basic(_)) | Err(_) => Vec::new(),
    }
}

/// What a signed request says about its signature; `None` if that cannot be read.
pub(super) fn claimed_signature<'a>(request: &Request<'a>) -> Option<ClaimedSignature<'a>> {
    match credentials(request).ok()? {
        Credentials::Basic(_) => None,
        Credentials::Hmac(value) => hmac_scheme::claimed_signature(value),
        Credentials::Signature => rfc9421::claimed_signature(request),
    }
}

/// Nothing may fake a line of a signing string, become a tunnel (C1), or name an identity (C14).
fn check_shape(request: &Request<'_>) -> Result<(), Denied<'static>> {
    let target = !request.target.is_empty() && !scan::has_blank_or_fragment(request.target);
    let clean = request.fields.iter().all(|(_, value)| !scan::has_line_end_or_nul(value));
    if !target || !clean || !is_token(request.method) || request.method.eq_ignore_ascii_case(b"CONNECT") {
        return Err(Reason::MalformedRequest.into());
    }
    match request.fields.iter().find(|(name, _)| identity::is_claimed_by(name)) {
        Some((name, _)) if is_token(name) => Err(Denied::about(Reason::MalformedRequest, name)),
        Some(_) => Err(Reason::MalformedRequest.into()),
        None => Ok(()),
    }
}

/// Where the credential of a REST request is.
pub(super) enum Credentials<'a> {
    Basic(&'a [u8]),
    Hmac(&'a [u8]),
    Signature,
}

fn rest<'a>(request: &Request<'a>, snapshot: &'a Snapshot, now: Seconds) -> Result<Decision<'a>, Denied<'a>> {
    match credentials(request)? {
        Credentials::Basic(token) => basic::decide(request, token, snapshot, now),
        Credentials::Hmac(value) => hmac_scheme::decide(request, value, snapshot, now).map(allow),
        Credentials::Signature => rfc9421::decide(request, snapshot, now).map(allow),
    }
}

fn allow(allowed: super::Allowed<'_>) -> Decision<'_> {
    Decision::Verdict(Verdict::Allow(allowed))
}

/// `Authorization` decides alone if it is there (C3, C5 to C7).
pub(super) fn credentials<'a>(request: &Request<'a>) -> Result<Credentials<'a>, Denied<'static>> {
    let value = match request.occurs(b"authorization") {
        Occurs::Once(value) => value,
        Occurs::Repeated => return Err(Reason::AuthorizationRepeated.into()),
        Occurs::Never if request.has(b"signature-input") || request.has(b"signature") => {
            return Ok(Credentials::Signature);
        }
        Occurs::Never => return Err(Reason::NoCredentials.into()),
    };
    let mut rest = Lexer(value);
    let scheme = rest.run(is_token_byte);
    let spaces = rest.run(|b| b == b' ');
    if scheme.is_empty() || spaces.is_empty() && !rest.at_end() {
        return Err(Denied::about(Reason::MalformedAuthorization, b"scheme"));
    }
    match scheme {
        _ if scheme.eq_ignore_ascii_case(b"basic") => Ok(Credentials::Basic(rest.0)),
        _ if scheme.eq_ignore_ascii_case(b"hmac") => Ok(Credentials::Hmac(rest.0)),
        _ => Err(Reason::UnsupportedScheme.into()),
    }
}
