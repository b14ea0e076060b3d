//! Draws the SSH keys of a user, the form for a new one, and the question before one is removed.

use ratatui::text::Span;

use crate::account::PublicKey;
use crate::credential::EXPIRING_DAYS;
use crate::hub::{NewSshKey, SshKeyRow, SshKeyState};
use crate::text;
use crate::time::DAY;
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{RemoveSshKey, SshKeys};
use crate::tui::form::{Control, Form, Id};
use crate::tui::relative_time;
use crate::tui::view::forms;
use crate::tui::view::paint::{plain, span};
use crate::tui::view::screens::menu;
use crate::tui::view::sheet::Sheet;

/// From so many columns on there is room for the address of the last use, and for the networks.
const WITH_ADDRESS: usize = 70;
const WITH_NETWORKS: usize = 100;

/// The columns behind the label: head, and width with the gap behind it.
const NETWORKS: (&str, usize) = ("NETWORKS", 24);
const EXPIRES: (&str, usize) = ("EXPIRES", 10);
const LAST_USED: (&str, usize) = ("LAST USED", 17);
const FROM: (&str, usize) = ("FROM", 17);
const STATE: (&str, usize) = ("STATE", 10);

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
            let columns = columns(sheet.width());
            let heads = columns.iter().map(|(head, width)| text::pad(head, *width, app.theme.glyphs.ellipsis));
            sheet.spans(vec![span(heads.collect::<String>().trim_end(), app.theme.muted())]);
            for (i, row) in rows.iter().enumerate() {
                let selected = i == keys.selected;
                sheet.row(columns.iter().map(|column| cell(app, row, *column)).collect(), selected);
                if selected {
                    facts(app, row, sheet);
                }
            }
        }
    }
    sheet.gap();
}

/// The label takes what the others leave.
fn columns(width: usize) -> Vec<(&'static str, usize)> {
    let rest = match width {
        ..WITH_ADDRESS => vec![EXPIRES, LAST_USED, STATE],
        WITH_ADDRESS..WITH_NETWORKS => vec![EXPIRES, LAST_USED, FROM, STATE],
        _ => vec![NETWORKS, EXPIRES, LAST_USED, FROM, STATE],
    };
    let taken: usize = rest.iter().map(|(_, width)| width).sum();
    [("LABEL", width.saturating_sub(taken))].into_iter().chain(rest).collect()
}

fn cell(app: &App, row: &SshKeyRow, column: (&'static str, usize)) -> Span<'static> {
    let (theme, glyphs) = (app.theme, app.theme.glyphs);
    let last = row.last_used.as_ref();
    let (words, style) = match column {
        NETWORKS if row.networks.is_any() => ("any".to_owned(), theme.muted()),
        NETWORKS => (row.networks.to_string(), theme.text()),
        EXPIRES => match row.expires_at.map(|end| end.millis()) {
            None => ("never".to_owned(), theme.muted()),
            Some(end) if end > app.now => (relative_time::until(app.now, end), theme.text()),
            Some(end) => (relative_time::day(app.now, end), theme.text()),
        },
        LAST_USED => last.map_or_else(
            || ("never".to_owned(), theme.muted()),
            |last| (relative_time::moment(app.now, last.at), theme.text()),
        ),
        FROM => (last.and_then(|last| last.address.clone()).unwrap_or_default(), theme.text()),
        STATE => match row.state_at(app.now) {
            SshKeyState::Active if is_expiring(app, row) => (format!("{} expiring", glyphs.warning), theme.warning()),
            SshKeyState::Active => (format!("{} active", glyphs.active), theme.muted()),
            SshKeyState::Tampered => (format!("{} tampered", glyphs.tampered), theme.armed()),
            over => (format!("{} {}", glyphs.over, over.as_str()), theme.muted()),
        },
        _ => (row.called().to_owned(), theme.text()),
    };
    let room = column.1 - usize::from(column != STATE);
    span(&text::pad(&text::fit_middle(&words, room, glyphs.ellipsis), column.1, glyphs.ellipsis), style)
}

fn is_expiring(app: &App, row: &SshKeyRow) -> bool {
    row.expires_at.is_some_and(|end| end.millis().since(app.now) <= EXPIRING_DAYS * DAY)
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
            (Id::Label, Ok(key)) if typed.is_empty() => match NewSshKey::of(key).wanted_label() {
                Ok(comment) if !comment.is_empty() => {
                    sheet.aside(&text::fit(&comment, sheet.under_width(), app.theme.glyphs.ellipsis));
                }
                _ => sheet.aside("none: the key has no comment"),
            },
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
pub fn remove(app: &App, remove: &RemoveSshKey, sheet: &mut Sheet) {
    let row = &remove.row;
    sheet.gap();
    sheet.tell(&row.fingerprint);
    sheet.gap();
    sheet.tell(&format!(
        "It opens nothing any more, and the sessions of {} that it opened end within a second.",
        row.user
    ));
    if remove.last_way_in {
        sheet.gap();
        sheet.warn(&format!("{} has no password and no other usable key: this is the only way in.", row.user));
    }
    if app.workspace.as_ref().is_some_and(|workspace| workspace.session.actor.signed_in_with(&row.fingerprint)) {
        sheet.gap();
        sheet.warn("You signed in with it: this session ends too.");
    }
}
