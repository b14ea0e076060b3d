//! The bodies of the dialogs that change a credential: edit, new password, stop the old secret.

use crate::text;
use crate::tui::app::App;
use crate::tui::dialog::{EditKeys, NewPassword, StopOldSecret};
use crate::tui::form::{Control, Form, Id};
use crate::tui::view::forms::{self, password_line};
use crate::tui::view::sheet::Sheet;

/// Most names that are listed.
const NAMED: usize = 4;

/// Lines of the edit form.
pub fn edit(d: &EditKeys, form: &Form, sheet: &mut Sheet) {
    sheet.gap();
    if d.rows.len() > 1 {
        let names: Vec<_> = d.rows.iter().take(NAMED).map(|row| text::fit(&row.name, 30, '…')).collect();
        let more = d.rows.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        sheet.tell(&format!("{}{more}", names.join(", ")));
        sheet.gap();
    }
    for (entry, focused) in form.shown() {
        match (entry.id, &entry.input) {
            (Id::Algorithm(_), _) | (_, Control::Button(_)) => continue,
            (Id::Digest, _) => forms::algorithms(form, sheet),
            _ => {}
        }
        sheet.field(entry, focused);
        if matches!(entry.input, Control::Text(_)) && entry.error.is_none() && form.text(entry.id).is_empty() {
            sheet.aside(empty_means(entry.id, d.differ(entry.id)));
        }
    }
    if d.rows.len() > 1 {
        sheet.gap();
        sheet.tell("A field that is left as it is changes nothing. For no expiry write never, for any network any.");
    }
}

/// What an empty field means.
fn empty_means(id: Id, differ: bool) -> &'static str {
    match (id, differ) {
        (_, true) => "they differ; left empty they stay so",
        (Id::NotBefore | Id::Expires, false) => "no limit; 90d, 12h or 2027-01-31, UTC",
        (Id::Networks, false) => "any network; 203.0.113.0/24 2001:db8::/32",
        (Id::Note, false) => "no note",
        (_, false) => "a name is needed",
    }
}

/// Lines of the form with another password.
pub fn new_password(app: &App, d: &NewPassword, form: &Form, sheet: &mut Sheet) {
    sheet.gap();
    sheet.tell("The password that it has now stops working within a second, everywhere.");
    sheet.gap();
    if let Some((entry, focused)) = form.shown().find(|(e, _)| e.id == Id::Password) {
        sheet.field(entry, focused);
        password_line(app, form, d.generate, d.wiped, sheet);
    }
}

/// Lines of the confirmation.
pub fn stop_old_secret(d: &StopOldSecret, sheet: &mut Sheet) {
    sheet.gap();
    if let Some(until) = d.until {
        sheet.tell(&format!("It would work until {}.", until.millis().utc("%-d %b %Y %H:%M UTC")));
        sheet.gap();
    }
    sheet.tell("Who still calls with it is refused within a second, everywhere. This cannot be undone.");
    sheet.gap();
    sheet.tell("The new secret goes on working.");
}
