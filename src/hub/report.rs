//! What a verifier writes: last uses and refusals, in batches. Neither is a change: no version, no change number, no row
//! of the trail, so that writing them wakes nobody.

use std::{collections::BTreeSet, net::IpAddr};

use uuid::Uuid;

use crate::store::{
    Commit, WriteTx,
    tables::{self, RefusalRow, UsageRow},
};
use crate::time::Seconds;
use crate::vault;

use super::{HubError, feed::Feed};

/// A credential was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Id of the credential's row.
    pub credential: Uuid,
    /// Which of its secrets.
    pub secret: i64,
    /// When.
    pub at: Seconds,
    /// From where.
    pub address: Option<IpAddr>,
}

/// A request that named a known credential was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Id of the credential's row.
    pub credential: Uuid,
    /// When.
    pub at: Seconds,
    /// The reason's word.
    pub reason: String,
    /// Which field or component it is about.
    pub component: Option<String>,
    /// Seconds by which the client's clock was ahead; negative: behind.
    pub clock_offset: Option<i64>,
    /// From where.
    pub address: Option<IpAddr>,
    /// The known mistake of a client that makes the signature right, in a sentence.
    pub mistake: Option<String>,
}

impl Feed<'_> {
    /// Writes last uses; an older report does not replace a newer one.
    pub fn write_uses(self, uses: &[Use]) -> Result<(), HubError> {
        self.write(uses, |tx, used| {
            let address = used.address.map(|address| address.to_string());
            let row = UsageRow { secret_no: used.secret, at: Some(used.at.0), address };
            Ok(tables::put_usage(tx, &used.credential.to_string(), &row)?)
        })
    }

    /// Writes refusals; of each credential the last twenty are kept.
    pub fn write_refusals(self, refusals: &[Refusal]) -> Result<(), HubError> {
        let now = self.hub().now();
        let touched: BTreeSet<_> = refusals.iter().map(|refusal| refusal.credential).collect();
        let last = refusals.len();
        let mut done = 0;
        self.write(refusals, |tx, refusal| {
            let row = RefusalRow {
                at: refusal.at.0,
                id: vault::uuid(now)?.to_string(),
                reason: refusal.reason.clone(),
                component: refusal.component.clone(),
                clock_offset: refusal.clock_offset,
                address: refusal.address.map(|address| address.to_string()),
                mistake: refusal.mistake.clone(),
            };
            tables::insert_refusal(tx, &refusal.credential.to_string(), &row)?;
            done += 1;
            if done == last {
                touched.iter().try_for_each(|id| tables::forget_old_refusals(tx, &id.to_string()))?;
            }
            Ok(())
        })
    }

    /// One transaction over many reports.
    fn write<T>(
        self,
        reports: &[T],
        mut each: impl FnMut(&mut dyn WriteTx, &T) -> Result<(), HubError>,
    ) -> Result<(), HubError> {
        if reports.is_empty() {
            return Ok(());
        }
        let mut tx = self.hub().store.write()?;
        tables::note_asked(&mut *tx, self.hub().now().seconds().0)?;
        reports.iter().try_for_each(|report| each(&mut *tx, report))?;
        match tx.commit() {
            Commit::Committed => Ok(()),
            Commit::NotCommitted(why) => Err(why.into()),
            Commit::Unknown => Err(HubError::Unknown),
        }
    }
}
