//! Settings of the desk: reading and changing them, as every process follows them.

mod catalog;
mod policy;
pub(crate) mod stored;

use crate::account::Right;
use crate::hub::audit::action;
use crate::hub::error::tampered_setting;
use crate::hub::tx::entry::Subject;
use crate::hub::tx::intent::Intent;
use crate::hub::tx::write::Change;
use crate::hub::tx::{row_tags, table_sums};
use crate::hub::{Actor, Hub, HubError, InputField, Provenance, SecuritySettings, SettingValue};
use crate::sample::{Site, Upstream};
use crate::store::tables::{self, SettingRecord, Tagged};
use crate::store::{Query, Tx};
use crate::time::{MINUTE, Millis};
use crate::vault::Vault;

pub(crate) use catalog::IDLE_LOCK_MINUTES;
pub use catalog::Setting;
pub use policy::EffectivePolicy;

impl Hub {
    /// The settings of the desk, and what is known of the master key.
    pub fn security(&self, actor: &Actor) -> Result<SecuritySettings, HubError> {
        let intent = Intent::new(Right::SeeSite, "see settings").prefetch(queries().collect::<Vec<_>>());
        self.read(actor, &intent, |tx| {
            let read = |setting: Setting| {
                Ok(match stored::said(tx, &self.vault, setting)? {
                    Some(said) => SettingValue { setting, value: said.value, state: said.state },
                    None => SettingValue { setting, value: setting.default_value(), state: Provenance::Tampered },
                })
            };
            Ok(SecuritySettings {
                settings: Setting::ALL.into_iter().map(read).collect::<Result<_, HubError>>()?,
                master_key_made_at: tables::ring_made_at(tx)?.map(Millis),
            })
        })
    }

    /// Changes settings, each with its row in the trail; one that has the value already gets none.
    pub fn set_settings(&self, actor: &Actor, wanted: &[(Setting, String)]) -> Result<(), HubError> {
        let check = |(setting, typed): &(Setting, String)| match setting.check(typed) {
            Ok(value) => Ok((*setting, value)),
            Err(sentence) => Err(HubError::invalid(InputField::Setting(*setting), sentence)),
        };
        let checked: Vec<_> = wanted.iter().map(check).collect::<Result<_, _>>()?;
        self.write(actor, Intent::new(Right::ManageSite, "change settings"), |change| {
            checked.iter().try_for_each(|(setting, value)| put(change, *setting, value))
        })
    }
}

/// Writes a setting that differs, with its row in the trail.
fn put(change: &mut Change<'_>, setting: Setting, value: &str) -> Result<(), HubError> {
    let key = setting.key();
    let before: Option<Tagged<SettingRecord>> = tables::get(&mut *change.tx, "id", key)?;
    let vault = change.vault();
    let until_now = stored::said(&mut *change.tx, vault, setting)?.map(|said| said.value);
    if until_now.as_deref() == Some(value) {
        return Ok(());
    }
    // A missing or tampered row starts at version 1: its stored version may be any number.
    let intact = before.as_ref().is_some_and(|row| row_tags::intact(vault, row));
    let was = before.map(|row| row.record.version);
    let version = was.filter(|_| intact).unwrap_or(0) + 1;
    let record = SettingRecord { id: key.to_owned(), version, value: value.to_owned(), change: change.number() };
    match was {
        Some(was) => change.replace(&record, was)?,
        None => change.insert(&record)?,
    }
    let json = |value: &str| stored::json([(key, value)]);
    let subject = Subject::row(key, &setting.name().replace('-', " "));
    let subject = subject.changed(until_now.as_deref().map(json), Some(json(value)));
    change.note(action::SETTING, subject)?;
    // A row that was removed or put back leaves the sum wrong. Once the trail confirms every setting, it is
    // right.
    if !any_tampered(&mut *change.tx, vault)? {
        let sum = table_sums::sum(&mut *change.tx, vault, table_sums::SETTINGS)?;
        *change.sums_mut().of_mut(table_sums::SETTINGS.table) = sum;
    }
    Ok(())
}

/// The value of a setting that is in force.
fn effective(tx: &mut dyn Tx, vault: &Vault, setting: Setting) -> Result<String, HubError> {
    stored::said(tx, vault, setting)?.map(|said| said.value).ok_or_else(|| tampered_setting(setting))
}

/// What is asked of all settings.
pub(crate) fn queries() -> impl Iterator<Item = Query> {
    Setting::ALL.into_iter().flat_map(stored::queries)
}

/// What [`idle_lock`] asks.
pub(crate) fn idle_lock_queries() -> [Query; 2] {
    stored::queries(Setting::LockTime)
}

/// The idle lock in milliseconds. A setting that cannot be trusted is recorded in the trail and locks nobody out; the
/// value in the trail counts, unless it is longer than the default.
pub(crate) fn idle_lock(change: &mut Change<'_>) -> Result<i64, HubError> {
    let vault = change.vault();
    match idle_lock_minutes(&mut *change.tx, vault) {
        Ok(minutes) => Ok(minutes * MINUTE),
        Err(HubError::Tampered { .. }) => {
            change.refusal(action::TAMPERED, Subject::named("setting lock time"), "setting", "")?;
            let was = stored::last_set(&mut *change.tx, Setting::LockTime)?.and_then(|minutes| minutes.parse().ok());
            Ok(was.unwrap_or(IDLE_LOCK_MINUTES).clamp(1, IDLE_LOCK_MINUTES) * MINUTE)
        }
        Err(why) => Err(why),
    }
}

fn idle_lock_minutes(tx: &mut dyn Tx, vault: &Vault) -> Result<i64, HubError> {
    Ok(effective(tx, vault, Setting::LockTime)?.parse().unwrap_or(IDLE_LOCK_MINUTES))
}

/// The addresses of API and upstream. A row that was written without this desk is not trusted, and locks nobody out.
pub(crate) fn addresses(tx: &mut dyn Tx, vault: &Vault) -> (Site, Upstream) {
    let mut read = |setting| effective(tx, vault, setting).unwrap_or_else(|_| setting.default_value());
    let (site, upstream) = (read(Setting::ApiAddress), read(Setting::Upstream));
    (Site::new(&site).unwrap_or_default(), upstream.parse().unwrap_or_default())
}

/// Whether the row of a setting cannot be trusted.
pub(crate) fn any_tampered(tx: &mut dyn Tx, vault: &Vault) -> Result<bool, HubError> {
    tx.prefetch(queries().collect())?;
    for setting in Setting::ALL {
        if stored::said(tx, vault, setting)?.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}
