//! A form for one setting.

use crate::hub::{Replay, SecuritySettings, Setting};
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::form::{Control, Form, FormEntry, Id, button, entry, text_with};

/// A setting, and the value that its form was filled with.
#[derive(Debug)]
pub struct SettingChange {
    /// The setting.
    pub setting: Setting,
    /// What it is set to.
    pub held: String,
    /// It was changed outside keydesk: setting what stands there puts it right.
    pub tampered: bool,
}

/// The words of the replay guard, in the order of the choice.
const REPLAY: [Replay; 2] = [Replay::Off, Replay::Node];
const REPLAY_WORDS: &[&str] = &[Replay::Off.as_str(), Replay::Node.as_str()];

impl Dialog {
    /// The form of one setting, filled in with what is set now.
    pub fn setting(setting: Setting, now: &SecuritySettings) -> Self {
        let set = now.of(setting);
        let held = set.map_or_else(|| setting.default_value(), |set| set.value.clone());
        let tampered = set.is_some_and(|set| set.trusted().is_none());
        let form = Form::new(vec![field(setting, &held), button(Id::Submit, "Set"), button(Id::Cancel, "Cancel")]);
        Self::with_form(form, DialogKind::Setting(Box::new(SettingChange { setting, held, tampered })))
    }
}

impl SettingChange {
    /// The typed value; the hub validates it. `None` if it is the one that is set.
    pub fn wanted(&self, form: &Form) -> Option<String> {
        let id = Id::Setting(self.setting);
        let typed = match form.entry(id).map(|entry| &entry.input) {
            Some(Control::Choice { .. }) => REPLAY[form.chosen(id) % REPLAY.len()].as_str(),
            _ => form.text(id).trim(),
        };
        (self.tampered || typed != self.held).then(|| typed.to_owned())
    }

    /// What is wrong with the field that was left.
    pub fn fault_of(&self, form: &Form) -> Option<String> {
        self.setting.check(&self.wanted(form)?).err()
    }
}

/// The field of a setting, with its unit as its label.
fn field(setting: Setting, value: &str) -> FormEntry {
    let id = Id::Setting(setting);
    match setting {
        Setting::Replay => {
            let chosen = REPLAY.iter().position(|replay| replay.as_str() == value).unwrap_or_default();
            entry(id, "Guard", Control::Choice { words: REPLAY_WORDS, chosen })
        }
        Setting::LockTime => text_with(id, "Minutes", value),
        Setting::Staleness => text_with(id, "Seconds", value),
        Setting::KeepCounts => text_with(id, "Days", value),
        Setting::ApiAddress | Setting::Upstream => text_with(id, "Address", value),
        Setting::Algorithms => text_with(id, "Sign with", value),
    }
}
