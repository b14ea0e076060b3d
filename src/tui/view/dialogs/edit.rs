//! The bodies of the dialogs that change a credential: edit, new password, stop the old secret.

use crate::text;
use crate::tui::app::App;
use crate::tui::dialog::{EditKeys, NewPassword, StopOldSecret};
use crate::tui::form::{Control, Form, FormEntry, Id};
use crate::tui::view::dialogs::change_state::all_found;
use crate::tui::view::forms::{self, password_line};
use crate::tui::view::paint::span;
use crate::tui::view::sheet::Sheet;

/// Most names that are listed.
const NAMED: usize = 4;

/// Lines of the edit form.
pub fn edit(app: &App, d: &EditKeys, form: &Form, sheet: &mut Sheet) {
    sheet.gap();
    if d.rows.len() > 1 {
        let ellipsis = app.theme.glyphs.ellipsis;
        let names: Vec<_> = d.rows.iter().take(NAMED).map(|row| text::fit(&row.name, 30, ellipsis)).collect();
        let more = d.rows.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        sheet.tell(&format!("{}{more}", names.join(", ")));
        all_found(d.rows.len(), d.all_of.as_ref(), sheet);
        sheet.gap();
    }
    for (entry, focused) in form.shown() {
        match (entry.id, &entry.input) {
            (Id::Algorithm(_), _) | (_, Control::Button(_)) => continue,
            (Id::Digest, _) => forms::algorithms(form, sheet),
            _ => {}
        }
        sheet.field(entry, focused);
        under_field(app, d, form, entry, sheet);
    }
    if d.rows.len() > 1 {
        sheet.gap();
        sheet.explain("What you leave as it is, stays. + adds a tag, - takes one away. For any network write any.");
    }
}

/// The text under a field: what it is now, what an empty one means, what is odd about it.
fn under_field(app: &App, d: &EditKeys, form: &Form, entry: &FormEntry, sheet: &mut Sheet) {
    let several = d.rows.len() > 1;
    if let ([row], Id::Name, true) = (d.rows.as_slice(), entry.id, d.is_taken(form)) {
        return forms::warn(app, &format!("A {} credential has this name already.", row.kind.word()), sheet);
    }
    match (entry.id, form.text(entry.id)) {
        (Id::Expires, _) if form.chosen(Id::Expires) == 0 => sheet.explain_under(&d.in_common(Id::Expires, app.now)),
        (Id::Expires, typed) => forms::date_echo(app, entry, typed, sheet),
        (Id::Owner | Id::Tags | Id::Networks, _) if several && entry.error.is_none() => {
            sheet.at_end(vec![span(&d.in_common(entry.id, app.now), app.theme.muted())]);
            let networks = if entry.id == Id::Networks { form.text(entry.id) } else { "" };
            forms::network_warning(app, entry, networks, sheet);
        }
        (id, "") if matches!(entry.input, Control::Text(_)) && entry.error.is_none() => sheet.aside(empty_means(id)),
        (Id::NotBefore, typed) => forms::date_echo(app, entry, typed, sheet),
        (Id::Networks, typed) => forms::network_warning(app, entry, typed, sheet),
        _ => {}
    }
}

/// What an empty field means.
fn empty_means(id: Id) -> &'static str {
    match id {
        Id::NotBefore => "at once; or 12h, 90d, 2027-01-31, UTC",
        Id::Networks => "any network; 203.0.113.0/24 2001:db8::/32",
        Id::Owner => "nobody; a person, a team or an address",
        Id::Tags => "no tags; crm env=prod",
        Id::Note => "no note",
        _ => "a name is needed",
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
