//! The details of one credential: under the list, beside it, or in a dialog.

use ratatui::{
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    account::Right,
    credential::{BodyDigest, Kind, State},
    hub::{CredentialInfo, CredentialRow, LiveSecret},
    text,
    time::{Millis, Seconds},
    tui::{
        app::App,
        dialog::CredentialDetails,
        relative_time,
        view::{
            paint::{Paint, plain, span, wrap},
            screens::{api::state_mark, history, menu, refused},
            sheet::Sheet,
        },
    },
};

/// A label and what stands behind it.
type Fact = (&'static str, String);

/// What helps when a secret is lost: beside the list, and in a dialog that knows no such key.
const ROTATE_IT: &str = "Press R";
const ROTATE_IT_LATER: &str = "Close, press R";

/// Under the list: a rule with the name, and five lines.
pub fn under(app: &App, row: &CredentialRow, details: Option<&CredentialInfo>, paint: &mut Paint<'_>, area: Rect) {
    heading(app, row, paint, area);
    let options = &row.options;
    let networks = if options.networks.is_any() { "any".to_owned() } else { options.networks.to_string() };
    let expires = format!("{} Networks   {networks}", text::pad(&expiry(options.expires_at), 22, '…'));
    let note = if options.note.as_str().is_empty() { "none" } else { options.note.as_str() };
    let last = match details.and_then(|d| refused::summary(app, d)) {
        Some(words) => ("Refused", words),
        None => ("Created", made(row)),
    };
    let facts = [
        (key_label(row.kind), row.key.clone()),
        (secret_label(row.kind), secret_words(app, row, details)),
        ("Expires", expires),
        ("Note", note.to_owned()),
        last,
    ];
    for (y, fact) in (area.y + 1..area.bottom()).zip(&facts) {
        let room = usize::from(area.width).saturating_sub(13);
        let value = text::fit(&fact.1, room, app.theme.glyphs.ellipsis);
        paint.line(1, y, area.width, &Line::from(vec![plain(&text::pad(fact.0, 10, '…')), plain(&value)]));
    }
}

fn heading(app: &App, row: &CredentialRow, paint: &mut Paint<'_>, area: Rect) {
    let glyphs = app.theme.glyphs;
    paint.rule(1, area.y, area.width.saturating_sub(2), glyphs.horizontal, Style::new());
    let name = text::fit(&row.name, usize::from(area.width).saturating_sub(8), glyphs.ellipsis);
    paint.text_in(2, area.y, area.width, &format!(" {name} "), app.theme.strong());
}

/// Beside the list: everything, wrapped.
pub fn beside(app: &App, row: &CredentialRow, details: Option<&CredentialInfo>, paint: &mut Paint<'_>, area: Rect) {
    let glyphs = app.theme.glyphs;
    for y in area.y..area.bottom() {
        paint.text_in(area.x, y, 1, glyphs.vertical, Style::new());
    }
    let x = area.x + 2;
    let width = area.width.saturating_sub(3);
    let name = text::fit(&row.name, usize::from(width), glyphs.ellipsis);
    paint.text_in(x, area.y, width, &name, app.theme.strong());
    let lines = fact_lines(app, &facts(app, row, details, ROTATE_IT), usize::from(width));
    for (y, line) in (area.y + 2..area.bottom()).zip(&lines) {
        paint.line(x, y, width, line);
    }
}

/// Alone in a dialog.
pub fn in_dialog(app: &App, about: &CredentialDetails, sheet: &mut Sheet) {
    let details = &about.details;
    sheet.gap();
    for line in fact_lines(app, &facts(app, &details.row, Some(details), ROTATE_IT_LATER), sheet.width()) {
        sheet.spans(line.spans);
    }
    sheet.gap();
    history::add(app, about, sheet);
}

fn fact_lines(app: &App, facts: &[Fact], width: usize) -> Vec<Line<'static>> {
    let label = 11;
    let mut lines = Vec::new();
    for (name, value) in facts {
        for (i, part) in wrap(value, width.saturating_sub(label)).iter().enumerate() {
            let name = if i == 0 { *name } else { "" };
            let head: Span<'static> = span(&text::pad(name, label, '…'), app.theme.strong());
            lines.push(Line::from(vec![head, plain(part)]));
        }
    }
    lines
}

