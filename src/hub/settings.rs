//! Settings of the desk, as every process follows them.

use crate::account::Right;
use crate::store::{
    Tx,
    tables::{self, SettingRecord, Tagged},
};
use crate::time::{MINUTE, Millis};
use crate::vault::Vault;

use super::{
    Actor, Field, Hub, HubError, action,
    change::{Change, Subject},
    guard,
    refusal::Intent,
};

/// Name of the setting.
const IDLE_LOCK: &str = "idle_lock_minutes";
/// Minutes without a key after which the desk locks, unless set.
const IDLE_LOCK_MINUTES: i64 = 10;
/// What it may be set to: a day at most.
const IDLE_LOCK_RANGE: std::ops::RangeInclusive<i64> = 1..=24 * 60;

/// What Security shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Security {
    /// Minutes without a key after which a desk locks.
    pub idle_lock_minutes: i64,
    /// When the master key was made.
    pub master_key_made_at: Option<Millis>,
}

impl Hub {
    /// The settings of the desk.
    pub fn security(&self, actor: &Actor) -> Result<Security, HubError> {
        self.look(actor, &Intent::new(Right::ManageSite, "see settings"), |tx| {
            Ok(Security {
                idle_lock_minutes: idle_lock_minutes(tx, &self.vault)?,
                master_key_made_at: tables::ring_made_at(tx)?.map(Millis),
            })
        })
    }

    /// Sets after how many minutes without a key a desk locks; sessions that are open keep what they began with.
    pub fn set_idle_lock(&self, actor: &Actor, minutes: i64) -> Result<(), HubError> {
        if !IDLE_LOCK_RANGE.contains(&minutes) {
            let sentence =
                format!("A desk locks after 1 to {} minutes. Choose a number of that range.", IDLE_LOCK_RANGE.end());
            return Err(HubError::invalid(Field::Other, sentence));
        }
        self.change(actor, Intent::new(Right::ManageSite, "change settings"), |change| {
            let before: Option<Tagged<SettingRecord>> = tables::get(&mut *change.tx, "id", IDLE_LOCK)?;
            let vault = change.vault();
            let until_now = idle_lock_minutes(&mut *change.tx, vault).ok();
            if until_now == Some(minutes) {
                return Ok(());
            }
            // One with a wrong tag begins again: its version may be any number.
            let intact = before.as_ref().is_some_and(|row| guard::intact(vault, row));
            let was = before.map(|row| row.record.version);
            let version = was.filter(|_| intact).unwrap_or(0) + 1;
            let record = SettingRecord {
                id: IDLE_LOCK.to_owned(),
                version,
                value: minutes.to_string(),
                change: change.number(),
            };
            match was {
                Some(was) => change.replace(&record, was)?,
                None => change.insert(&record)?,
            }
            let json = |minutes: i64| serde_json::json!({ "idle_lock_minutes": minutes }).to_string();
            let subject = Subject::named("lock time").changed(until_now.map(json), Some(json(minutes)));
            change.note(action::SETTING, subject).map(|_| ())
        })
    }
}

/// After how many milliseconds without a key the desk locks. A setting with a wrong tag goes to the trail and is not
/// followed; it keeps nobody out.
pub(super) fn idle_lock(change: &mut Change<'_>) -> Result<i64, HubError> {
    let vault = change.vault();
    match idle_lock_minutes(&mut *change.tx, vault) {
        Ok(minutes) => Ok(minutes * MINUTE),
        Err(HubError::Tampered { .. }) => {
            change.refusal(action::TAMPERED, Subject::named("setting lock time"), "setting", "")?;
            Ok(IDLE_LOCK_MINUTES * MINUTE)
        }
        Err(why) => Err(why),
    }
}

fn idle_lock_minutes(tx: &mut dyn Tx, vault: &Vault) -> Result<i64, HubError> {
    let minutes = value(tx, vault, IDLE_LOCK)?.and_then(|text| text.parse().ok());
    Ok(minutes.filter(|m| IDLE_LOCK_RANGE.contains(m)).unwrap_or(IDLE_LOCK_MINUTES))
}

/// A setting, if it was set; one with a wrong tag is not followed.
pub(super) fn value(tx: &mut dyn Tx, vault: &Vault, name: &str) -> Result<Option<String>, HubError> {
    let found: Option<Tagged<SettingRecord>> = tables::get(tx, "id", name)?;
    match found {
        Some(row) if !guard::intact(vault, &row) => {
            Err(HubError::Tampered { what: format!("The setting {name}"), mend: "set it again".to_owned() })
        }
        found => Ok(found.map(|row| row.record.value)),
    }
}
