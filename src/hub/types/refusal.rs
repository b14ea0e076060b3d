//! Types for what verifiers report: uses of secrets, and refused requests.

use std::net::IpAddr;

use uuid::Uuid;

use crate::credential::Kind;
use crate::hub::CredentialId;
use crate::time::Seconds;

/// A credential was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageReport {
    /// Id of the credential's row.
    pub credential: Uuid,
    /// Number of the secret.
    pub secret: i64,
    /// When it was used, in Unix seconds.
    pub at: Seconds,
    /// Address of the client, if known.
    pub address: Option<IpAddr>,
}

/// A request that named a known credential was refused, once or several times alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Id of the credential's row.
    pub credential: Uuid,
    /// When it was refused, in Unix seconds; of several, the last.
    pub at: Seconds,
    /// Word of the reason (docs/verification.md).
    pub reason: String,
    /// Field or component that the reason is about.
    pub component: Option<String>,
    /// Seconds by which the client's clock was ahead; negative: behind.
    pub clock_offset: Option<i64>,
    /// Address of the client, if known.
    pub address: Option<IpAddr>,
    /// The known mistake of a client that makes the signature right, in a sentence.
    pub mistake: Option<String>,
    /// How many requests it stands for.
    pub count: i64,
}

/// How many refusals are kept of one credential.
pub const REFUSALS_KEPT: usize = 20;

/// Seconds within which similar refusals are aggregated.
const ALIKE_WITHIN: u64 = 3_600;

impl Refusal {
    /// Whether another refusal is a repetition: then both are kept as one, with a count. Otherwise whoever knows a key
    /// could flood out what its owner has to know.
    pub fn is_like(&self, other: &Self) -> bool {
        let same = |one: &Self| (&one.reason, &one.component, one.address, &one.mistake) == self.alike();
        same(other) && self.at.0.abs_diff(other.at.0) <= ALIKE_WITHIN
    }

    fn alike(&self) -> (&String, &Option<String>, Option<IpAddr>, &Option<String>) {
        (&self.reason, &self.component, self.address, &self.mistake)
    }

    /// How often, where that is more than once: "wrong secret, 12 times".
    pub fn words_and_times(&self) -> String {
        match self.count {
            ..=1 => self.words(),
            n => format!("{}, {n} times", self.words()),
        }
    }
}

/// Eviction: which of too many refusals is dropped, by their reasons, oldest first: the oldest of the most frequent
/// reason. So a flood of one reason evicts only itself.
pub fn eviction_index<'a>(reasons: impl Iterator<Item = &'a str> + Clone) -> usize {
    let of = |reason: &str| reasons.clone().filter(|other| *other == reason).count();
    let most = reasons.clone().map(of).max().unwrap_or_default();
    reasons.clone().position(|reason| of(reason) == most).unwrap_or_default()
}

/// A refused request, and whose key it named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRequest {
    /// Sequence number: a newer refusal has a higher one, whatever the clock said.
    pub no: i64,
    /// The refusal.
    pub refusal: Refusal,
    /// Kind of the credential.
    pub kind: Kind,
    /// API key or Legacy username of the credential.
    pub key: String,
    /// Name of the credential.
    pub name: String,
}

/// Cursor: the refusal that a page begins after.
pub type RefusalCursor = i64;

/// A query for refusals, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefusedRequestQuery {
    /// Only those of one credential.
    pub of: Option<CredentialId>,
    /// Only those older than this one.
    pub before: Option<RefusalCursor>,
    /// Most rows of the answer.
    pub limit: u32,
}

impl RefusedRequest {
    /// The cursor of this refusal: the page after it has only older ones.
    pub fn place(&self) -> RefusalCursor {
        self.no
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_one_reason_evicts_only_itself() {
        for (reasons, goes) in [
            (&["a", "b", "b", "c", "b"][..], 1),
            (&["a", "b", "a", "b"], 0),
            (&["b", "a", "c"], 0),
            (&["x", "x", "x"], 0),
            (&["own", "flood", "flood", "flood", "own"], 1),
        ] {
            assert_eq!(eviction_index(reasons.iter().copied()), goes, "{reasons:?}");
        }
    }

    #[test]
    fn similar_refusals_from_one_address_within_an_hour_are_merged() {
        let one = Refusal {
            credential: uuid::Uuid::nil(),
            at: Seconds(10_000),
            reason: "bad_secret".to_owned(),
            component: None,
            clock_offset: None,
            address: "203.0.113.9".parse().ok(),
            mistake: None,
            count: 1,
        };
        let other = |change: fn(&mut Refusal)| {
            let mut other = one.clone();
            change(&mut other);
            one.is_like(&other)
        };
        assert!(other(|r| r.at = Seconds(6_400)) && other(|r| r.at = Seconds(13_600)) && other(|r| r.count = 9));
        assert!(!other(|r| r.at = Seconds(6_399)) && !other(|r| r.address = None));
        assert!(!other(|r| r.reason = "network".to_owned()) && !other(|r| r.component = Some("date".to_owned())));
        assert_eq!(Refusal { count: 12, ..one.clone() }.words_and_times(), "wrong secret, 12 times");
        assert_eq!(one.words_and_times(), "wrong secret");
    }
}
