//! The body of the dialog that disables, enables or revokes.

use crate::credential::Verb;
use crate::text;
use crate::tui::app::App;
use crate::tui::dialog::ChangeState;
use crate::tui::form::{Control, Form, Id};
use crate::tui::relative_time;
use crate::tui::screen::Found;
use crate::tui::view::paint::{plain, span, wrap};
use crate::tui::view::sheet::Sheet;

/// Most rows that are listed; of the rest only the number is shown.
const NAMED: usize = 6;

/// Lines of the dialog.
pub fn change_state(app: &App, d: &ChangeState, form: &Form, sheet: &mut Sheet) {
    sheet.gap();
    let ellipsis = app.theme.glyphs.ellipsis;
    let room = sheet.width();
    let name = room.saturating_sub(20 + 20).clamp(10, 24);
    for row in d.rows.iter().take(NAMED) {
        let used = match &row.last_used {
            None => "never used".to_owned(),
            Some(last) => format!("used {}", relative_time::ago(app.now, last.at.millis())),
        };
        let key = text::pad(&row.key, 20, ellipsis);
        let line = format!("{}  {key}  {used}", text::pad(&row.name, name, ellipsis));
        sheet.spans(vec![plain(&text::fit(&line, room, ellipsis))]);
    }
    if d.rows.len() > NAMED {
        sheet.tell(&format!("and {} more", d.rows.len() - NAMED));
    }
    if let Some(found) = &d.all_of {
        sheet.gap();
        sheet.tell(&all_found(d.rows.len(), found));
    }
    sheet.gap();
    sheet.tell(consequence(d));
    if d.verb == Verb::Revoke {
        typed_confirmation(app, d, form, sheet);
    }
}

/// `All 18 that / crm env=prod finds.`
fn all_found(rows: usize, found: &Found) -> String {
    let of = match found.kind {
        Some(kind) => kind.title(),
        None => "every kind",
    };
    match found.filter.as_str() {
        "" => format!("These are all {rows} of {of}."),
        filter => format!("These are all {rows} of {of} that / {} finds.", text::safe(filter)),
    }
}

/// Lines about a credential that was changed outside keydesk.
pub fn tampered(sheet: &mut Sheet) {
    sheet.gap();
    sheet.tell(
        "Somebody wrote into the database. Verifiers refuse this credential; it can no longer be edited, rotated or enabled.",
    );
    sheet.gap();
    sheet.tell("What to do: revoke it and create another; its history is kept.");
}

fn consequence(d: &ChangeState) -> &'static str {
    match (d.verb, d.rows.len()) {
        (Verb::Revoke, 1) => {
            "It stops working within a second, everywhere. This cannot be undone. To stop it for now, disable it."
        }
        (Verb::Revoke, _) => {
            "They stop working within a second, everywhere. This cannot be undone. To stop them for now, disable them."
        }
        (Verb::Disable, 1) => "It stops working within a second, everywhere, until it is enabled again.",
        (Verb::Disable, _) => "They stop working within a second, everywhere, until they are enabled again.",
        (Verb::Enable, 1) => "It works again within a second, with the secret it has.",
        (Verb::Enable, _) => "They work again within a second, with the secrets they have.",
    }
}

fn typed_confirmation(app: &App, d: &ChangeState, form: &Form, sheet: &mut Sheet) {
    let Some((entry, focused)) = form.shown().find(|(e, _)| e.id == Id::Confirm) else { return };
    let asked = match d.rows.as_slice() {
        [_] => format!("Type the last 4 characters of the key, {}, to confirm:", d.to_type()),
        _ => format!("Type {} to confirm:", d.to_type()),
    };
    let Control::Text(field) = &entry.input else { return };
    sheet.gap();
    let mark = if focused { app.theme.glyphs.focus } else { " " };
    let typed = span(field.text(), app.theme.strong());
    // The typed text follows the question on its line if both fit, else on the next.
    let room = sheet.width().saturating_sub(text::width(mark) + 1 + text::width(&d.to_type()) + 2);
    let mut lines = wrap(&asked, sheet.width().saturating_sub(2));
    let last = lines.pop().filter(|last| text::width(last) <= room);
    let last = last.map_or_else(String::new, |last| format!("{last}  "));
    if last.is_empty() {
        lines = wrap(&asked, sheet.width().saturating_sub(2));
    }
    for line in &lines {
        sheet.spans(vec![plain(&format!("  {line}"))]);
    }
    sheet.spans(vec![plain(&format!("{mark} ")), plain(&last), typed]);
    if focused {
        let before = text::safe(field.before_cursor()).into_owned();
        sheet.cursor_on_last(3 + 2 + text::width(&last) + text::width(&before));
    }
    if let Some(message) = &entry.error {
        sheet.say(&format!("{} {message}", app.theme.glyphs.unmet), app.theme.bad());
    }
}
