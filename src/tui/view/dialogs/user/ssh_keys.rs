//! Draws the SSH keys of a user, the form for a new one, and the question before one is removed.

use crate::account::PublicKey;
use crate::hub::{SshKeyRow, SshKeyState, Via};
use crate::text;
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::SshKeys;
use crate::tui::form::{Control, Form, Id};
use crate::tui::relative_time;
use crate::tui::view::forms;
use crate::tui::view::paint::{plain, span};
use crate::tui::view::screens::menu;
use crate::tui::view::sheet::Sheet;

/// The keys, with all about the selected one under it.
pub fn ssh_keys(app: &App, keys: &SshKeys, sheet: &mut Sheet) {
    sheet.gap();
    match keys.rows.as_deref() {
        None => sheet.tell("Reading ..."),
        Some([]) => {
            sheet.tell(&format!("{} has no SSH key.", keys.who));
            if app.workspace.as_ref().is_some_and(Workspace::manages_ssh_keys) {
                sheet.gap();
                sheet.explain("n adds one: paste the line of the file that ends in .pub.");
            }
        }
        Some(rows) => {
            for (i, row) in rows.iter().enumerate() {
                let selected = i == keys.selected;
                key(app, row, selected, sheet);
                if selected {
                    facts(app, row, sheet);
                }
            }
        }
    }
    sheet.gap();
}

fn key(app: &App, row: &SshKeyRow, selected: bool, sheet: &mut Sheet) {
    let (theme, glyphs) = (app.theme, app.theme.glyphs);
    let room = sheet.width().saturating_sub(12 + 2);
    let (glyph, style) = match row.state {
        SshKeyState::Active => (glyphs.active, theme.muted()),
        SshKeyState::Expired | SshKeyState::Removed => (glyphs.over, theme.muted()),
        SshKeyState::Tampered => (glyphs.tampered, theme.armed()),
    };
    let called = text::pad(row.called(), room, glyphs.ellipsis);
    sheet.row(vec![plain(&called), plain(" "), span(&format!("{glyph} {}", row.state.as_str()), style)], selected);
}

/// All about one key.
fn facts(app: &App, row: &SshKeyRow, sheet: &mut Sheet) {
    let expires = row.expires_at.map_or("never".to_owned(), |end| end.millis().stamp());
    let used = row.last_used.as_ref().map_or("never".to_owned(), |last| {
        format!("{} UTC{}", relative_time::moment(app.now, last.at), menu::from(last.address.as_deref()))
    });
    let networks = if row.networks.is_any() { "any".to_owned() } else { row.networks.to_string() };
    for (label, words) in [
        ("", row.fingerprint.clone()),
        ("", row.algorithm().to_owned()),
        ("Networks", networks),
        ("Expires", expires),
        ("Last used", used),
        ("Added", format!("{} by {}", row.created_at.stamp(), row.created_by)),
    ] {
        let label = if label.is_empty() { String::new() } else { text::pad(label, 11, app.theme.glyphs.ellipsis) };
        let room = sheet.width().saturating_sub(2 + text::width(&label));
        let words = text::fit(&words, room, app.theme.glyphs.ellipsis);
        sheet.spans(vec![plain("  "), span(&label, app.theme.muted()), plain(&words)]);
    }
}

/// The form for a new key.
pub fn add(app: &App, form: &Form, sheet: &mut Sheet) {
    sheet.gap();
    sheet.explain("Paste the line of the file that ends in .pub, for example ~/.ssh/id_ed25519.pub.");
    sheet.gap();
    for (entry, focused) in form.shown() {
        if matches!(entry.input, Control::Button(_)) {
            continue;
        }
        sheet.field(entry, focused);
        let typed = form.text(entry.id);
        match (entry.id, PublicKey::parse(form.text(Id::PublicKey))) {
            _ if entry.error.is_some() => {}
            (Id::PublicKey, Ok(key)) => sheet.explain_under(key.algorithm()),
            (Id::Label, Ok(key)) if typed.is_empty() && !key.comment().is_empty() => {
                sheet.aside(&text::fit(&text::safe(key.comment()), sheet.under_width(), app.theme.glyphs.ellipsis));
            }
            (Id::Label, _) if typed.is_empty() => sheet.aside("the comment of the key"),
            (Id::Networks, _) if typed.is_empty() => sheet.aside("any"),
            (Id::Networks, _) => forms::network_warning(app, entry, typed, sheet),
            (Id::Expires, _) if typed.is_empty() => sheet.aside("never"),
            (Id::Expires, _) => forms::date_echo(app, entry, typed, sheet),
            _ => {}
        }
    }
}

/// What removing a key means.
pub fn remove(app: &App, row: &SshKeyRow, sheet: &mut Sheet) {
    sheet.gap();
    sheet.tell(&row.fingerprint);
    sheet.gap();
    sheet.tell(&format!(
        "It opens nothing any more, and the sessions of {} that it opened end within a second.",
        row.user
    ));
    let via = app.workspace.as_ref().map(|workspace| &workspace.session.actor.via);
    if matches!(via, Some(Via::SshKey(used)) if used.fingerprint == row.fingerprint) {
        sheet.gap();
        sheet.warn("You signed in with it: this session ends too.");
    }
}
