//! Settings of the desk, as every process follows them.

use crate::store::{
    Tx,
    tables::{self, SettingRecord, Tagged},
};
use crate::time::MINUTE;
use crate::vault::Vault;

use super::{HubError, guard};

/// Milliseconds without a key after which the desk locks, unless set.
const IDLE_LOCK: i64 = 10 * MINUTE;

/// After how many milliseconds without a key the desk locks.
pub(super) fn idle_lock(tx: &mut dyn Tx, vault: &Vault) -> Result<i64, HubError> {
    let minutes = value(tx, vault, "idle_lock_minutes")?.and_then(|text| text.parse::<i64>().ok());
    Ok(minutes.filter(|m| (1..=24 * 60).contains(m)).map_or(IDLE_LOCK, |m| m * MINUTE))
}

/// A setting, if it was set; one with a wrong tag is not followed.
fn value(tx: &mut dyn Tx, vault: &Vault, name: &str) -> Result<Option<String>, HubError> {
    let found: Option<Tagged<SettingRecord>> = tables::get(tx, "id", name)?;
    match found {
        Some(row) if !guard::intact(vault, &row) => {
            Err(HubError::Tampered { what: format!("The setting {name}"), mend: "set it again".to_owned() })
        }
        found => Ok(found.map(|row| row.record.value)),
    }
}
