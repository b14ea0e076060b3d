//! HTTP Message Signatures (RFC 9421) with hmac-sha256: S1 to S8.

mod base;
mod parse;

use crate::credential::{Algorithm, Kind};
use crate::time::Seconds;
use crate::vault::Hash;

use base::signature_base;
use parse::Input;

use super::{
    Allowed, CredentialRef, Denied, Reason, Request, Snapshot, base64, date, digest, explain, framing, judge,
    replay::Proof, request::Occurs, secrets,
};

/// What a request says of its signature: all that can be judged without its credential.
struct Signed<'a> {
    input: Input<'a>,
    signature: &'a [u8],
    base: Vec<u8>,
    good_until: Seconds,
}

/// Both fields, each once, read.
fn fields<'a>(request: &Request<'a>) -> Option<(Input<'a>, &'a [u8])> {
    let once = |name| match request.occurs(name) {
        Occurs::Once(value) => Some(value),
        Occurs::Never | Occurs::Repeated => None,
    };
    let input = Input::read(once(b"signature-input")?)?;
    let signature = input.signature(once(b"signature")?)?;
    Some((input, signature))
}

/// The signature base, if the fields can be read.
pub(super) fn signing_string(request: &Request<'_>) -> Option<Vec<u8>> {
    signature_base(request, &fields(request)?.0).ok()
}

/// What the fields say of their signature.
pub(super) fn proof<'a>(request: &Request<'a>) -> Option<explain::Proof<'a>> {
    let (input, signature) = fields(request)?;
    Some(explain::Proof { key: input.keyid, algorithm: Algorithm::Sha256, signature })
}

impl<'a> Signed<'a> {
    fn read(request: &Request<'a>, now: Seconds) -> Result<Self, Denied<'a>> {
        let (input, signature) = fields(request).ok_or(Reason::MalformedSignature)?;
        if input.alg.is_some_and(|alg| alg != Algorithm::Sha256.as_str().as_bytes()) {
            return Err(Reason::AlgorithmNotAllowed.into());
        }
        let base = signature_base(request, &input)?;
        let good_until = check_times(&input, now)?;
        check_coverage(request, &input)?;
        Ok(Self { input, signature, base, good_until })
    }

    /// Everything that depends on the credential; gives the version of the secret that signed, and whether the body was
    /// compared with a digest.
    fn judge<'c>(
        &self,
        request: &Request<'_>,
        credential: CredentialRef<'c>,
        (used, decoded): (Option<u32>, bool),
        now: Seconds,
    ) -> Result<(u32, bool), Denied<'c>> {
        judge::intact(credential)?;
        if !credential.admits(Algorithm::Sha256) {
            return Err(Reason::AlgorithmNotAllowed.into());
        }
        let version = judge::signed_by(used, self.signature, decoded, Reason::MalformedSignature)?;
        let joined = self.content_digest(request);
        let digest = joined.as_deref().map(|joined| digest::Signed::read(CONTENT_DIGEST, joined)).transpose()?;
        judge::usable(credential, now, || judge::address(request.client))?;
        let (Some(digest), Some(body)) = (digest, request.visible_body()) else { return Ok((version, false)) };
        digest.compare(body)?;
        Ok((version, true))
    }

    /// Every copy of the field, joined as it was signed.
    fn content_digest(&self, request: &Request<'_>) -> Option<Vec<u8>> {
        let copies: Vec<_> = request.values(CONTENT_DIGEST).collect();
        self.input.covers(CONTENT_DIGEST).then(|| copies.join(&b", "[..]))
    }
}

const CONTENT_DIGEST: &[u8] = b"content-digest";

pub(super) fn decide<'a>(
    request: &Request<'a>,
    snapshot: &'a Snapshot,
    now: Seconds,
) -> Result<Allowed<'a>, Denied<'a>> {
    let signed = Signed::read(request, now)?;
    let mut buffer = [0; 64];
    let signature = base64::decode(signed.signature, &mut buffer);
    let found = snapshot.look_up(Kind::Hmac, signed.input.keyid);
    let used = secrets::signed(found, Hash::Sha256, &[&signed.base], signature, now);
    // Nothing of the credential was looked at before this line but its secrets.
    let credential = found.or_deny()?;
    let (secret_version, compared) =
        signed.judge(request, credential, (used, signature.is_some()), now).map_err(|denied| denied.of(credential))?;
    Ok(Allowed {
        credential,
        secret_version,
        body: framing::body_check(request, compared),
        proof: signature.map(|signature| Proof::new(credential.row(), signature, signed.good_until)),
    })
}

/// `created` is near, `expires` ahead (S4); gives the last second in which both hold.
fn check_times(input: &Input<'_>, now: Seconds) -> Result<Seconds, Denied<'static>> {
    let created = Seconds(input.created.ok_or(Reason::DateMissing)?);
    date::check_window(created, now)?;
    let good_until = date::window_end(created);
    match input.expires {
        Some(expires) if now.0 >= expires => Err(Reason::SignatureExpired.into()),
        Some(expires) => Ok(good_until.min(Seconds(expires - 1))),
        None => Ok(good_until),
    }
}

/// Method, authority and target are covered (S3), and the body by a digest (S6).
fn check_coverage(request: &Request<'_>, input: &Input<'_>) -> Result<(), Denied<'static>> {
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
