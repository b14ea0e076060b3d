//! The details of one credential: under the list, beside it, or in a dialog.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::account::Right;
use crate::credential::{BodyDigest, Condition, State};
use crate::hub::{CredentialInfo, CredentialRow, LiveSecret};
use crate::text;
use crate::time::Millis;
use crate::tui::app::App;
use crate::tui::dialog::CredentialDetails;
use crate::tui::relative_time;
use crate::tui::view::paint::{Paint, plain, span, wrap};
use crate::tui::view::screens::{history, refused};
use crate::tui::view::sheet::Sheet;

/// A label and its value.
type Fact = (&'static str, String);

/// What to do when a secret is lost: beside the list, and in a dialog, where that key does not work.
const ROTATE_IT: &str = "Press R";
const ROTATE_IT_LATER: &str = "Close, press R";

/// Under the list: a rule with the name, and five lines.
pub fn under(app: &App, row: &CredentialRow, details: Option<&CredentialInfo>, paint: &mut Paint<'_>, area: Rect) {
    heading(app, row, paint, area);
    let options = row.options.words(row.kind);
    let expires = format!("{} Networks   {}", text::pad(&options.expires, 22, '…'), options.networks);
    let last = match details.and_then(|d| refused::summary(app, d)) {
        Some(words) => ("Refused", words),
        None => ("Created", made(row)),
    };
    let [key_label, secret_label] = row.kind.labels();
    let facts = [
        (key_label, row.key.clone()),
        (secret_label, secret_words(app, row, details)),
        ("Expires", expires),
        ("Note", options.note),
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
    let options = row.options.words(row.kind);
    let (glyph, _) = state_mark(app, row, row.condition(app.now));
    let mut facts = vec![
        (row.kind.labels()[0], row.key.clone()),
        ("Kind", row.kind.title().to_owned()),
        ("State", format!("{glyph} {}", state_words(app, row))),
    ];
    facts.extend(secret_facts(app, row, details, lost));
    facts.push(("Not before", options.not_before));
    facts.push(("Expires", options.expires));
    facts.push(("Networks", options.networks));
    facts.extend(options.algorithms.map(|algorithms| ("Algorithms", algorithms)));
    facts.extend(options.body_digest.map(|word| {
        let meaning = match row.options.body_digest {
            BodyDigest::Required => ": a request with a body signs a digest of it",
            BodyDigest::Optional => "",
        };
        ("Digest", format!("{word}{meaning}"))
    }));
    facts.push(("Note", options.note));
    facts.push(("Last used", last_used(app, row.last_used.as_ref())));
    facts.extend(details.and_then(|d| refused::summary(app, d)).map(|words| ("Refused", words)));
    facts.push(("Created", made(row)));
    if row.changed_at != row.created_at {
        facts.push(("Changed", format!("{} by {}", row.changed_at.stamp(), row.changed_by)));
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
    let mut facts = vec![(row.kind.labels()[1], shown_once(app, row, details, lost))];
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

/// The same for the line under the list, with the key that ends it for users who may.
fn old_line(app: &App, old: &LiveSecret) -> String {
    let until = old.valid_until.map(|at| at.millis().utc("%-d %b %H:%M")).unwrap_or_default();
    let used = match &old.last_used {
        Some(last) => format!("used {}", relative_time::ago(app.now, last.at.millis())),
        None => "never used".to_owned(),
    };
    format!("Old secret works until {until}, {used}{}", stops(app, ". O stops it"))
}

/// Words shown only to users who may stop a secret.
fn stops(app: &App, words: &'static str) -> &'static str {
    let may = app.workspace.as_ref().is_some_and(|workspace| workspace.may(Right::ManageCredentials));
    if may { words } else { "" }
}

/// One line about the secret: an old one that still works matters most.
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

fn made(row: &CredentialRow) -> String {
    format!("{} by {}", row.created_at.stamp(), row.created_by)
}

fn last_used(app: &App, last: Option<&crate::hub::LastUse>) -> String {
    match last {
        None => "never".to_owned(),
        Some(last) => format!("{} ({})", last.words(), relative_time::ago(app.now, last.at.millis())),
    }
}

/// Glyph and colour of a state. The word beside it says the same.
pub fn state_mark(app: &App, row: &CredentialRow, condition: Condition) -> (&'static str, Style) {
    let (glyphs, theme) = (app.theme.glyphs, app.theme);
    if row.tampered {
        return (glyphs.over, theme.bad());
    }
    match condition {
        Condition::Active => (glyphs.usable, theme.good()),
        Condition::Expiring(_) => (glyphs.warning, theme.warn()),
        Condition::NotYet | Condition::Disabled => (glyphs.stopped, Style::new()),
        Condition::Expired | Condition::Revoked => (glyphs.over, theme.bad()),
    }
}
