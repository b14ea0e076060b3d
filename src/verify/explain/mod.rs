//! Explains a verdict to Administrators: the string to sign, and which known mistake of a client makes a wrong
//! signature right.

mod elsewhere;
pub(super) mod slips;

pub use elsewhere::{Elsewhere, Used};

use crate::credential::Kind;
use crate::secret::Secret;
use crate::time::Seconds;
use crate::vault::VaultError;
use crate::verify::decide::{Credentials, claimed_signature, credentials};
use crate::verify::explain::slips::Depth;
use crate::verify::request::Occurs;
use crate::verify::signature::ClaimedSignature;
use crate::verify::syntax::framing;
use crate::verify::{
    Decision, Denied, Reason, Request, Snapshot, Surface, Verdict, basic, decide, hmac_scheme, legacy, signing_strings,
};

/// The credential that a request names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The kind of credential that its dialect needs.
    pub kind: Kind,
    /// API key or username.
    pub key: String,
}

/// The explanation of a verdict.
#[derive(Debug)]
pub struct Explanation {
    /// `None` if it passes; else why not.
    pub refused: Option<ExplainedRefusal>,
    /// The strings that a signature would have to cover.
    pub strings: Vec<String>,
    /// What the client did that makes its credential wrong, in sentences.
    pub mistakes: Vec<String>,
    /// It passes with whatever body is the one that was signed: none was there to compare.
    pub body_not_seen: bool,
}

/// Why a request does not pass.
#[derive(Debug)]
pub struct ExplainedRefusal {
    /// The verifier's reason.
    pub reason: Reason,
    /// Field or component that the reason is about.
    pub component: Option<String>,
    /// Seconds by which the client's clock is ahead.
    pub clock_offset: Option<i64>,
}

impl From<&Denied<'_>> for ExplainedRefusal {
    fn from(denied: &Denied<'_>) -> Self {
        let Denied { reason, component, clock_offset, .. } = denied;
        Self { reason: *reason, component: component.clone(), clock_offset: *clock_offset }
    }
}

/// The credential that the request names, if that can be read.
pub fn claim(request: &Request<'_>) -> Option<Claim> {
    let (kind, key) = match (request.surface, credentials(request)) {
        (Surface::Legacy, _) => (Kind::Legacy, legacy::user(request)?),
        (_, Ok(Credentials::Basic(token))) => (Kind::Basic, basic::user(token)?),
        _ => (Kind::Hmac, claimed_signature(request)?.key.to_vec()),
    };
    Some(Claim { kind, key: String::from_utf8(key).ok()? })
}

/// The credential that the request means if its key is trimmed.
pub fn meant(request: &Request<'_>) -> Option<Claim> {
    guessed(request).map(|(kind, key, _)| Claim { kind, key })
}

/// The credential that the request means if key and secret are swapped.
pub fn exchanged(request: &Request<'_>) -> Option<Claim> {
    let (kind, _, password) = guessed(request)?;
    Some(Claim { kind, key: password.expose_text()?.to_owned() })
}

fn guessed(request: &Request<'_>) -> Option<(Kind, String, Secret)> {
    let (kind, pair) = match (request.surface, credentials(request)) {
        (Surface::Legacy, _) => (Kind::Legacy, slips::legacy_pair(request)),
        (_, Ok(Credentials::Basic(token))) => (Kind::Basic, slips::basic_pair(token)),
        _ => {
            let (_, key) = slips::tidy(str::from_utf8(claimed_signature(request)?.key).ok()?)?;
            return Some((Kind::Hmac, key.expose_text()?.to_owned(), Secret::from_text("")));
        }
    };
    pair.map(|(user, password)| (kind, user, password))
}

/// Judges a request and looks for known mistakes.
pub fn explain(request: &Request<'_>, snapshot: &Snapshot, now: Seconds) -> Result<Explanation, VaultError> {
    let verdict = match decide(request, snapshot, now) {
        Decision::Verdict(verdict) => verdict,
        Decision::NeedsPassword(check) => check.resolve(check.run()?, snapshot, now),
    };
    let refused = match &verdict {
        Verdict::Allow(_) => None,
        Verdict::Deny(denied) => Some(ExplainedRefusal::from(denied)),
    };
    let strings = match request.surface {
        Surface::Rest => signing_strings(request),
        Surface::Legacy => Vec::new(),
    };
    // Whatever else is wrong, a wrong signature is worth knowing of: the next try would fail by it.
    let mut mistakes = Vec::new();
    if let Some(ExplainedRefusal { reason, .. }) = refused {
        mistakes.extend(mistake_in(request, snapshot, now)?);
        if let (Reason::AlgorithmNotAllowed, Ok(Credentials::Hmac(value))) = (reason, credentials(request)) {
            let meant = hmac_scheme::misspelled(value).filter(|_| claimed_signature(request).is_none());
            mistakes.extend(meant.map(|meant| format!("The algorithm must be spelled {}.", meant.as_str())));
        }
        if matches!(reason, Reason::BodyDigestMismatch | Reason::BodyDigestMalformed) {
            mistakes.extend(slips::in_digests(request));
        }
    }
    let hidden = request.visible_body().is_none() && framing::has_body(request);
    let body_not_seen = hidden && matches!(&verdict, Verdict::Allow(allowed) if allowed.proof.is_some());
    // A signature may cover the field that it is in, which no client that works does: it is not repeated.
    let signature = claimed_signature(request).map(|claimed| String::from_utf8_lossy(claimed.signature).into_owned());
    let shown = |string: &Vec<u8>| match (String::from_utf8_lossy(string).into_owned(), &signature) {
        (string, Some(signature)) => string.replace(signature, "(the signature)"),
        (string, None) => string,
    };
    let strings = strings.iter().map(shown).collect();
    Ok(Explanation { refused, strings, mistakes, body_not_seen })
}

/// Which known mistake of a client makes the signature of a refused request right, in a sentence. Tries single mistakes
/// that are cheap to try: a verifier runs this for many requests.
pub fn mistake(request: &Request<'_>, snapshot: &Snapshot, now: Seconds) -> Option<String> {
    slips::in_signature(request, &claimed_signature(request)?, snapshot, now, Depth::Quick)
}

/// Every known mistake that may be behind a refusal: two at once, and in every part of a request.
fn mistake_in(request: &Request<'_>, snapshot: &Snapshot, now: Seconds) -> Result<Option<String>, VaultError> {
    if request.surface == Surface::Legacy {
        return slips::in_legacy(request, snapshot, now);
    }
    if let Ok(Credentials::Basic(token)) = credentials(request) {
        return slips::in_basic(token, snapshot, now);
    }
    if let Occurs::Once(field) = request.occurs(b"authorization")
        && slips::is_bare(field)
    {
        return Ok(Some("The word Basic is missing before the token: Authorization: Basic TOKEN.".to_owned()));
    }
    let Some(claimed) = claimed_signature(request) else { return Ok(None) };
    let signed = |claimed: &ClaimedSignature<'_>| slips::in_signature(request, claimed, snapshot, now, Depth::Thorough);
    let Some((slips, key)) = str::from_utf8(claimed.key).ok().and_then(slips::tidy) else {
        return Ok(signed(&claimed));
    };
    if snapshot.look_up(Kind::Hmac, key.expose()).credential().is_none() {
        return Ok(None);
    }
    let inner = signed(&ClaimedSignature { key: key.expose(), ..claimed });
    let around = format!("The key {}.", slips.join(", and "));
    Ok(Some(inner.into_iter().fold(around, |said, slip| format!("{said} {slip}"))))
}
