//! Credentials whose requests are refused: expired ones that are still called, and those that are refused more than usual.

use std::collections::BTreeSet;

use crate::credential::Condition;
use crate::hub::credentials::mapping;
use crate::hub::usage::last_days_of;
use crate::hub::{CredentialRow, Hub, HubError, RefusedKey, USE_DAYS, UsedDay, sum_of_days};
use crate::store::Tx;
use crate::store::tables::{self, CredentialRecord, Tagged};
use crate::time::Day;

/// Most credentials that are looked at, those that are refused most.
const LOOKED_AT: i64 = 200;
/// Fewer refusals than these in two days are nobody's concern.
const LEAST: i64 = 10;
/// What is usual, times this, is not.
const TIMES: i64 = 3;
/// The reason of a verifier for which a request of an expired credential is refused.
const EXPIRED: &str = "expired";

/// Credentials with refused requests since yesterday, most often refused first.
fn candidates(hub: &Hub, tx: &mut dyn Tx) -> Result<Vec<RefusedKey>, HubError> {
    let today = hub.now().seconds().day();
    let ids = tables::refused_on_days(tx, &[today.0 - 1, today.0], 1, LOOKED_AT)?;
    let ids: Vec<_> = ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let days = last_days_of(tx, &ids, today, USE_DAYS)?;
    let mut usages = tables::usages_of(tx, &ids)?;
    let rows: Vec<Tagged<CredentialRecord>> = tables::get_many(tx, &ids)?;
    let key = |row: Tagged<CredentialRecord>| {
        let days = days.get(&row.record.id)?;
        let last = mapping::newest(usages.remove(&row.record.id).unwrap_or_default());
        refused_key(mapping::credential(&hub.vault, row, last).ok()?, days)
    };
    let mut keys: Vec<_> = rows.into_iter().filter_map(key).collect();
    keys.sort_by(|a, b| b.since_yesterday.cmp(&a.since_yesterday).then_with(|| a.row.name.cmp(&b.row.name)));
    Ok(keys)
}

fn refused_key(row: CredentialRow, days: &[UsedDay]) -> Option<RefusedKey> {
    let (before, lately) = days.split_at(days.len() - 2);
    let (_, since_yesterday) = sum_of_days(lately);
    // Of four weeks, two days are a fourteenth.
    let usual = sum_of_days(before).1 * 2 / before.len() as i64;
    Some(RefusedKey { row, since_yesterday, usual })
}

/// Expired credentials that were refused as such since yesterday; and usable ones that are refused more than usual.
pub(crate) fn refused(hub: &Hub, tx: &mut dyn Tx) -> Result<(Vec<RefusedKey>, Vec<RefusedKey>), HubError> {
    let (now, mut called, mut more) = (hub.now(), Vec::new(), Vec::new());
    let yesterday = Day(now.seconds().day().0 - 1).start().0;
    let candidates = candidates(hub, tx)?;
    let expired = candidates.iter().filter(|key| key.row.condition(now) == Condition::Expired && !key.row.tampered);
    tx.prefetch(expired.map(|key| tables::refusals_query(&key.row.id.to_string())).collect())?;
    for key in candidates {
        match key.row.condition(now) {
            _ if key.row.tampered => {}
            Condition::Expired => {
                let refusals = tables::refusals(tx, &key.row.id.to_string()).unwrap_or_default();
                if refusals.iter().any(|refusal| refusal.reason == EXPIRED && refusal.at >= yesterday) {
                    called.push(key);
                }
            }
            Condition::Revoked => {}
            _ if key.since_yesterday >= LEAST && key.since_yesterday > TIMES * key.usual => more.push(key),
            _ => {}
        }
    }
    Ok((called, more))
}
