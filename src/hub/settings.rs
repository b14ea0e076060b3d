//! Settings of the desk, as every process follows them.

use crate::account::Right;
use crate::sample::{Site, Upstream};
use crate::store::{
    Tx,
    tables::{self, SettingRecord, Tagged},
};
use crate::time::{MINUTE, Millis};
use crate::vault::Vault;

use super::{
    Actor, Field, Hub, HubError, Setting, action,
    change::{Change, Subject},
    guard,
    refusal::Intent,
};

/// Minutes without a key after which the desk locks, unless set.
pub(super) const IDLE_LOCK_MINUTES: i64 = 10;

/// A setting as it is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetTo {
    /// Which.
    pub setting: Setting,
    /// To what.
    pub value: String,
    /// Nobody set it: this is its default.
    pub default: bool,
}

impl SetTo {
    /// The value, and whether it is the default: `60 (default)`.
    pub fn words(&self) -> String {
        format!("{}{}", self.value, if self.default { " (default)" } else { "" })
    }
}

/// What Security shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Security {
    /// Every setting as it is followed now.
    pub settings: Vec<SetTo>,
    /// When the master key was made.
    pub master_key_made_at: Option<Millis>,
}

impl Security {
    /// Minutes without a key after which a desk locks; sessions that are open keep what they began with.
    pub fn idle_lock_minutes(&self) -> i64 {
        self.of(Setting::LockTime).and_then(|set| set.value.parse().ok()).unwrap_or(IDLE_LOCK_MINUTES)
    }

    /// One of them.
    pub fn of(&self, setting: Setting) -> Option<&SetTo> {
        self.settings.iter().find(|set| set.setting == setting)
    }
}

impl Hub {
    /// The settings of the desk, and what is known of the master key.
    pub fn security(&self, actor: &Actor) -> Result<Security, HubError> {
        self.look(actor, &Intent::new(Right::ManageSite, "see settings"), |tx| {
            let read = |setting: Setting| {
                let set = set(tx, &self.vault, setting)?;
                let default = set.is_none();
                Ok(SetTo { setting, value: set.unwrap_or_else(|| setting.default_value()), default })
            };
            Ok(Security {
                settings: Setting::ALL.into_iter().map(read).collect::<Result<_, HubError>>()?,
                master_key_made_at: tables::ring_made_at(tx)?.map(Millis),
            })
        })
    }

    /// Sets some settings, each with its row in the trail; what is so already has none.
    pub fn set_settings(&self, actor: &Actor, wanted: &[(Setting, String)]) -> Result<(), HubError> {
        let check = |(setting, typed): &(Setting, String)| match setting.check(typed) {
            Ok(value) => Ok((*setting, value)),
            Err(sentence) => Err(HubError::invalid(Field::Setting(*setting), sentence)),
        };
        let checked: Vec<_> = wanted.iter().map(check).collect::<Result<_, _>>()?;
        self.change(actor, Intent::new(Right::ManageSite, "change settings"), |change| {
            checked.iter().try_for_each(|(setting, value)| put(change, *setting, value))
        })
    }
}

/// Writes a setting that differs, with its row in the trail.
fn put(change: &mut Change<'_>, setting: Setting, value: &str) -> Result<(), HubError> {
    let key = setting.key();
    let before: Option<Tagged<SettingRecord>> = tables::get(&mut *change.tx, "id", key)?;
    let vault = change.vault();
    let until_now = effective(&mut *change.tx, vault, setting).ok();
    if until_now.as_deref() == Some(value) {
        return Ok(());
    }
    // One with a wrong tag begins again: its version may be any number.
    let intact = before.as_ref().is_some_and(|row| guard::intact(vault, row));
    let was = before.map(|row| row.record.version);
    let version = was.filter(|_| intact).unwrap_or(0) + 1;
    let record = SettingRecord { id: key.to_owned(), version, value: value.to_owned(), change: change.number() };
    match was {
        Some(was) => change.replace(&record, was)?,
        None => change.insert(&record)?,
    }
    let json = |value: &str| match value.parse::<i64>() {
        Ok(number) => serde_json::json!({ key: number }).to_string(),
        Err(_) => serde_json::json!({ key: value }).to_string(),
    };
    let subject = Subject::named(setting.name().replace('-', " "));
    let subject = subject.changed(until_now.as_deref().map(json), Some(json(value)));
    change.note(action::SETTING, subject).map(|_| ())
}

/// A setting as it is followed: as it was set, if that may be; else its default.
pub(super) fn effective(tx: &mut dyn Tx, vault: &Vault, setting: Setting) -> Result<String, HubError> {
    Ok(set(tx, vault, setting)?.unwrap_or_else(|| setting.default_value()))
}

/// A setting as somebody set it, if that may be.
fn set(tx: &mut dyn Tx, vault: &Vault, setting: Setting) -> Result<Option<String>, HubError> {
    Ok(value(tx, vault, setting.key())?.and_then(|text| setting.check(&text).ok()))
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
    Ok(effective(tx, vault, Setting::LockTime)?.parse().unwrap_or(IDLE_LOCK_MINUTES))
}

/// Where the API is. What somebody wrote there without this desk is not believed, and keeps nobody out.
pub(super) fn addresses(tx: &mut dyn Tx, vault: &Vault) -> (Site, Upstream) {
    let mut read = |setting| effective(tx, vault, setting).unwrap_or_else(|_| setting.default_value());
    let (site, upstream) = (read(Setting::ApiAddress), read(Setting::Upstream));
    (Site::new(&site).unwrap_or_default(), upstream.parse().unwrap_or_default())
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
