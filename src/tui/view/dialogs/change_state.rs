//! The body of the sheet that disables, enables or revokes.

use crate::credential::{State, Verb};
use crate::hub::{CredentialRow, Tampering};
use crate::text;
use crate::time::DAY;
use crate::tui::app::App;
use crate::tui::dialog::{ChangeState, LeftOut, Tampered};
use crate::tui::form::{Control, Form, Id};
use crate::tui::relative_time;
use crate::tui::screen::Found;
use crate::tui::view::paint::{plain, span};
use crate::tui::view::screens::api;
use crate::tui::view::sheet::Sheet;

/// Most rows that are listed; of the rest only the number is shown.
const NAMED: usize = 3;

/// Lines of the sheet.
pub fn change_state(app: &App, d: &ChangeState, form: &Form, sheet: &mut Sheet) {
    let theme = app.theme;
    sheet.gap();
    let shown = if d.rows.len() == NAMED + 1 { NAMED + 1 } else { NAMED };
    for row in d.rows.iter().take(shown) {
        let used = match &row.last_used {
            None => "never used".to_owned(),
            Some(last) => format!("used {}", relative_time::ago(app.now, last.at.millis())),
        };
        let name = sheet.width().saturating_sub(12 + 20).clamp(10, 28);
        let cell = |text: &str, width: usize| text::pad(text, width, theme.glyphs.ellipsis);
        let named = text::fit_middle(&row.name, name - 2, theme.glyphs.ellipsis);
        let key = cell(&api::short_key(app, &row.key), 12);
        sheet.spans(vec![plain(&cell(&named, name)), span(&key, theme.muted()), plain(&used)]);
    }
    if d.rows.len() > shown {
        sheet.explain(&format!("and {} more", d.rows.len() - shown));
    }
    all_found(d.rows.len(), d.all_of.as_ref(), sheet);
    sheet.gap();
    consequence(app, d, sheet);
    if d.verb == Verb::Revoke {
        typed_confirmation(app, d, form, sheet);
    }
}

/// `1 is left out: data-push-stage-070, tampered.`
pub fn left_out(left_out: &[LeftOut], sheet: &mut Sheet, ellipsis: char) {
    if !left_out.is_empty() {
        sheet.gap();
    }
    for LeftOut { names, why } in left_out {
        let named: Vec<_> = names.iter().take(NAMED).map(|name| text::fit_middle(name, 30, ellipsis)).collect();
        let more = names.len() - named.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let are = if names.len() == 1 { "is" } else { "are" };
        sheet.warn(&format!("{} {are} left out: {}{more}, {why}.", names.len(), named.join(", ")));
    }
}

/// Of several that are disabled, how many are so already.
fn disabled_already(d: &ChangeState) -> String {
    let disabled = d.rows.iter().filter(|row| row.state == State::Disabled).count();
    match (d.verb, disabled) {
        (Verb::Enable | Verb::Revoke, _) | (_, 0) => String::new(),
        (Verb::Disable, 1) => "1 is disabled already. ".to_owned(),
        (Verb::Disable, n) => format!("{n} are disabled already. "),
    }
}

/// `These are all 18 of Legacy that / crm env=prod finds.`
pub fn all_found(rows: usize, found: Option<&Found>, sheet: &mut Sheet) {
    let Some(found) = found else { return };
    let of = match found.kind {
        Some(kind) => kind.title(),
        None => "every kind",
    };
    sheet.gap();
    sheet.tell(&match found.filter.as_str() {
        "" => format!("These are all {rows} of {of}."),
        filter => format!("These are all {rows} of {of} that / {} finds.", text::safe(filter)),
    });
}

/// Columns of a label.
const LABEL: usize = 13;