fn facts(app: &App, row: &CredentialRow, details: Option<&CredentialInfo>, lost: &str) -> Vec<Fact> {
    let options = &row.options;
    let (glyph, _) = state_mark(app, row, row.condition(app.now));
    let any = |text: String| if text.is_empty() { "any".to_owned() } else { text };
    let mut facts = vec![
        (key_label(row.kind), row.key.clone()),
        ("Kind", row.kind.title().to_owned()),
        ("State", format!("{glyph} {}", state_words(app, row))),
    ];
    facts.extend(secret_facts(app, row, details, lost));
    facts.push(("Not before", options.not_before.map_or("no limit".to_owned(), at_minute)));
    facts.push(("Expires", expiry(options.expires_at)));
    facts.push(("Networks", any(options.networks.to_string())));
    if row.kind.signs() {
        facts.push(("Algorithms", any(options.algorithms.to_string())));
        let digest = match options.body_digest {
            BodyDigest::Required => "required: a request with a body signs a digest of it",
            BodyDigest::Optional => "optional",
        };
        facts.push(("Digest", digest.to_owned()));
    }
    let note = options.note.as_str();
    facts.push(("Note", if note.is_empty() { "none".to_owned() } else { note.to_owned() }));
    facts.push(("Last used", last_used(app, row.last_used.as_ref())));
    facts.extend(details.and_then(|d| refused::summary(app, d)).map(|words| ("Refused", words)));
    facts.push(("Created", made(row)));
    if row.changed_at != row.created_at {
        facts.push(("Changed", format!("{} by {}", stamp(row.changed_at), row.changed_by)));
    }
    facts
}

/// The state as details tell it.
pub fn state_words(app: &App, row: &CredentialRow) -> String {
    match row.tampered {
        true => "tampered: changed outside keydesk, and refused".to_owned(),
        false => row.condition(app.now).words(),
    }
}

fn secret_facts(app: &App, row: &CredentialRow, details: Option<&CredentialInfo>, lost: &str) -> Vec<Fact> {
    let mut facts = vec![(secret_label(row.kind), shown_once(app, row, details, lost))];
    if let Some(old) = details.and_then(|d| old_secret(app, d)) {
        facts.push(("", old_words(app, old)));
    }
    facts
}

/// The old secret that still works after a rotation.
fn old_secret<'a>(app: &App, details: &'a CredentialInfo) -> Option<&'a LiveSecret> {
    details.secrets.iter().find(|s| s.valid_until.is_some_and(|until| until.millis() > app.now))
}

fn old_words(app: &App, old: &LiveSecret) -> String {
    let until = old.valid_until.map(|at| at.millis().utc("%-d %b %H:%M UTC")).unwrap_or_default();
    let used = match &old.last_used {
        Some(last) => format!("last used {}", relative_time::ago(app.now, last.at.millis())),
        None => "never used".to_owned(),
    };
    format!("Old secret works until {until}, {used}{}", stops(app, ". O in the list stops it now"))
}

/// The same in the line under the list, with the key that ends it for those who may.
fn old_line(app: &App, old: &LiveSecret) -> String {
    let until = old.valid_until.map(|at| at.millis().utc("%-d %b %H:%M")).unwrap_or_default();
    let used = match &old.last_used {
        Some(last) => format!("used {}", relative_time::ago(app.now, last.at.millis())),
        None => "never used".to_owned(),
    };
    format!("Old secret works until {until}, {used}{}", stops(app, ". O stops it"))
}

/// Words that only users who may stop a secret get to read.
fn stops(app: &App, words: &'static str) -> &'static str {
    let may = app.workspace.as_ref().is_some_and(|workspace| workspace.may(Right::ManageCredentials));
    if may { words } else { "" }
}

/// One line about the secret: the old one that still works is what matters most.
fn secret_words(app: &App, row: &CredentialRow, details: Option<&CredentialInfo>) -> String {
    match details.and_then(|d| old_secret(app, d)) {
        Some(old) => old_line(app, old),
        None => shown_once(app, row, details, ROTATE_IT),
    }
}

fn shown_once(app: &App, row: &CredentialRow, details: Option<&CredentialInfo>, lost: &str) -> String {
    let made_at: Millis = details.and_then(|d| d.secrets.first()).map_or(row.created_at, |s| s.created_at);
    let on = relative_time::day(app.now, made_at);
    let words = format!("shown once, on {on}; not kept in readable form.");
    let may = app.workspace.as_ref().is_some_and(|workspace| workspace.may(Right::ManageCredentials));
    match may && row.state != State::Revoked {
        true => format!("{words} Lost? {lost}"),
        false => words,
    }
}

fn key_label(kind: Kind) -> &'static str {
    if kind.has_username() { "Username" } else { "Key" }
}

fn secret_label(kind: Kind) -> &'static str {
    if kind.has_username() { "Password" } else { "Secret" }
}

fn expiry(at: Option<Seconds>) -> String {
    at.map_or("never".to_owned(), at_minute)
}

fn at_minute(at: Seconds) -> String {
    stamp(at.millis())
}

fn stamp(at: Millis) -> String {
    at.utc("%Y-%m-%d %H:%M UTC")
}

fn made(row: &CredentialRow) -> String {
    format!("{} by {}", stamp(row.created_at), row.created_by)
}

fn last_used(app: &App, last: Option<&crate::hub::LastUse>) -> String {
    match last {
        None => "never".to_owned(),
        Some(last) => {
            let from = menu::from(last.address.as_deref());
            format!("{}{from} ({})", stamp(last.at.millis()), relative_time::ago(app.now, last.at.millis()))
        }
    }
}
