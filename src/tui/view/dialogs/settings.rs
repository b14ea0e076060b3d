//! The bodies of the forms for one's own password, for the password again, and for settings.

use crate::tui::app::App;
use crate::tui::dialog::Part;
use crate::tui::form::{Form, Id};
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

/// Lines of a form for settings.
pub fn settings(part: Part, form: &Form, sheet: &mut Sheet) {
    let (before, after) = match part {
        Part::Lock => (
            "Without a key for so long, a desk locks and wipes what is secret:",
            "Whoever is signed in keeps the time that was set at the sign-in.",
        ),
        Part::Api => {
            ("Samples and gateway snippets are filled in with these:", "Nothing is looked up or called there.")
        }
        Part::Verifier => (
            "Every verifier follows these within a second:",
            "Algorithms narrow what each key allows; a replay guard refuses clients that send equal requests within a second.",
        ),
    };
    sheet.gap();
    sheet.tell(before);
    sheet.gap();
    for (entry, focused) in form.shown() {
        let Id::Setting(setting) = entry.id else { continue };
        sheet.field(entry, focused);
        if entry.error.is_none() && part != Part::Lock {
            sheet.explain_under(setting.meaning());
        }
    }
    sheet.gap();
    sheet.tell(after);
}
