//! The `hmac` scheme as published clients sign it: H1 to H20.

mod params;
mod signing;

use crate::credential::{Algorithm, Kind};
use crate::time::Seconds;
use crate::vault::Hash;

use params::Params;
use signing::{Names, is_date};

use super::{
    Allowed, CredentialRef, Denied, Reason, Request, Snapshot, base64, date, digest, explain, framing, judge,
    replay::Proof, request::Occurs, secrets,
};

/// What a request says of its signature: all that can be judged without its credential.
pub(super) struct Signed<'a> {
    username: &'a [u8],
    algorithm: Algorithm,
    names: Names<'a>,
    signature: &'a [u8],
    /// The last second in which the signed dates are still near enough.
    good_until: Seconds,
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

impl<'a> Signed<'a> {
    pub fn read(request: &Request<'a>, value: &'a [u8], now: Seconds) -> Result<Self, Denied<'a>> {
        let (params, algorithm, names) = Self::parse(value)?;
        names.check_fields(request)?;
        check_coverage(request, &names)?;
        let good_until = check_dates(request, &names, now)?;
        Ok(Self { username: params.username, algorithm, names, signature: params.signature, good_until })
    }

    fn parse(value: &'a [u8]) -> Result<(Params<'a>, Algorithm, Names<'a>), Denied<'a>> {
        let params = Params::read(value).ok_or(Reason::MalformedAuthorization)?;
        let algorithm = Algorithm::ALL.into_iter().find(|a| a.as_str().as_bytes() == params.algorithm);
        let algorithm = algorithm.ok_or(Reason::AlgorithmNotAllowed)?;
        let names = Names::read(params.headers).ok_or(Reason::MalformedAuthorization)?;
        Ok((params, algorithm, names))
    }
}

/// The strings that a signature in this value would have to be over; `None` if the value cannot be read.
pub(super) fn signing_strings<'a>(request: &Request<'a>, value: &'a [u8]) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
    let (_, _, names) = Signed::parse(value).ok()?;
    names.check_fields(request).ok()?;
    Some(names.strings(request))
}

/// What a value says of its signature.
pub(super) fn proof(value: &[u8]) -> Option<explain::Proof<'_>> {
    let (params, algorithm, _) = Signed::parse(value).ok()?;
    Some(explain::Proof { key: params.username, algorithm, signature: params.signature })
}

pub(super) fn decide<'a>(
    request: &Request<'a>,
    value: &'a [u8],
    snapshot: &'a Snapshot,
    now: Seconds,
) -> Result<Allowed<'a>, Denied<'a>> {
    let signed = Signed::read(request, value, now)?;
    let (literal, other) = signed.names.strings(request);
    let messages = [&literal[..], other.as_deref().unwrap_or_default()];
    let messages = &messages[..1 + usize::from(other.is_some())];
    let mut buffer = [0; 64];
    let signature = base64::decode(signed.signature, &mut buffer);
    let found = snapshot.look_up(Kind::Hmac, signed.username);
    let used = secrets::signed(found, hash_of(signed.algorithm), messages, signature, now);
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

impl Signed<'_> {
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
        if !credential.admits(self.algorithm) {
            return Err(Reason::AlgorithmNotAllowed.into());
        }
        self.check_digest_signed(request, credential)?;
        let version = judge::signed_by(used, self.signature, decoded, Reason::MalformedAuthorization)?;
        let digests = self.digests(request)?;
        judge::usable(credential, now, || judge::address(request.client))?;
        // The body last: it may be long, and only a request that would pass is worth hashing it.
        let Some(body) = request.visible_body() else { return Ok((version, false)) };
        digests.iter().try_for_each(|digest| digest.compare(body))?;
        Ok((version, !digests.is_empty()))
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

    fn digests<'r>(&self, request: &Request<'r>) -> Result<Vec<digest::Signed<'r>>, Denied<'static>> {
        let of = |name: &&'static [u8]| request.values(name).next().map(|value| digest::Signed::read(name, value));
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
        date::check_window(signed, now)?;
        good_until = good_until.min(date::window_end(signed));
    }
    Ok(good_until)
}