/// Lines of the sheet.
pub fn tampered(app: &App, d: &Tampered, sheet: &mut Sheet) {
    sheet.gap();
    sheet.tell(
        "Somebody wrote into the database. Verifiers refuse this credential; it can no longer be edited, rotated or enabled.",
    );
    sheet.gap();
    let reading = || "Reading ...".to_owned();
    let told = |words: fn(&App, &Tampering) -> String| d.known.as_ref().map_or_else(reading, |known| words(app, known));
    for (label, words) in [
        ("Key", d.row.key.clone()),
        ("Found", told(found)),
        ("Changed", told(changed)),
        ("Last entry", told(last)),
        ("What to do", "revoke it and create another; its history is kept".to_owned()),
    ] {
        let room = sheet.width().saturating_sub(LABEL);
        let words = text::fit(&text::safe(&words), room, app.theme.glyphs.ellipsis);
        sheet.spans(vec![span(&format!("{label:<LABEL$}"), app.theme.muted()), plain(&words)]);
    }
}

/// When it was found, and when it was whole.
fn found(app: &App, known: &Tampering) -> String {
    let whole = format!("it was whole {}", relative_time::moment(app.now, known.whole_at));
    match known.found_at {
        Some(at) => format!("{} UTC; {whole}", relative_time::moment(app.now, at)),
        None => format!("now, by its tag; {whole} UTC"),
    }
}

/// What differs from the activity log.
fn changed(_: &App, known: &Tampering) -> String {
    match known.changed.is_empty() {
        true => "something that the activity log does not tell".to_owned(),
        false => known.changed.join(", "),
    }
}

/// The last entry about a change of it.
fn last(app: &App, known: &Tampering) -> String {
    match &known.last {
        None => "none".to_owned(),
        Some(entry) => {
            let who = entry.who.as_deref().unwrap_or(app.theme.glyphs.nobody);
            format!("{}, {}, {who} {}", entry.no, relative_time::moment(app.now, entry.at), entry.did)
        }
    }
}

fn consequence(app: &App, d: &ChangeState, sheet: &mut Sheet) {
    let today = |row: &&CredentialRow| row.last_used.as_ref().is_some_and(|u| app.now.since(u.at.millis()) < DAY);
    let used = d.rows.iter().filter(today).count();
    let one = d.rows.len() == 1;
    let lately = match (used, d.rows.len()) {
        _ if matches!(d.verb, Verb::Enable) => None,
        (0, _) => None,
        (1, 1) => Some("It was used within a day. ".to_owned()),
        (n, all) if n == all => Some(format!("All {n} were used within a day. ")),
        (1, _) => Some("1 was used within a day. ".to_owned()),
        (n, _) => Some(format!("{n} were used within a day. ")),
    };
    let words = match (d.verb, one) {
        (Verb::Revoke, true) => {
            "It stops working within a second, everywhere, for good. To stop it for now, disable it."
        }
        (Verb::Revoke, false) => {
            "They stop working within a second, everywhere, for good. To stop them for now, disable them."
        }
        (Verb::Disable, true) => "It stops working within a second, everywhere, until it is enabled again.",
        (Verb::Disable, false) => "They stop working within a second, everywhere, until they are enabled again.",
        (Verb::Enable, true) => "It works again within a second, with the secret it has.",
        (Verb::Enable, false) => "They work again within a second, with the secrets they have.",
    };
    sheet.stressed(
        &format!("{}{}{words}", disabled_already(d), lately.as_deref().unwrap_or_default()),
        &[
            (lately.as_deref().unwrap_or_default().trim(), app.theme.strong()),
            (if d.verb == Verb::Revoke { "for good" } else { "" }, app.theme.danger().patch(app.theme.strong())),
        ],
    );
}

fn typed_confirmation(app: &App, d: &ChangeState, form: &Form, sheet: &mut Sheet) {
    let theme = app.theme;
    let Some((entry, focused)) = form.shown().find(|(e, _)| e.id == Id::Confirm) else { return };
    let Control::Text(field) = &entry.input else { return };
    let asked = match d.rows.as_slice() {
        [_] => format!("Type {}, the end of its key, to revoke   ", d.to_type()),
        _ => format!("Type {} to revoke   ", d.to_type()),
    };
    sheet.gap();
    let label = if focused { theme.strong() } else { theme.muted() };
    sheet.choice(vec![span(&asked, label), plain(field.text())], focused);
    if focused {
        let before = text::safe(field.before_cursor()).into_owned();
        sheet.cursor_on_last(text::width(&asked) + text::width(&before));
    }
    if let Some(message) = &entry.error {
        sheet.marked(theme.glyphs.broken, message, theme.danger(), theme.danger());
    }
}
