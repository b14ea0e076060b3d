//! The bodies of find by secret: the field, and the result.

use crate::hub::FoundSecret;
use crate::tui::app::App;
use crate::tui::form::{Form, Id};
use crate::tui::pending::Slot;
use crate::tui::view::dialogs::forms::pair;
use crate::tui::view::dialogs::rotate::used;
use crate::tui::view::screens::details::state_words;
use crate::tui::view::sheet::Sheet;

/// Lines of the field.
pub fn find(app: &App, compared: i64, form: &Form, problem: Option<&str>, sheet: &mut Sheet) {
    sheet.gap();
    sheet.tell("A secret turned up where it should not be? Paste it: it is compared with every secret, old ones too, and stored nowhere.");
    sheet.gap();
    if let Some((entry, focused)) = form.shown().find(|(e, _)| e.id == Id::Password) {
        sheet.field(entry, focused);
    }
    sheet.gap();
    if app.pending.has(Slot::Find) {
        sheet.say(&format!("Looking ... compared with {compared} secrets. Press esc to stop."), app.theme.strong());
    } else if let Some(problem) = problem {
        sheet.wrong(problem);
    } else {
        sheet.explain("Nothing is changed by looking. That it was found is noted in the trail.");
    }
}

/// Lines of the result.
pub fn found(app: &App, found: &FoundSecret, sheet: &mut Sheet) {
    let row = &found.row;
    sheet.gap();
    sheet.spans(pair("Name", &row.name));
    sheet.spans(pair("Key", &row.key));
    sheet.spans(pair("Kind", row.kind.title()));
    sheet.spans(pair("State", &state_words(app, row)));
    sheet.gap();
    sheet.say(&found.which_words(), app.theme.strong());
    sheet.tell(&used(app, row));
    sheet.gap();
    sheet.tell(found.remedy_words());
}
