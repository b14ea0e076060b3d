//! Reasons of refusals: the table at the end of docs/verification.md, one word each. For the log, never for the caller.

use std::fmt;

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is its word in REASONS, and the words are the policy's")]
pub enum Reason {
    MalformedRequest,
    NoCredentials,
    AuthorizationRepeated,
    MalformedAuthorization,
    UnsupportedScheme,
    UnknownCredential,
    WrongKind,
    BadSecret,
    BadSignature,
    AlgorithmNotAllowed,
    NotSigned,
    DateMissing,
    DateMalformed,
    ClockSkew,
    SignatureExpired,
    SignedHeaderMissing,
    SignedHeaderRepeated,
    BodyDigestMissing,
    BodyDigestMalformed,
    BodyDigestMismatch,
    BodyUnavailable,
    MalformedSignature,
    MalformedBody,
    Disabled,
    Revoked,
    NotYetValid,
    Expired,
    Network,
    Replayed,
    /// Rate limited before a hash: too many wrong passwords.
    Throttled,
    /// The verifier cannot decide: its store is stale, or its replay memory is full.
    Unavailable,
    /// A row whose tag is wrong.
    Tampered,
}

/// Every reason and its word.
const REASONS: [(Reason, &str); 32] = [
    (Reason::MalformedRequest, "malformed_request"),
    (Reason::NoCredentials, "no_credentials"),
    (Reason::AuthorizationRepeated, "authorization_repeated"),
    (Reason::MalformedAuthorization, "malformed_authorization"),
    (Reason::UnsupportedScheme, "unsupported_scheme"),
    (Reason::UnknownCredential, "unknown_credential"),
    (Reason::WrongKind, "wrong_kind"),
    (Reason::BadSecret, "bad_secret"),
    (Reason::BadSignature, "bad_signature"),
    (Reason::AlgorithmNotAllowed, "algorithm_not_allowed"),
    (Reason::NotSigned, "not_signed"),
    (Reason::DateMissing, "date_missing"),
    (Reason::DateMalformed, "date_malformed"),
    (Reason::ClockSkew, "clock_skew"),
    (Reason::SignatureExpired, "signature_expired"),
    (Reason::SignedHeaderMissing, "signed_header_missing"),
    (Reason::SignedHeaderRepeated, "signed_header_repeated"),
    (Reason::BodyDigestMissing, "body_digest_missing"),
    (Reason::BodyDigestMalformed, "body_digest_malformed"),
    (Reason::BodyDigestMismatch, "body_digest_mismatch"),
    (Reason::BodyUnavailable, "body_unavailable"),
    (Reason::MalformedSignature, "malformed_signature"),
    (Reason::MalformedBody, "malformed_body"),
    (Reason::Disabled, "disabled"),
    (Reason::Revoked, "revoked"),
    (Reason::NotYetValid, "not_yet_valid"),
    (Reason::Expired, "expired"),
    (Reason::Network, "network"),
    (Reason::Replayed, "replayed"),
    (Reason::Throttled, "throttled"),
    (Reason::Unavailable, "unavailable"),
    (Reason::Tampered, "tampered"),
];

impl Reason {
    /// Every reason, in the order of docs/verification.md: counters have one label each.
    pub fn all() -> impl Iterator<Item = Self> {
        REASONS.into_iter().map(|(reason, _)| reason)
    }

    /// The word for it in logs and counters.
    pub fn as_str(self) -> &'static str {
        REASONS[self as usize].1
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_order_of_the_enum() {
        for (i, (reason, _)) in REASONS.into_iter().enumerate() {
            assert_eq!(reason as usize, i, "{reason}");
        }
        let mut words: Vec<_> = Reason::all().map(Reason::as_str).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), REASONS.len());
    }
}
