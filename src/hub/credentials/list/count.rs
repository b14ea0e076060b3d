//! How many credentials of each kind a filter finds. One call counts a part of them, so that it is over in a moment however
//! many there are, and other reads come between.

use crate::account::Right;
use crate::credential::{Kind, Wanted};
use crate::hub::credentials::list::conditions;
use crate::hub::credentials::mapping;
use crate::hub::tx::intent::Intent;
use crate::hub::{Actor, Cancel, CountPart, CountQuery, Hub, HubError};
use crate::store::Tx;
use crate::store::tables::{self, Run};

/// Credentials of one part: some ten milliseconds.
const PART: i64 = 10_000;

impl Hub {
    /// Counts the hits in the next part of the credentials.
    pub fn count_found(&self, actor: &Actor, query: &CountQuery, cancel: &Cancel) -> Result<CountPart, HubError> {
        self.read_cancellable(actor, &Intent::new(Right::SeeCredentials, "list keys"), cancel, |tx| {
            let conditions = conditions(&query.filter, self.now());
            let revoked = query.revoked || query.filter.wants_revoked();
            let run = Run { after: &query.after, length: PART, revoked, conditions: &conditions };
            let next = tables::end_of_run(tx, run)?;
            let mut found = [0; Kind::ALL.len()];
            for (kind, n) in self.kinds_of(tx, query, run)? {
                let kind = kind.parse::<Kind>().ok().filter(|kind| query.filter.kind.is_none_or(|only| only == *kind));
                if let Some(kind) = kind {
                    found[kind as usize] += n;
                }
            }
            Ok(CountPart { found, next })
        })
    }

    /// The kinds of those that are found, with how many. Whether a tag is right, which a state depends on, no database
    /// can tell.
    fn kinds_of(&self, tx: &mut dyn Tx, query: &CountQuery, run: Run<'_>) -> Result<Vec<(String, i64)>, HubError> {
        let Some(state) = query.filter.state else { return Ok(tables::count_in_run(tx, run)?) };
        let rows = tables::rows_of_run(tx, run)?.into_iter();
        let is = |tampered: bool| tampered == matches!(state, Wanted::Tampered);
        let found = rows.filter(|row| is(mapping::is_tampered(&self.vault, row)));
        Ok(found.map(|row| (row.record.kind, 1)).collect())
    }
}
