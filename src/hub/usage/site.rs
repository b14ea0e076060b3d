//! The use of the whole desk, which costs the same with a hundred credentials and with a million.

use std::collections::BTreeSet;

use crate::hub::credentials::mapping;
use crate::hub::usage::days::{last_days, last_days_of};
use crate::hub::usage::process;
use crate::hub::{HubError, MostUsed, SiteUsage, USE_DAYS, sum_of_days};
use crate::store::tables::{self, CredentialRecord, EVERY, Tagged};
use crate::store::{StoreError, Tx};
use crate::time::Seconds;

/// How many of the most used are listed.
const LISTED: usize = 6;
/// Of each day so many of the most used are looked at. One that is never among them is not among the first six of the
/// sum, but for a desk whose days differ in everything.
const OF_A_DAY: i64 = 12;

/// The use of the desk up to now.
pub(crate) fn site_usage(tx: &mut dyn Tx, now: Seconds) -> Result<SiteUsage, HubError> {
    let today = now.day();
    let days = last_days(tx, EVERY, today, USE_DAYS)?;
    let used: Vec<_> = days.iter().filter(|day| day.allowed > 0).map(|day| day.day.0).collect();
    let ids: BTreeSet<_> = tables::most_used_of_days(tx, &used, OF_A_DAY)?.into_iter().collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let sum = |(id, days): (String, Vec<_>)| {
        let (allowed, refused) = sum_of_days(&days);
        (allowed, refused, id)
    };
    let mut sums: Vec<_> = last_days_of(tx, &ids, today, USE_DAYS)?.into_iter().map(sum).collect();
    sums.sort_unstable_by(|a, b| (b.0, &a.2).cmp(&(a.0, &b.2)));
    sums.truncate(LISTED);
    let rows = sums.iter().map(|(.., id)| tables::get_query::<CredentialRecord>("id", id));
    tx.prefetch(rows.collect())?;
    let mut most_used = Vec::with_capacity(LISTED);
    for (allowed, refused, id) in sums {
        most_used.extend(named(tx, &id, allowed, refused)?);
    }
    Ok(SiteUsage { days, most_used, verifiers: process::verifiers(tx, now) })
}

/// `None` for a row that cannot be read: the others are still shown.
fn named(tx: &mut dyn Tx, id: &str, allowed: i64, refused: i64) -> Result<Option<MostUsed>, StoreError> {
    let row: Option<Tagged<CredentialRecord>> = tables::get(tx, "id", id)?;
    let named = row.and_then(|row| {
        let (id, kind) = (mapping::id(id).ok()?, mapping::kind(&row.record).ok()?);
        Some(MostUsed { id, kind, name: row.record.name, allowed, refused })
    });
    Ok(named)
}
