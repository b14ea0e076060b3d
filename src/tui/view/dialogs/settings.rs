//! The bodies of the forms for one's own password, for the password again, and for settings.

use crate::hub::Setting;
use crate::tui::app::App;
use crate::tui::dialog::SettingChange;
use crate::tui::form::{Form, Id};
use crate::tui::screen::SettingGroup;
use crate::tui::view::forms::new_password_fields;
use crate::tui::view::sheet::Sheet;

/// Lines of the form for one's own password.
pub fn own_password(app: &App, forced: bool, form: &Form, sheet: &mut Sheet) {
    sheet.gap();
    if forced {
        sheet.tell("Your password was set by somebody else. Choose one that only you know.");
        sheet.gap();
    }
    new_password_fields(app, form, sheet);
}

/// Lines of the form for reauthentication.
pub fn reauthenticate(form: &Form, sheet: &mut Sheet) {
    sheet.gap();
    sheet.tell("This is asked for again before it is done: it was not typed in the last 5 minutes.");
    sheet.gap();
    for (entry, focused) in form.shown().filter(|(e, _)| e.id == Id::Old) {
        sheet.field(entry, focused);
    }
}

/// What a setting is called on the page and over its form.
pub fn title(setting: Setting) -> &'static str {
    match setting {
        Setting::LockTime => "Lock after",
        setting => setting.title(),
    }
}

/// Lines of the form of one setting: its field, its unit, its default.
pub fn setting(change: &SettingChange, form: &Form, sheet: &mut Sheet) {
    let setting = change.setting;
    sheet.gap();
    for (entry, focused) in form.shown().filter(|(entry, _)| entry.is_field()) {
        sheet.field(entry, focused);
        if entry.error.is_none() {
            sheet.explain_under(&format!("{} is the default", default_words(setting)));
        }
    }
    sheet.gap();
    sheet.tell(&sentence(setting.meaning()));
    sheet.explain(match SettingGroup::of(setting) {
        SettingGroup::Sessions => "It counts from the next sign-in.",
        SettingGroup::Api => "Nothing is looked up or called there.",
        SettingGroup::Verifiers => "Every verifier follows within a second.",
    });
}

/// The default with its unit.
pub fn default_words(setting: Setting) -> String {
    with_unit(setting, &setting.default_value())
}

/// A value with its unit.
pub fn with_unit(setting: Setting, value: &str) -> String {
    let unit = match setting {
        Setting::LockTime => "minute",
        Setting::Staleness => "second",
        Setting::KeepCounts => "day",
        _ => return value.to_owned(),
    };
    format!("{value} {unit}{}", if value == "1" { "" } else { "s" })
}

/// A phrase as a sentence.
fn sentence(phrase: &str) -> String {
    let mut letters = phrase.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}
