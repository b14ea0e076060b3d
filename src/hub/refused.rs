//! What Administrators read of the requests that verifiers refused.

use crate::account::Right;
use crate::credential::Kind;
use crate::store::{
    Tx,
    tables::{self, RefusalRow, RefusedRow},
};
use crate::time::Seconds;

use super::{Actor, CredentialId, Hub, HubError, Refusal, refusal::Intent};

/// Refusals that are kept of one credential.
pub const REFUSALS_KEPT: usize = tables::REFUSALS_KEPT as usize;

/// A refused request, and whose key it named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Where it stands among those of the same second.
    pub id: String,
    /// What was refused.
    pub refusal: Refusal,
    /// Kind of the credential.
    pub kind: Kind,
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
}

/// Behind which refusal a page begins.
pub type Before = (Seconds, String);

/// Which refusals are wanted, newest first.
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
    /// The place of this one: the page behind it has only older ones.
    pub fn place(&self) -> Before {
        (self.refusal.at, self.id.clone())
    }
}

impl Hub {
    /// The requests that named a credential and were refused.
    pub fn refused_requests(&self, actor: &Actor, query: &RefusedQuery) -> Result<Vec<Refused>, HubError> {
        self.look(actor, &Intent::new(Right::ReadTrail, "read refusals"), |tx| {
            let of = query.of.map(|id| id.to_string());
            let before = query.before.as_ref().map(|(at, id)| (at.0, id.as_str()));
            let rows = tables::newest_refusals(tx, of.as_deref(), before, i64::from(query.limit))?;
            Ok(rows.into_iter().filter_map(refused).collect())
        })
    }
}

/// The last refusals of a credential.
pub(super) fn of(tx: &mut dyn Tx, id: CredentialId) -> Result<Vec<Refusal>, HubError> {
    let rows = tables::refusals(tx, &id.to_string())?;
    Ok(rows.into_iter().map(|row| refusal(id, row)).collect())
}

fn refusal(credential: CredentialId, row: RefusalRow) -> Refusal {
    Refusal {
        credential: credential.0,
        at: Seconds(row.at),
        reason: row.reason,
        component: row.component,
        clock_offset: row.clock_offset,
        address: row.address.and_then(|address| address.parse().ok()),
        mistake: row.mistake,
    }
}

/// Nothing for a row whose credential somebody made unreadable: the others are told.
fn refused(row: RefusedRow) -> Option<Refused> {
    let credential = CredentialId(row.credential.parse().ok()?);
    let (id, kind) = (row.refusal.id.clone(), row.kind.parse().ok()?);
    Some(Refused { id, refusal: refusal(credential, row.refusal), kind, key: row.key, name: row.name })
}
