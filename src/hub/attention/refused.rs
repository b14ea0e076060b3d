//! Credentials whose requests are refused: expired ones that are still called, and those that are refused more than usual.

use std::collections::BTreeSet;

use crate::credential::Condition;
use crate::hub::credentials::mapping;
use crate::hub::usage::last_days;
use crate::hub::{Hub, HubError, RefusedKey, USE_DAYS, sum_of_days};
use crate::store::tables::{self, CredentialRecord, Tagged};
use crate::store::{StoreError, Tx};
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
    let mut ids = BTreeSet::new();
    for day in [today.0 - 1, today.0] {
        ids.extend(tables::refused_on_day(tx, day, 1, LOOKED_AT)?);
    }
    let mut keys = Vec::with_capacity(ids.len());
    for id in ids {
        keys.extend(refused_key(hub, tx, &id, today)?);
    }
    keys.sort_by(|a, b| b.since_yesterday.cmp(&a.since_yesterday).then_with(|| a.row.name.cmp(&b.row.name)));
    Ok(keys)
}

/// `None` for a row that cannot be read.
fn refused_key(hub: &Hub, tx: &mut dyn Tx, id: &str, today: Day) -> Result<Option<RefusedKey>, StoreError> {
    let days = last_days(tx, id, today, USE_DAYS)?;
    let (before, lately) = days.split_at(days.len() - 2);
    let (_, since_yesterday) = sum_of_days(lately);
    // Of four weeks, two days are a fourteenth.
    let usual = sum_of_days(before).1 * 2 / before.len() as i64;
    let row: Option<Tagged<CredentialRecord>> = tables::get(tx, "id", id)?;
    let last = mapping::newest(tables::usages(tx, id)?);
    let row = row.and_then(|row| mapping::credential(&hub.vault, row, last).ok());
    Ok(row.map(|row| RefusedKey { row, since_yesterday, usual }))
}

/// Expired credentials that were refused as such since yesterday; and usable ones that are refused more than usual.
pub(crate) fn refused(hub: &Hub, tx: &mut dyn Tx) -> Result<(Vec<RefusedKey>, Vec<RefusedKey>), HubError> {
    let (now, mut called, mut more) = (hub.now(), Vec::new(), Vec::new());
    let yesterday = Day(now.seconds().day().0 - 1).start().0;
    for key in candidates(hub, tx)? {
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
