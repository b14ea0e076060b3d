//! Settings of the desk: reading and changing them, as every process follows them.

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
    settled, sums,
};

/// Minutes without a key after which the desk locks, unless set.
pub(super) const IDLE_LOCK_MINUTES: i64 = 10;

/// Where the value of a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody set it: it is the default.
    Default,
    /// An Administrator set it.
    Set,
    /// Its row was changed or removed outside keydesk: verifiers do not follow it until it is set again.
    Tampered,
}

impl Standing {
    /// The word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Set => "set",
            Self::Tampered => "tampered",
        }
    }
}

/// A setting with its value in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetTo {
    /// The setting.
    pub setting: Setting,
    /// The value; the default where the row cannot be trusted.
    pub value: String,
    /// Where the value comes from.
    pub state: Standing,
}

impl SetTo {
    /// The value, and whether it is the default: `60 (default)`.
    pub fn words(&self) -> String {
        match self.state {
            Standing::Default => format!("{} (default)", self.value),
            Standing::Set => self.value.clone(),
            Standing::Tampered => "(tampered)".to_owned(),
        }
    }

    /// The value, if its row can be trusted.
    pub fn trusted(&self) -> Option<&str> {
        (self.state != Standing::Tampered).then_some(&self.value)
    }
}

/// The content of the Security page.
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

    /// The value of one setting.
    pub fn of(&self, setting: Setting) -> Option<&SetTo> {
        self.settings.iter().find(|set| set.setting == setting)
    }

    /// Those that cannot be trusted.
    pub fn tampered(&self) -> impl Iterator<Item = Setting> {
        self.settings.iter().filter(|set| set.state == Standing::Tampered).map(|set| set.setting)
    }

    /// The error for the first setting that cannot be trusted, with its remedy.
    pub fn problem(&self) -> Option<HubError> {
        self.tampered().next().map(settled::tampered)
    }
}

impl Hub {
    /// The settings of the desk, and what is known of the master key.
    pub fn security(&self, actor: &Actor) -> Result<Security, HubError> {
        self.look(actor, &Intent::new(Right::ManageSite, "see settings"), |tx| {
            let read = |setting: Setting| {
                Ok(match settled::said(tx, &self.vault, setting)? {
                    Some(said) => SetTo { setting, value: said.value, state: said.state },
                    None => SetTo { setting, value: setting.default_value(), state: Standing::Tampered },
                })
            };
            Ok(Security {
                settings: Setting::ALL.into_iter().map(read).collect::<Result<_, HubError>>()?,
                master_key_made_at: tables::ring_made_at(tx)?.map(Millis),
            })
        })
    }

    /// Changes settings, each with its row in the trail; one that has the value already gets none.
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
    let until_now = settled::said(&mut *change.tx, vault, setting)?.map(|said| said.value);
    if until_now.as_deref() == Some(value) {
        return Ok(());
    }
    // A missing row or one with a wrong tag starts over: its version may be any number.
    let intact = before.as_ref().is_some_and(|row| guard::intact(vault, row));
    let was = before.map(|row| row.record.version);
    let version = was.filter(|_| intact).unwrap_or(0) + 1;
    let record = SettingRecord { id: key.to_owned(), version, value: value.to_owned(), change: change.number() };
    match was {
        Some(was) => change.replace(&record, was)?,
        None => change.insert(&record)?,
    }
    let json = |value: &str| settled::json([(key, value)]);
    let subject = Subject::row(key, &setting.name().replace('-', " "));
    let subject = subject.changed(until_now.as_deref().map(json), Some(json(value)));
    change.note(action::SETTING, subject)?;
    // A row that was removed or put back by hand leaves the sum wrong. Once the trail confirms every setting, it is
    // right.
    if !any_tampered(&mut *change.tx, vault)? {
        let sum = sums::sum(&mut *change.tx, vault, sums::SETTINGS)?;
        *change.sums_mut().of_mut(sums::SETTINGS.table) = sum;
    }
    Ok(())
}

/// The value of a setting that is in force.
fn effective(tx: &mut dyn Tx, vault: &Vault, setting: Setting) -> Result<String, HubError> {
    settled::said(tx, vault, setting)?.map(|said| said.value).ok_or_else(|| settled::tampered(setting))
}

/// The idle lock in milliseconds. A setting that cannot be trusted is recorded in the trail and locks nobody out; the
/// value in the trail counts, unless it is longer than the default.
pub(super) fn idle_lock(change: &mut Change<'_>) -> Result<i64, HubError> {
    let vault = change.vault();
    match idle_lock_minutes(&mut *change.tx, vault) {
        Ok(minutes) => Ok(minutes * MINUTE),
        Err(HubError::Tampered { .. }) => {
            change.refusal(action::TAMPERED, Subject::named("setting lock time"), "setting", "")?;
            let was = settled::last_set(&mut *change.tx, Setting::LockTime)?.and_then(|minutes| minutes.parse().ok());
            Ok(was.unwrap_or(IDLE_LOCK_MINUTES).clamp(1, IDLE_LOCK_MINUTES) * MINUTE)
        }
        Err(why) => Err(why),
    }
}

fn idle_lock_minutes(tx: &mut dyn Tx, vault: &Vault) -> Result<i64, HubError> {
    Ok(effective(tx, vault, Setting::LockTime)?.parse().unwrap_or(IDLE_LOCK_MINUTES))
}

/// The addresses of API and upstream. A row that was written without this desk is not trusted, and locks nobody out.
pub(super) fn addresses(tx: &mut dyn Tx, vault: &Vault) -> (Site, Upstream) {
    let mut read = |setting| effective(tx, vault, setting).unwrap_or_else(|_| setting.default_value());
    let (site, upstream) = (read(Setting::ApiAddress), read(Setting::Upstream));
    (Site::new(&site).unwrap_or_default(), upstream.parse().unwrap_or_default())
}

/// Whether the row of a setting cannot be trusted.
pub(super) fn any_tampered(tx: &mut dyn Tx, vault: &Vault) -> Result<bool, HubError> {
    for setting in Setting::ALL {
        if settled::said(tx, vault, setting)?.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}
