//! The `hmac` scheme as published clients sign it: H1 to H20.

mod params;
mod signing;

use crate::credential::{Algorithm, Kind};
use crate::time::Seconds;
use crate::vault::Hash;
use crate::verify::request::Occurs;
use crate::verify::signature::{self, ClaimedSignature, GivenSignature, Validity};
use crate::verify::syntax::{date, digest, framing};
use crate::verify::{Allowed, CredentialRef, Denied, Reason, Request, Snapshot, judge};

use params::Params;
use signing::{Names, is_date};

/// How a request is signed, as it says itself.
struct SignedRequest<'a> {
    algorithm: Algorithm,
    names: Names<'a>,
}

/// The hash function of an algorithm.
pub(super) fn hash_of(algorithm: Algorithm) -> Hash {
    match algorithm {
        Algorithm::Sha1 => Hash::Sha1,
        Algorithm::Sha256 => Hash::Sha256,
        Algorithm::Sha384 => Hash::Sha384,
        Algorithm::Sha512 => Hash::Sha512,
    }
}

impl<'a> SignedRequest<'a> {
    fn read(params: &Params<'a>) -> Result<Self, Denied<'static>> {
        let algorithm = Algorithm::ALL.into_iter().find(|a| a.as_str().as_bytes() == params.algorithm);
        let algorithm = algorithm.ok_or(Reason::AlgorithmNotAllowed)?;
        let names = Names::read(params.headers).ok_or_else(|| malformed(b"headers"))?;
        Ok(Self { algorithm, names })
    }
}

/// A refusal of a value that cannot be read, with the part of it that is wrong.
fn malformed(part: &[u8]) -> Denied<'static> {
    Denied::about(Reason::MalformedAuthorization, part)
}

/// The strings that a signature in this value would have to be over; `None` if the value cannot be read.
pub(super) fn signing_strings<'a>(request: &Request<'a>, value: &'a [u8]) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
    let names = SignedRequest::read(&Params::read(value)?).ok()?.names;
    names.check_fields(request).ok()?;
    Some(names.strings(request))
}

/// The algorithm that a value means, if it is spelled in another way than it must be.
pub(super) fn misspelled(value: &[u8]) -> Option<Algorithm> {
    let given = std::str::from_utf8(Params::read(value)?.algorithm).ok()?.to_ascii_lowercase();
    let letters = |text: &str| text.replace("hmac", "").replace(['-', '_', '/'], "");
    Algorithm::ALL.into_iter().find(|known| known.as_str() != given && letters(known.as_str()) == letters(&given)).or(
        // In lower case it is the one.
        Algorithm::ALL.into_iter().find(|known| known.as_str() == given),
    )
}

/// What a value says of its signature.
pub(super) fn claimed_signature(value: &[u8]) -> Option<ClaimedSignature<'_>> {
    let params = Params::read(value)?;
    let algorithm = SignedRequest::read(&params).ok()?.algorithm;
    Some(ClaimedSignature { key: params.username, algorithm, signature: params.signature })
}

pub(super) fn decide<'a>(
    request: &Request<'a>,
    value: &'a [u8],
    snapshot: &'a Snapshot,
    now: Seconds,
) -> Result<Allowed<'a>, Denied<'a>> {
    let params = Params::read(value).ok_or_else(|| malformed(Params::fault(value).as_bytes()))?;
    let found = snapshot.look_up(Kind::Hmac, params.username);
    // Without all of what is signed there is no string to check a signature against: whose it would be is all that is
    // known.
    let signed = SignedRequest::read(&params).and_then(|signed| signed.names.check_fields(request).map(|()| signed));
    let signed = signed.map_err(|denied| denied.of_any(found))?;
    let (literal, other) = signed.names.strings(request);
    let messages = [&literal[..], other.as_deref().unwrap_or_default()];
    let given = GivenSignature {
        hash: hash_of(signed.algorithm),
        messages: &messages[..1 + usize::from(other.is_some())],
        signature: params.signature,
        malformed: Reason::MalformedAuthorization,
    };
    signature::decide(request, found, &given, now, |credential| signed.judge(request, credential, now))
}

impl SignedRequest<'_> {
    /// Everything but the signature, which is right.
    fn judge<'c>(
        &self,
        request: &Request<'_>,
        credential: CredentialRef<'c>,
        now: Seconds,
    ) -> Result<Validity, Denied<'c>> {
        if !credential.admits(self.algorithm) {
            return Err(Reason::AlgorithmNotAllowed.into());
        }
        check_coverage(request, &self.names)?;
        let good_until = check_dates(request, &self.names, now)?;
        self.check_digest_signed(request, credential)?;
        let digests = self.digests(request)?;
        judge::usable(credential, now, || judge::address(request.client))?;
        // The body last: it may be long, and only a request that would pass is worth hashing it.
        let Some(body) = request.visible_body() else { return Ok(Validity { good_until, compared: false }) };
        digests.iter().try_for_each(|digest| digest.compare(body))?;
        Ok(Validity { good_until, compared: !digests.is_empty() })
    }

    /// A body must be covered by a digest (H15), unless the credential says otherwise (H16).
    fn check_digest_signed(&self, request: &Request<'_>, credential: CredentialRef<'_>) -> Result<(), Denied<'static>> {
        let signed = digest::FIELDS.iter().any(|name| self.names.has(name));
        if signed || credential.digest_optional() || !framing::has_body(request) {
            return Ok(());
        }
        match digest::FIELDS.iter().find(|name| request.has(name)) {
            Some(there) => Err(Denied::about(Reason::NotSigned, there)),
            None => Err(Reason::BodyDigestMissing.into()),
        }
    }

    fn digests<'r>(&self, request: &Request<'r>) -> Result<Vec<digest::SignedDigest<'r>>, Denied<'static>> {
        let of =
            |name: &&'static [u8]| request.values(name).next().map(|value| digest::SignedDigest::read(name, value));
        digest::FIELDS.iter().filter(|name| self.names.has(name)).filter_map(of).collect()
    }
}

/// A date and the request itself are signed (H6, H7).
fn check_coverage(request: &Request<'_>, names: &Names<'_>) -> Result<(), Denied<'static>> {
    if !names.iter().any(is_date) {
        let there = [&b"date"[..], b"x-date"].into_iter().find(|name| request.has(name));
        return Err(there.map_or(Reason::DateMissing.into(), |name| Denied::about(Reason::NotSigned, name)));
    }
    match names.bind_the_request() {
        true => Ok(()),
        false => Err(Denied::about(Reason::NotSigned, b"request-line")),
    }
}

/// Every signed date is one, and near (H12, H13); gives the last second in which all still are.
fn check_dates(request: &Request<'_>, names: &Names<'_>, now: Seconds) -> Result<Seconds, Denied<'static>> {
    let mut good_until = Seconds(i64::MAX);
    for name in names.iter().filter(|name| is_date(name)) {
        let Occurs::Once(value) = request.occurs(name) else { return Err(Reason::DateMissing.into()) };
        let signed = date::parse(value, now).ok_or_else(|| Denied::about(Reason::DateMalformed, name))?;
        judge::check_window(signed, now)?;
        good_until = good_until.min(judge::window_end(signed));
    }
    Ok(good_until)
}
