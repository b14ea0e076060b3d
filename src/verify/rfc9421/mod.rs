//! HTTP Message Signatures (RFC 9421) with hmac-sha256: S1 to S8.

mod base;
mod parse;

use crate::credential::{Algorithm, Kind};
use crate::time::Seconds;
use crate::vault::Hash;
use crate::verify::request::Occurs;
use crate::verify::signature::{self, ClaimedSignature, GivenSignature, Validity};
use crate::verify::syntax::{digest, framing};
use crate::verify::{Allowed, CredentialRef, Denied, Reason, Request, Snapshot, judge};

use base::signature_base;
use parse::SignatureInput;

/// Both fields, each once, read.
fn fields<'a>(request: &Request<'a>) -> Option<(SignatureInput<'a>, &'a [u8])> {
    let once = |name| match request.occurs(name) {
        Occurs::Once(value) => Some(value),
        Occurs::Never | Occurs::Repeated => None,
    };
    let input = SignatureInput::read(once(b"signature-input")?)?;
    let signature = input.signature(once(b"signature")?)?;
    Some((input, signature))
}

/// The signature base, if the field that says what is signed can be read.
pub(super) fn signing_string(request: &Request<'_>) -> Option<Vec<u8>> {
    signature_base(request, &SignatureInput::read(request.values(b"signature-input").next()?)?).ok()
}

/// What the fields say of their signature, however it is written.
pub(super) fn claimed_signature<'a>(request: &Request<'a>) -> Option<ClaimedSignature<'a>> {
    let input = SignatureInput::read(request.values(b"signature-input").next()?)?;
    let signature = input.loose_signature(request.values(b"signature").next()?)?;
    Some(ClaimedSignature { key: input.keyid, algorithm: Algorithm::Sha256, signature })
}

pub(super) fn decide<'a>(
    request: &Request<'a>,
    snapshot: &'a Snapshot,
    now: Seconds,
) -> Result<Allowed<'a>, Denied<'a>> {
    let (input, signature) = fields(request).ok_or_else(|| malformed(request))?;
    let found = snapshot.look_up(Kind::Hmac, input.keyid);
    // Without a base there is nothing to check a signature against: whose it would be is all that is known.
    let base = base(request, &input).map_err(|denied| denied.of_any(found))?;
    let given =
        GivenSignature { hash: Hash::Sha256, messages: &[&base], signature, malformed: Reason::MalformedSignature };
    signature::decide(request, found, &given, now, |credential| judge(request, &input, credential, now))
}

/// Which of the two fields cannot be read.
fn malformed(request: &Request<'_>) -> Denied<'static> {
    let read = match request.occurs(b"signature-input") {
        Occurs::Once(value) => SignatureInput::read(value).is_some(),
        Occurs::Never | Occurs::Repeated => false,
    };
    Denied::about(Reason::MalformedSignature, if read { b"signature" } else { b"signature-input" })
}

/// What was signed, if it was signed in the one way that there is (S5, S7).
fn base(request: &Request<'_>, input: &SignatureInput<'_>) -> Result<Vec<u8>, Denied<'static>> {
    match input.alg {
        Some(alg) if alg != Algorithm::Sha256.as_str().as_bytes() => Err(Reason::AlgorithmNotAllowed.into()),
        _ => signature_base(request, input),
    }
}

/// Everything but the signature, which is right.
fn judge<'c>(
    request: &Request<'_>,
    input: &SignatureInput<'_>,
    credential: CredentialRef<'c>,
    now: Seconds,
) -> Result<Validity, Denied<'c>> {
    if !credential.admits(Algorithm::Sha256) {
        return Err(Reason::AlgorithmNotAllowed.into());
    }
    let good_until = check_times(input, now)?;
    check_coverage(request, input)?;
    let joined = content_digest(request, input);
    let digest = joined.as_deref().map(|joined| digest::SignedDigest::read(CONTENT_DIGEST, joined)).transpose()?;
    judge::usable(credential, now, || judge::address(request.client))?;
    let (Some(digest), Some(body)) = (digest, request.visible_body()) else {
        return Ok(Validity { good_until, compared: false });
    };
    digest.compare(body)?;
    Ok(Validity { good_until, compared: true })
}

const CONTENT_DIGEST: &[u8] = b"content-digest";

/// Every copy of the field, joined as it was signed.
fn content_digest(request: &Request<'_>, input: &SignatureInput<'_>) -> Option<Vec<u8>> {
    let copies: Vec<_> = request.values(CONTENT_DIGEST).collect();
    input.covers(CONTENT_DIGEST).then(|| copies.join(&b", "[..]))
}

/// `created` is near, `expires` ahead (S4); gives the last second in which both hold.
fn check_times(input: &SignatureInput<'_>, now: Seconds) -> Result<Seconds, Denied<'static>> {
    let created = Seconds(input.created.ok_or(Reason::DateMissing)?);
    judge::check_window(created, now)?;
    let good_until = judge::window_end(created);
    match input.expires {
        Some(expires) if now.0 >= expires => Err(Reason::SignatureExpired.into()),
        Some(expires) => Ok(good_until.min(Seconds(expires - 1))),
        None => Ok(good_until),
    }
}

/// Method, authority and target are covered (S3), and the body by a digest (S6).
fn check_coverage(request: &Request<'_>, input: &SignatureInput<'_>) -> Result<(), Denied<'static>> {
    if let Some(missing) = [&b"@method"[..], b"@authority"].into_iter().find(|name| !input.covers(name)) {
        return Err(Denied::about(Reason::NotSigned, missing));
    }
    let whole = input.covers(b"@request-target") || input.covers(b"@target-uri");
    let halves = input.covers(b"@path") && input.covers(b"@query");
    if !(whole || halves) {
        return Err(Denied::about(Reason::NotSigned, b"@request-target"));
    }
    match framing::has_body(request) && !input.covers(CONTENT_DIGEST) {
        true if request.has(CONTENT_DIGEST) => Err(Denied::about(Reason::NotSigned, CONTENT_DIGEST)),
        true => Err(Reason::BodyDigestMissing.into()),
        false => Ok(()),
    }
}
