//! Types for the Security page.

use crate::hub::error::tampered_setting;
use crate::hub::settings::IDLE_LOCK_MINUTES;
use crate::hub::{HubError, Setting};
use crate::time::Millis;

/// Where the value of a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// Nobody set it: it is the default.
    Default,
    /// An Administrator set it.
    Set,
    /// Its row was changed or removed outside keydesk: verifiers do not follow it until it is set again.
    Tampered,
}

impl Provenance {
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
pub struct SettingValue {
    /// The setting.
    pub setting: Setting,
    /// The value; the default where the row cannot be trusted.
    pub value: String,
    /// Where the value comes from.
    pub state: Provenance,
}

impl SettingValue {
    /// The value, and whether it is the default: `60 (default)`.
    pub fn words(&self) -> String {
        match self.state {
            Provenance::Default => format!("{} (default)", self.value),
            Provenance::Set => self.value.clone(),
            Provenance::Tampered => "(tampered)".to_owned(),
        }
    }

    /// The value, if its row can be trusted.
    pub fn trusted(&self) -> Option<&str> {
        (self.state != Provenance::Tampered).then_some(&self.value)
    }
}

/// The content of the Security page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecuritySettings {
    /// Every setting as it is followed now.
    pub settings: Vec<SettingValue>,
    /// When the master key was made.
    pub master_key_made_at: Option<Millis>,
}

impl SecuritySettings {
    /// Minutes without a key after which a desk locks; sessions that are open keep what they began with.
    pub fn idle_lock_minutes(&self) -> i64 {
        self.of(Setting::LockTime).and_then(|set| set.value.parse().ok()).unwrap_or(IDLE_LOCK_MINUTES)
    }

    /// The value of one setting.
    pub fn of(&self, setting: Setting) -> Option<&SettingValue> {
        self.settings.iter().find(|set| set.setting == setting)
    }

    /// Those that cannot be trusted.
    pub fn tampered(&self) -> impl Iterator<Item = Setting> {
        self.settings.iter().filter(|set| set.state == Provenance::Tampered).map(|set| set.setting)
    }

    /// The error for the first setting that cannot be trusted, with its remedy.
    pub fn problem(&self) -> Option<HubError> {
        self.tampered().next().map(tampered_setting)
    }
}
