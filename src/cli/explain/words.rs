//! The words of an explanation.

use std::net::IpAddr;

use crate::credential::holds_api_secret;
use crate::hub::RefusalReason;
use crate::verify::{ExplainedRefusal, Explanation, Reason};

/// The credential that a request names.
pub(super) enum Named<'a> {
    /// An existing key, and the kind it was used as.
    Here(String),
    /// Anything else, as it was sent. It is not shown: a client that swaps name and password sends the password here.
    Unknown(&'a str),
}

impl Named<'_> {
    fn is_unknown_in(&self, line: &str) -> bool {
        matches!(self, Self::Unknown(sent) if line.contains(sent))
    }
}

/// Credential, verdict and reason.
pub(super) fn words(said: &Explanation, named: Option<&Named<'_>>, client: Option<IpAddr>) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(named.map(|named| match named {
        Named::Here(name) => format!("Credential: {name}"),
        Named::Unknown(_) => "Credential: it names no key that is here. Were key and secret swapped?".to_owned(),
    }));
    match &said.refused {
        None if said.body_not_seen => {
            lines.push("Verdict: allowed, body not seen.".to_owned());
            lines.push(
                "A digest of the body is signed, or need not be, and nothing was there to compare it with. To have the \
                 body judged too, paste the request line, the fields, an empty line, and the body."
                    .to_owned(),
            );
        }
        None => lines.push("Verdict: allowed.".to_owned()),
        Some(ExplainedRefusal { reason: Reason::BodyUnavailable, .. }) => {
            lines.push("Verdict: not known, body not seen.".to_owned());
            lines.push(
                "The credential is in the body, which was not shown. Paste the request line, the fields, an empty line, \
                 and the body."
                    .to_owned(),
            );
        }
        Some(refused) => {
            let about = refused.component.as_ref().map(|c| format!(" ({c})")).unwrap_or_default();
            lines.push(format!("Verdict: refused, {}{about}.", refused.reason));
            lines.push(meaning(refused, client));
            lines.extend(refused.clock_offset.map(clock));
        }
    }
    lines.extend(said.mistakes.iter().cloned());
    lines.extend(said.refused.as_ref().and_then(|refused| more(refused, said)).map(str::to_owned));
    lines
}

/// The strings to sign.
pub(super) fn strings(said: &Explanation, named: Option<&Named<'_>>) -> Vec<String> {
    let mut lines = Vec::new();
    for (i, string) in said.strings.iter().enumerate() {
        lines.push(if i == 0 { "The string to sign:" } else { "Or, with the HTTP version of the request:" }.to_owned());
        lines.extend(string.split('\n').map(|line| shown(line, named)));
    }
    lines
}

/// A line of the string to sign, unless it contains a secret.
fn shown(line: &str, named: Option<&Named<'_>>) -> String {
    if holds_api_secret(line) {
        "  (an API secret is in this line: rotate it)".to_owned()
    } else if named.is_some_and(|named| named.is_unknown_in(line)) {
        "  (what it sent as its key is in this line)".to_owned()
    } else {
        format!("  {line}")
    }
}

fn clock(offset: i64) -> String {
    let (seconds, side) = (offset.unsigned_abs(), if offset < 0 { "behind" } else { "ahead" });
    format!("The client's clock is {seconds} s ({} min) {side}; 300 s are allowed.", seconds / 60)
}

/// The meaning of the reason. For some of them `explain` knows more than a list of refusals.
fn meaning(refused: &ExplainedRefusal, client: Option<IpAddr>) -> String {
    match (refused.reason, client) {
        (Reason::Network, Some(client)) => format!("{client} is in none of the credential's networks."),
        (Reason::Network, None) => {
            "This credential has networks, and nobody said where the request came from: name it with --client."
                .to_owned()
        }
        (Reason::BadSignature, _) => {
            "The signature is not over the string below with a secret of the credential.".to_owned()
        }
        (reason, _) => {
            let (component, clock_offset) = (refused.component.as_deref(), refused.clock_offset);
            let why = RefusalReason { reason: reason.as_str(), component, clock_offset, mistake: None };
            let words = why.words();
            let (first, rest) = words.split_at_checked(1).unwrap_or_default();
            format!("{}{rest}. {}", first.to_uppercase(), why.advice())
        }
    }
}

/// What remains to be said if no mistake was found.
fn more(refused: &ExplainedRefusal, said: &Explanation) -> Option<&'static str> {
    match refused.reason {
        Reason::BadSignature if said.mistakes.is_empty() => Some(
            "No mistake that keydesk knows makes it right. The client used another secret or signed another text: which, \
             the string that it signed shows, held against this one byte by byte.",
        ),
        Reason::NoCredentials => Some("Is the credential in the body? Then add --kind legacy."),
        _ => None,
    }
}
