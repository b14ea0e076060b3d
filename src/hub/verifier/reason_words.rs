//! Reasons of refusals in words, by the verifier's word for each. The store may hold reasons of a newer verifier, which
//! are shown as they are.

use std::borrow::Cow;

use crate::hub::Refusal;
use crate::text::as_typed;

/// A reason's word, what it says in a row, and what to do about it. `{}` is the field or component that it is about.
type Row = (&'static str, &'static str, &'static str);

/// Every reason of docs/verification.md and the verifier's own.
#[rustfmt::skip]
const TABLE: [Row; 32] = [
    ("malformed_request", "malformed request", "Compare the gateway's configuration with the snippet under Documentation. Clients may send neither CONNECT nor X-Keydesk- fields."),
    ("no_credentials", "no credentials sent", "The client must send its key with each request."),
    ("authorization_repeated", "Authorization sent twice", "The client must send Authorization once."),
    ("malformed_authorization", "Authorization cannot be read", "Compare what the client sends with a sample under Documentation."),
    ("unsupported_scheme", "neither Basic nor HMAC", "The client must send Authorization: Basic ... or hmac ..., as the samples under Documentation do."),
    ("unknown_credential", "unknown key", "The client uses a key that this desk does not have."),
    ("wrong_kind", "used as a key of another kind", "Each key works for its own kind only: Basic, HMAC or Legacy."),
    ("bad_secret", "wrong secret", "Was it rotated, or copied with a blank or a line break? If the secret is lost, rotate."),
    ("bad_signature", "wrong signature", "The client signed with another secret, or another text than it sent. `keydesk explain --as NAME` knows the common mistakes."),
    ("algorithm_not_allowed", "algorithm not allowed", "Let the client sign with an algorithm that the key and the site allow, or allow this one."),
    ("not_signed", "{} not signed", "The client must name this part in what it signs."),
    ("date_missing", "no date signed", "The client must send a date and sign it."),
    ("date_malformed", "date cannot be read", "The date must be one of HTTP: Sun, 06 Nov 1994 08:49:37 GMT."),
    ("clock_skew", "clock {}", "Set the client's clock: 5 minutes off are allowed."),
    ("signature_expired", "signature expired", "The client sent it later than it says itself that it may be."),
    ("signed_header_missing", "signed {} was not sent", "The client must send every field that it signs. Does something on the way drop it?"),
    ("signed_header_repeated", "signed {} sent twice", "The client must send a field that it signs once."),
    ("body_digest_missing", "body without a signed digest", "The client must sign Content-MD5 or Digest, or allow requests without one in the key's limits."),
    ("body_digest_malformed", "digest cannot be read", "MD5 is hex or base64; SHA-256 and SHA-512 are base64."),
    ("body_digest_mismatch", "digest of another body", "Was the body changed after it was signed? A line break is enough; d41d8cd9... is the MD5 of nothing."),
    ("body_unavailable", "no body handed over", "This gateway keeps bodies, and a Legacy credential is in the body: use Envoy for it."),
    ("malformed_signature", "Signature cannot be read", "Compare Signature-Input and Signature with RFC 9421."),
    ("malformed_body", "body cannot be read", "The body is neither the SOAP nor the M4U request that holds a credential."),
    ("disabled", "disabled", "Enable the key, or tell its owner."),
    ("revoked", "revoked", "It cannot come back: create a new key for its owner."),
    ("not_yet_valid", "not valid yet", "It begins to work at the time that its details say."),
    ("expired", "expired", "Set a later expiry, or create a new key."),
    ("network", "outside its networks", "If the address is the client's own, add it to the key's networks."),
    ("replayed", "signature used before", "The client must sign each request anew. Is somebody sending it again?"),
    ("throttled", "too many wrong passwords", "The client may try again after a minute. Is somebody guessing?"),
    ("unavailable", "not answered", "The verifier could not tell. Ask its /readyz."),
    ("tampered", "changed outside keydesk", "Somebody changed the row without this desk. Run `keydesk audit verify --as NAME`, and make a new key."),
];

/// What is wrong with an Authorization that cannot be read, by the verifier's word for the part, and what to do about
/// it.
const PARTS: [(&str, &str); 13] = [
    ("line-break", "Key or secret ends in a line break: `echo` adds one, and `printf %s` does not."),
    (
        "base64",
        "The client must send its key, a colon and its secret in base64, with the = at the end and nothing else.",
    ),
    ("colon", "The client must send its key, a colon and its secret in base64: there is no colon."),
    ("username", "The key is missing: compare what the client sends with a sample under Documentation."),
    ("utf-8", "The client must encode key and secret in UTF-8 before base64."),
    ("control-character", "Key or secret holds a control character. Were they encoded in UTF-16?"),
    ("length", "The token is longer than any key and secret."),
    ("scheme", "The client must send a scheme, one blank and the credential, as in Authorization: Basic ..."),
    ("algorithm", "`algorithm` is missing, empty, or there twice."),
    (
        "headers",
        "`headers` is missing or there twice, or does not hold 1 to 32 names with one blank between two; `(request-target)` is none.",
    ),
    (
        "signature",
        "`signature` is missing or there twice, or is not base64 of the bytes: hex and base64 for URLs are not.",
    ),
    ("syntax", "Parameters are written name=\"value\", with a comma between two, and nothing before or behind them."),
    ("unknown-parameter", "Only username, algorithm, headers and signature may be there."),
];

/// A reason with its details.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefusalReason<'a> {
    /// The reason's word.
    pub reason: &'a str,
    /// Field or component that the reason is about.
    pub component: Option<&'a str>,
    /// Seconds by which the client's clock was ahead; negative: behind.
    pub clock_offset: Option<i64>,
    /// The known mistake of a client that makes the signature right, in a sentence.
    pub mistake: Option<&'a str>,
}

