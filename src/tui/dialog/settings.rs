//! A form for settings that are changed together.

use crate::hub::{Replay, SecuritySettings, Setting};
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::form::{Control, Form, FormEntry, Id, button, entry, text_with};

/// Which settings a form has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// When a desk locks.
    Lock,
    /// Where the API is.
    Api,
    /// What verifiers follow.
    Verifier,
}

impl Part {
    /// Its settings.
    pub fn settings(self) -> &'static [Setting] {
        match self {
            Self::Lock => &[Setting::LockTime],
            Self::Api => &[Setting::ApiAddress, Setting::Upstream],
            Self::Verifier => &[Setting::Staleness, Setting::Replay, Setting::Algorithms],
        }
    }

    /// The title of the form.
    pub fn title(self) -> &'static str {
        match self {
            Self::Lock => "Lock time",
            Self::Api => "Address of the API",
            Self::Verifier => "Verifiers",
        }
    }

    /// The typed values; the hub validates them.
    pub fn wanted(self, form: &Form) -> Vec<(Setting, String)> {
        let typed = |setting: Setting| match setting {
            Setting::Replay => REPLAY[form.chosen(Id::Setting(setting)) % REPLAY.len()].as_str().to_owned(),
            _ => form.text(Id::Setting(setting)).to_owned(),
        };
        self.settings().iter().map(|setting| (*setting, typed(*setting))).collect()
    }
}

/// The words of the replay guard, in the order of the choice.
const REPLAY: [Replay; 2] = [Replay::Off, Replay::Node];
const REPLAY_WORDS: &[&str] = &[Replay::Off.as_str(), Replay::Node.as_str()];

impl Dialog {
    /// The form, filled in with what is set now.
    pub fn settings(part: Part, now: &SecuritySettings) -> Self {
        let value = |setting: Setting| now.of(setting).map_or_else(|| setting.default_value(), |set| set.value.clone());
        let mut entries: Vec<_> = part.settings().iter().map(|setting| field(*setting, &value(*setting))).collect();
        entries.extend([button(Id::Submit, "Set"), button(Id::Cancel, "Cancel")]);
        Self::with_form(Form::new(entries), DialogKind::Settings(part))
    }
}

fn field(setting: Setting, value: &str) -> FormEntry {
    let id = Id::Setting(setting);
    match setting {
        Setting::LockTime => text_with(id, "Minutes", value),
        Setting::ApiAddress => text_with(id, "Address", value),
        Setting::Upstream => text_with(id, "Upstream", value),
        Setting::Staleness => text_with(id, "Staleness", value),
        Setting::Algorithms => text_with(id, "Sign with", value),
        Setting::KeepCounts => text_with(id, "Keep counts", value),
        Setting::Replay => {
            let chosen = REPLAY.iter().position(|replay| replay.as_str() == value).unwrap_or_default();
            entry(id, "Replay", Control::Choice { words: REPLAY_WORDS, chosen })
        }
    }
}
