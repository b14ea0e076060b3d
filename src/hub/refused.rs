//! Refused requests, as verifiers reported them, for Administrators to read.

use std::net::IpAddr;

use crate::account::Right;
use crate::credential::Kind;
use crate::store::{
    Tx,
    tables::{self, RefusalRow, RefusedRow},
};
use crate::time::Seconds;

use super::{Actor, CredentialId, Hub, HubError, Refusal, refusal::Intent};

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
pub fn crowded<'a>(reasons: impl Iterator<Item = &'a str> + Clone) -> usize {
    let of = |reason: &str| reasons.clone().filter(|other| *other == reason).count();
    let most = reasons.clone().map(of).max().unwrap_or_default();
    reasons.clone().position(|reason| of(reason) == most).unwrap_or_default()
}

/// A refused request, and whose key it named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
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
pub type Before = i64;

/// A query for refusals, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefusedQuery {
    /// Only those of one credential.
    pub of: Option<CredentialId>,
    /// Only those older than this one.
    pub before: Option<Before>,
    /// Most rows of the answer.
    pub limit: u32,
}

impl Refused {
    /// The cursor of this refusal: the page after it has only older ones.
    pub fn place(&self) -> Before {
        self.no
    }
}

impl Hub {
    /// The requests that named a credential and were refused.
    pub fn refused_requests(&self, actor: &Actor, query: &RefusedQuery) -> Result<Vec<Refused>, HubError> {
        self.look(actor, &Intent::new(Right::ReadTrail, "read refusals"), |tx| {
            let of = query.of.map(|id| id.to_string());
            let rows = tables::newest_refusals(tx, of.as_deref(), query.before, i64::from(query.limit))?;
            Ok(rows.into_iter().filter_map(refused).collect())
        })
    }
}

/// The last refusals of a credential.
pub(super) fn of(tx: &mut dyn Tx, id: CredentialId) -> Result<Vec<Refusal>, HubError> {
    let rows = tables::refusals(tx, &id.to_string())?;
    Ok(rows.into_iter().map(|row| refusal(id, row)).collect())
}

pub(super) fn refusal(credential: CredentialId, row: RefusalRow) -> Refusal {
    Refusal {
        credential: credential.0,
        at: Seconds(row.at),
        reason: row.reason,
        component: row.component,
        clock_offset: row.clock_offset,
        address: row.address.and_then(|address| address.parse().ok()),
        mistake: row.mistake,
        count: row.n,
    }
}

/// Nothing for a row whose credential somebody made unreadable: the others are told.
fn refused(row: RefusedRow) -> Option<Refused> {
    let credential = CredentialId(row.credential.parse().ok()?);
    let (no, kind) = (row.refusal.no, row.kind.parse().ok()?);
    Some(Refused { no, refusal: refusal(credential, row.refusal), kind, key: row.key, name: row.name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_one_reason_drives_out_itself() {
        for (reasons, goes) in [
            (&["a", "b", "b", "c", "b"][..], 1),
            (&["a", "b", "a", "b"], 0),
            (&["b", "a", "c"], 0),
            (&["x", "x", "x"], 0),
            (&["own", "flood", "flood", "flood", "own"], 1),
        ] {
            assert_eq!(crowded(reasons.iter().copied()), goes, "{reasons:?}");
        }
    }

    #[test]
    fn refusals_are_alike_within_the_hour_and_from_one_address() {
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