impl RefusalReason<'_> {
    /// The reason in a few words: "clock 7 min behind".
    pub fn words(&self) -> String {
        if let Some(mistake) = self.mistake {
            return mistake.trim_start_matches("It ").trim_end_matches('.').to_owned();
        }
        let Some((word, words, _)) = row(self.reason) else { return self.reason.to_owned() };
        match (*word, self.clock_offset, self.component) {
            ("clock_skew", Some(offset), _) => words.replace("{}", &off(offset)),
            ("clock_skew", None, _) => "clock off".to_owned(),
            (_, _, Some(component)) => words.replace("{}", component),
            _ => words.replace("{}", "a part"),
        }
    }

    /// What to do about it, in a sentence; empty for a reason that is not known here.
    pub fn advice(&self) -> Cow<'static, str> {
        as_typed(match self.mistake {
            Some(_) => "The client makes its signature wrongly: this is for who maintains it.",
            None => self.part().or_else(|| row(self.reason).map(|(_, _, advice)| *advice)).unwrap_or_default(),
        })
    }
}

impl RefusalReason<'_> {
    fn part(&self) -> Option<&'static str> {
        let part = self.component.filter(|_| self.reason == "malformed_authorization")?;
        PARTS.iter().find(|(word, _)| *word == part).map(|(_, advice)| *advice)
    }
}

impl Refusal {
    fn why(&self) -> RefusalReason<'_> {
        let Self { reason, component, clock_offset, mistake, .. } = self;
        let (component, mistake) = (component.as_deref(), mistake.as_deref());
        RefusalReason { reason, component, clock_offset: *clock_offset, mistake }
    }

    /// The reason in a few words: "clock 7 min behind".
    pub fn words(&self) -> String {
        self.why().words()
    }

    /// What to do about it, in a sentence; empty for a reason that is not known here.
    pub fn advice(&self) -> Cow<'static, str> {
        self.why().advice()
    }
}

fn row(reason: &str) -> Option<&'static Row> {
    TABLE.iter().find(|(word, ..)| *word == reason)
}

/// By how much a clock is off, in the largest unit that says it.
fn off(offset: i64) -> String {
    let side = if offset < 0 { "behind" } else { "ahead" };
    let seconds = offset.unsigned_abs();
    let (n, unit) = match seconds {
        0..120 => (seconds, "s"),
        120..7_200 => (seconds / 60, "min"),
        7_200..172_800 => (seconds / 3_600, "h"),
        _ => (seconds / 86_400, "days"),
    };
    format!("{n} {unit} {side}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusal_reasons_in_words() {
        for (reason, component, offset, mistake, words) in [
            ("clock_skew", Some("date"), Some(-420), None, "clock 7 min behind"),
            ("clock_skew", None, Some(11 * 3_600 + 5), None, "clock 11 h ahead"),
            ("clock_skew", None, Some(-400_000_000), None, "clock 4629 days behind"),
            ("clock_skew", None, None, None, "clock off"),
            ("bad_secret", None, None, None, "wrong secret"),
            ("bad_signature", None, None, Some("It signed PUT as POST."), "signed PUT as POST"),
            ("not_signed", Some("request-line"), None, None, "request-line not signed"),
            ("not_signed", None, None, None, "a part not signed"),
            ("network", None, None, None, "outside its networks"),
            ("of_tomorrow", None, None, None, "of_tomorrow"),
        ] {
            assert_eq!(RefusalReason { reason, component, clock_offset: offset, mistake }.words(), words);
        }
        assert_eq!(RefusalReason { reason: "of_tomorrow", ..RefusalReason::default() }.advice(), "");
        let malformed = |part| {
            RefusalReason { reason: "malformed_authorization", component: part, ..RefusalReason::default() }.advice()
        };
        assert!(malformed(Some("line-break")).contains("`echo` adds one"));
        assert_eq!(malformed(Some("of-tomorrow")), malformed(None));
    }

    #[test]
    fn every_reason_has_short_words_and_a_next_step() {
        for (reason, words, advice) in TABLE {
            assert!(words.chars().count() <= 30 && !words.ends_with('.'), "{reason}");
            assert!(advice.ends_with(['.', '?']) && advice.len() > 20, "{reason}");
        }
    }
}
