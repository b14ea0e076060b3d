//! Says more of a request than a verdict does, for Administrators: what was built, and which known mistake of a client
//! makes a wrong signature right.

use crate::credential::{Algorithm, Kind};
use crate::time::Seconds;
use crate::vault::VaultError;

use super::{
    Decision, Denied, Reason, Request, Snapshot, Surface, Verdict, base64, basic, decide,
    decide::{Credentials, credentials},
    hmac_scheme, legacy, rfc9421, secrets, signing_strings,
};

/// Whom a request names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The kind of credential that its dialect needs.
    pub kind: Kind,
    /// API key or username.
    pub key: String,
}

/// What is said of a request.
#[derive(Debug)]
pub struct Explanation {
    /// `None` if it passes; else why not.
    pub refused: Option<Refused>,
    /// The strings that a signature would have to be over.
    pub strings: Vec<String>,
    /// What the client did that makes its signature right.
    pub mistake: Option<String>,
}

/// Why a request does not pass.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub reason: Reason,
    /// What it is about.
    pub component: Option<String>,
    /// Seconds by which the client's clock is ahead.
    pub clock_offset: Option<i64>,
}

impl From<&Denied<'_>> for Refused {
    fn from(denied: &Denied<'_>) -> Self {
        let Denied { reason, component, clock_offset, .. } = denied;
        Self { reason: *reason, component: component.clone(), clock_offset: *clock_offset }
    }
}

/// Whom the request names, if that can be read.
pub fn claim(request: &Request<'_>) -> Option<Claim> {
    let (kind, key) = match (request.surface, credentials(request)) {
        (Surface::Legacy, _) => (Kind::Legacy, legacy::user(request)?),
        (_, Ok(Credentials::Basic(token))) => (Kind::Basic, basic::user(token)?),
        _ => (Kind::Hmac, proof(request)?.key.to_vec()),
    };
    Some(Claim { kind, key: String::from_utf8(key).ok()? })
}

/// Judges a request and looks for what differs.
pub fn explain(request: &Request<'_>, snapshot: &Snapshot, now: Seconds) -> Result<Explanation, VaultError> {
    let verdict = match decide(request, snapshot, now) {
        Decision::Verdict(verdict) => verdict,
        Decision::NeedsPassword(question) => question.settle(question.answer()?, snapshot, now),
    };
    let refused = match &verdict {
        Verdict::Allow(_) => None,
        Verdict::Deny(denied) => Some(Refused::from(denied)),
    };
    let strings = match request.surface {
        Surface::Rest => signing_strings(request),
        Surface::Legacy => Vec::new(),
    };
    // Whatever else is wrong, a wrong signature is worth knowing of: the next try would fail by it.
    let mistake = refused.as_ref().and_then(|_| mistake_in(request, snapshot, &strings, now));
    // A signature may cover the field that it is in, which no client that works does: it is not repeated.
    let signature = proof(request).map(|proof| String::from_utf8_lossy(proof.signature).into_owned());
    let shown = |string: &Vec<u8>| match (String::from_utf8_lossy(string).into_owned(), &signature) {
        (string, Some(signature)) => string.replace(signature, "(the signature)"),
        (string, None) => string,
    };
    let strings = strings.iter().map(shown).collect();
    Ok(Explanation { refused, strings, mistake })
}

/// Key, algorithm and signature of a signed request.
pub(super) struct Proof<'a> {
    pub key: &'a [u8],
    pub algorithm: Algorithm,
    pub signature: &'a [u8],
}

fn proof<'a>(request: &Request<'a>) -> Option<Proof<'a>> {
    match credentials(request).ok()? {
        Credentials::Basic(_) => None,
        Credentials::Hmac(value) => hmac_scheme::proof(value),
        Credentials::Signature => rfc9421::proof(request),
    }
}

/// Which known mistake of a client makes the signature of a refused request right, in a sentence.
pub fn mistake(request: &Request<'_>, snapshot: &Snapshot, now: Seconds) -> Option<String> {
    mistake_in(request, snapshot, &signing_strings(request), now)
}

/// Something a client signed in place of what the verifier built.
type Variant = (String, Vec<u8>);

