//! Security: the settings in the order of the page, under headings.

use crate::hub::Setting;

/// What settings are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingGroup {
    /// Of the desk itself.
    Sessions,
    /// Addresses for samples and gateways.
    Api,
    /// What verifiers follow.
    Verifiers,
}

impl SettingGroup {
    /// Every group, in order.
    pub const ALL: [Self; 3] = [Self::Sessions, Self::Api, Self::Verifiers];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Sessions => "Sessions",
            Self::Api => "API",
            Self::Verifiers => "Verifiers",
        }
    }

    /// The group of a setting.
    pub fn of(setting: Setting) -> Self {
        match setting {
            Setting::LockTime => Self::Sessions,
            Setting::ApiAddress | Setting::Upstream => Self::Api,
            _ => Self::Verifiers,
        }
    }
}

/// The settings in the order of the page.
pub fn settings_in_order() -> Vec<Setting> {
    let of = |group| Setting::ALL.into_iter().filter(move |setting| SettingGroup::of(*setting) == group);
    SettingGroup::ALL.into_iter().flat_map(of).collect()
}
