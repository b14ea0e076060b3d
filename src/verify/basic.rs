//! HTTP Basic authentication (RFC 7617): B1 to B4.

use crate::credential::Kind;
use crate::secret::Secret;
use crate::time::Seconds;
use crate::verify::snapshot::PackedSecret;
use crate::verify::syntax::{base64, framing};
use crate::verify::{Allowed, Decision, Denied, PasswordCheck, Reason, Request, Snapshot, Verdict, judge, secrets};

/// Longest token, before it is decoded (B2).
const TOKEN_MAX: usize = 8192;

/// User and password as they were decoded.
struct Pair {
    decoded: Secret,
    colon: usize,
}

impl Pair {
    fn read(token: &[u8]) -> Option<Self> {
        let token = Some(token).filter(|token| token.len() <= TOKEN_MAX)?;
        let decoded = base64::decode_secret(token)?;
        let text = decoded.expose_text().filter(|text| !has_control(text))?;
        let colon = text.find(':').filter(|&colon| colon > 0)?;
        Some(Self { decoded, colon })
    }

    fn user(&self) -> &[u8] {
        &self.decoded.expose()[..self.colon]
    }

    fn password(&self) -> &[u8] {
        &self.decoded.expose()[self.colon + 1..]
    }
}

/// The fault of a token that cannot be read, as a word for the log.
fn fault(token: &[u8]) -> &'static str {
    if token.len() > TOKEN_MAX {
        return "length";
    }
    let Some(decoded) = base64::decode_secret(token) else { return "base64" };
    match decoded.expose_text() {
        None => "utf-8",
        Some(text) if has_control(text.trim_end_matches(['\r', '\n'])) => "control-character",
        Some(text) if has_control(text) => "line-break",
        Some(text) if text.starts_with(':') => "username",
        Some(_) => "colon",
    }
}

/// Whether there is a control character (B3). Nearly all pairs are ASCII, of which many bytes are looked at at once.
fn has_control(text: &str) -> bool {
    match text.is_ascii() {
        true => text.bytes().fold(false, |any, b| any | (b < b' ') | (b == 0x7f)),
        false => text.chars().any(char::is_control),
    }
}

/// The user that a token names.
pub(super) fn user(token: &[u8]) -> Option<Vec<u8>> {
    Pair::read(token).map(|pair| pair.user().to_vec())
}

pub(super) fn decide<'a>(
    request: &Request<'a>,
    token: &[u8],
    snapshot: &'a Snapshot,
    now: Seconds,
) -> Result<Decision<'a>, Denied<'a>> {
    let pair =
        Pair::read(token).ok_or_else(|| Denied::about(Reason::MalformedAuthorization, fault(token).as_bytes()))?;
    let found = snapshot.look_up(Kind::Basic, pair.user());
    let fast = secrets::hashed(found, pair.password(), now);
    let credential = found.or_deny()?;
    judge::intact(credential)?;
    let body = framing::body_check(request, false);
    let judged =
        match fast {
            None => Err(Denied::from(Reason::BadSecret).of(credential)),
            Some(secret_version) => judge::usable(credential, now, || judge::address(request.client))
                .map(|()| Allowed { credential, secret_version, body, proof: None }),
        };
    // Secrets that keydesk did not generate have a slow hash. A right secret with a fast hash passes without it. Refusals
    // wait for the slow hash, so that all refusals of this credential take the same time.
    let slow = credential.secrets().any(|secret: PackedSecret<'_>| secret.is_slow());
    if slow && judged.is_err() {
        let password = Secret::new(pair.password().to_vec());
        let client = judge::address(request.client);
        let check = PasswordCheck::new(snapshot, (Kind::Basic, pair.user()), password, (client, body));
        return Ok(Decision::NeedsPassword(check.with_fast_match(fast)));
    }
    Ok(Decision::Verdict(Verdict::from(judged)))
}