fn mistake_in(request: &Request<'_>, snapshot: &Snapshot, strings: &[Vec<u8>], now: Seconds) -> Option<String> {
    let proof = proof(request)?;
    let mut buffer = [0; 96];
    let signature = base64::decode(proof.signature, &mut buffer)?.to_vec();
    let found = snapshot.look_up(Kind::Hmac, proof.key);
    found.credential()?;
    let fits = |hash, string: &[u8], signature: &[u8]| secrets::signed(found, hash, &[string], Some(signature), now);
    let hash = hmac_scheme::hash_of(proof.algorithm);
    if strings.iter().any(|string| fits(hash, string, &signature).is_some()) {
        return None;
    }
    let hex = data_encoding::HEXLOWER_PERMISSIVE.decode(&signature).ok();
    for string in strings {
        if hex.as_ref().is_some_and(|hex| fits(hash, string, hex).is_some()) {
            return Some("The signature is base64 of hex digits; it must be base64 of the bytes.".to_owned());
        }
        let other = Algorithm::ALL.into_iter().filter(|a| *a != proof.algorithm);
        if let Some(other) = other.into_iter().find(|a| fits(hmac_scheme::hash_of(*a), string, &signature).is_some()) {
            return Some(format!("It was made with {}, and names {}.", other.as_str(), proof.algorithm.as_str()));
        }
    }
    let bent = variants(request, strings);
    bent.into_iter().find(|(_, string)| fits(hash, string, &signature).is_some()).map(|(words, _)| words)
}

const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

/// What published clients are known to get wrong, each tried alone.
fn variants(request: &Request<'_>, strings: &[Vec<u8>]) -> Vec<Variant> {
    let mut all = Vec::new();
    // Its name goes into a sentence that is kept: none but one of these.
    let known = METHODS.into_iter().find(|known| known.as_bytes() == request.method);
    for other in METHODS.into_iter().filter(|other| other.as_bytes() != request.method) {
        let method = known.unwrap_or("its method");
        let bent = Request { method: other.as_bytes(), ..*request };
        all.extend(signing_strings(&bent).into_iter().map(|s| (format!("It signed {method} as {other}."), s)));
    }
    let lower = request.method.to_ascii_lowercase();
    let bent = Request { method: &lower, ..*request };
    all.extend(signing_strings(&bent).into_iter().map(|s| ("It signed the method in lower case.".to_owned(), s)));
    if let Some(query) = request.target.iter().position(|&b| b == b'?') {
        let bent = Request { target: &request.target[..query], ..*request };
        all.extend(
            signing_strings(&bent).into_iter().map(|s| ("It left the query out of what it signed.".to_owned(), s)),
        );
    }
    for text in strings.iter().filter_map(|string| std::str::from_utf8(string).ok()) {
        all.extend(TEXTS.iter().map(|(words, bend)| ((*words).to_owned(), bend(text).into_bytes())));
    }
    all
}

/// Makes of the right text the wrong one.
type Bend = fn(&str) -> String;

/// Mistakes in the text itself.
const TEXTS: [(&str, Bend); 8] = [
    ("It signed the names of the fields in lower case, and `headers` spells them otherwise.", |text| {
        names(text, &str::to_ascii_lowercase)
    }),
    ("It signed the names of the fields as Titles, and `headers` spells them otherwise.", |text| names(text, &title)),
    ("It signed another HTTP version: 1.0.", |text| text.replace(" HTTP/1.1", " HTTP/1.0")),
    ("It signed another HTTP version: 2.0.", |text| text.replace(" HTTP/1.1", " HTTP/2.0")),
    ("It signed another HTTP version: 2.", |text| text.replace(" HTTP/1.1", " HTTP/2")),
    ("It signed one more line break at the end.", |text| format!("{text}\n")),
    ("It signed CR LF between the lines; a line ends in LF.", |text| text.replace('\n', "\r\n")),
    ("It left the digest of the body out of what it signed.", |text| {
        let digest = |line: &&str| {
            !line.to_ascii_lowercase().trim_start_matches(['x', '-', '"']).starts_with("content-")
                && !line.to_ascii_lowercase().starts_with("digest")
        };
        text.split('\n').filter(digest).collect::<Vec<_>>().join("\n")
    }),
];

fn names(text: &str, change: &dyn Fn(&str) -> String) -> String {
    let line = |line: &str| match line.split_once(": ") {
        Some((name, value)) => format!("{}: {value}", change(name)),
        None => line.to_owned(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn title(name: &str) -> String {
    let part = |part: &str| match part.split_at_checked(1) {
        Some((first, rest)) => format!("{}{}", first.to_ascii_uppercase(), rest.to_ascii_lowercase()),
        None => String::new(),
    };
    name.split('-').map(part).collect::<Vec<_>>().join("-")
}
