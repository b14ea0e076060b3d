//! Rows of failed sign-ins: their ids, and the counts that they hold.

use crate::account::{Attempts, UserName};
use crate::hub::HubError;
use crate::store::tables::{Tagged, ThrottleRecord};
use crate::time::Millis;
use crate::vault::Vault;

pub(crate) fn throttle_id(vault: &Vault, name: &str) -> Result<String, HubError> {
    let bounded: String = name.chars().take(UserName::MAX + 1).collect();
    Ok(data_encoding::HEXLOWER.encode(&vault.pseudonym("user name", &bounded)?[4..20]))
}

pub(crate) fn fresh(id: &str) -> ThrottleRecord {
    ThrottleRecord { id: id.to_owned(), version: 0, failed: 0, pauses: 0, locked_until: None, at: 0 }
}

/// The counts of a throttle row.
pub(crate) fn attempts(row: &Tagged<ThrottleRecord>) -> Attempts {
    let number = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    Attempts {
        failed: number(row.record.failed),
        pauses: number(row.record.pauses),
        locked_until: row.record.locked_until.map(Millis),
    }
}
