//! Refused requests, as verifiers reported them, for Administrators to read.

use crate::account::Right;
use crate::hub::tx::intent::Intent;
use crate::hub::{Actor, CredentialId, Hub, HubError, Refusal, RefusedRequest, RefusedRequestQuery};
use crate::store::Tx;
use crate::store::tables::{self, RefusalRow, RefusedRow};
use crate::time::Seconds;

impl Hub {
    /// The requests that named a credential and were refused.
    pub fn refused_requests(
        &self,
        actor: &Actor,
        query: &RefusedRequestQuery,
    ) -> Result<Vec<RefusedRequest>, HubError> {
        self.read(actor, &Intent::new(Right::ReadTrail, "read refusals"), |tx| {
            let of = query.of.map(|id| id.to_string());
            let rows = tables::newest_refusals(tx, of.as_deref(), query.before, i64::from(query.limit))?;
            Ok(rows.into_iter().filter_map(refused).collect())
        })
    }
}

/// The last refusals of a credential.
pub(crate) fn of(tx: &mut dyn Tx, id: CredentialId) -> Result<Vec<Refusal>, HubError> {
    let rows = tables::refusals(tx, &id.to_string())?;
    Ok(rows.into_iter().map(|row| refusal(id, row)).collect())
}

pub(crate) fn refusal(credential: CredentialId, row: RefusalRow) -> Refusal {
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

/// `None` for a row whose credential is unreadable: the others are still shown.
fn refused(row: RefusedRow) -> Option<RefusedRequest> {
    let credential = CredentialId(row.credential.parse().ok()?);
    let (no, kind) = (row.refusal.no, row.kind.parse().ok()?);
    Some(RefusedRequest { no, refusal: refusal(credential, row.refusal), kind, key: row.key, name: row.name })
}
