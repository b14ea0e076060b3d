//! Texts beside a sample: how the secret gets in, notes on a language, common reasons of refusals, and what a key
//! cannot do.

use crate::credential::{Algorithm, Kind};

use super::{Language, Site, Subject};

/// The environment variable that every sample reads the secret from.
pub const SECRET_VARIABLE: &str = "KEYDESK_API_SECRET";

/// How the secret gets there without being seen or kept in the shell's history.
pub const SECRET_HINT: &str = "First, in your shell: read -rs KEYDESK_API_SECRET; export KEYDESK_API_SECRET";

/// Why a request of this kind is commonly refused. Phrases, to be joined with `; `.
pub fn refusals(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Basic => &[
            "the old secret, after its overlap ended",
            "a line break behind the secret (echo adds one, printf does not)",
            "an HMAC key: each works for its own kind only",
            "called from a network the key does not allow",
        ],
        Kind::Hmac => &[
            "the clock is more than 5 minutes off",
            "PUT signed as POST (some clients do)",
            "the query left out of the signed request line",
            "a body without a signed Content-MD5",
            "a name in headers= spelled unlike its signed line",
        ],
        Kind::Legacy => &[
            "the credential in a header: it belongs in the body",
            "& or < not written as &amp; or &lt; (SOAP)",
            "lines that do not end in CR LF (M4U text)",
            "a gateway that does not hand the body over",
        ],
    }
}

/// What to know before this sample is run: sentences.
pub fn notes(language: Language, kind: Kind) -> &'static [&'static str] {
    match (language, kind) {
        (Language::Curl, _) => &[SENDS],
        (Language::Openssl, _) => {
            &[SENDS, "openssl shows the secret to ps while it signs: on a shared machine take Python or Node."]
        }
        (Language::Node, _) => &[SENDS, "Node 18 or later; in a project of modules save it as sample.cjs."],
        (Language::Python, Kind::Basic | Kind::Hmac) => &[SENDS],
        (Language::PythonSdk, Kind::Hmac) => {
            &[ASKS, "The package signs with hmac-sha1, and PUT as POST: its call to cancel a message is refused."]
        }
        (Language::PythonSdk, _) | (Language::M4u, _) => &[ASKS],
        (Language::Python, Kind::Legacy) | (Language::Soap, _) => &["It asks only whether the credential is good."],
    }
}

/// The number is one of those that the regulator keeps for fiction.
const SENDS: &str = "It sends one message to +61491570156, a number that nobody has.";
const ASKS: &str = "It asks for replies and confirms none.";

/// Why the sample of this language cannot succeed with this credential here, in a sentence with the next step.
pub fn obstacle(language: Language, subject: &Subject<'_>, site: &Site) -> Option<String> {
    match (subject.kind, language) {
        (Kind::Basic, _) if subject.key.contains(':') => Some(
            "HTTP Basic ends a key at its first colon, and this key holds one: it is refused. Create a new key."
                .to_owned(),
        ),
        (Kind::Hmac, _) if !subject.key.bytes().all(is_plain) => Some(
            "A signed request cannot carry a key with quotes, backslashes or letters beyond ASCII: it is refused. \
             Create a new key."
                .to_owned(),
        ),
        (Kind::Hmac, Language::PythonSdk) if !subject.algorithms.admit(Algorithm::Sha1) => Some(format!(
            "The package signs with hmac-sha1 only; this key may use {}. Take Python instead.",
            subject.algorithms
        )),
        (Kind::Hmac, Language::PythonSdk) if !site.prefix().is_empty() => Some(format!(
            "The package leaves {} out of what it signs: it is refused. Take Python instead.",
            site.prefix()
        )),
        _ => None,
    }
}

/// What may stand between the quotes of a parameter (docs/verification.md H1).
fn is_plain(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7e) && !matches!(byte, b'"' | b'\\')
}
