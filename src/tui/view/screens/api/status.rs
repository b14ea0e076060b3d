//! The status line of the list: a summary or the filter, and where the selected row is.

use ratatui::text::{Line, Span};

use crate::credential::{Kind, Wanted, filter_terms};
use crate::text;
use crate::tui::app::{App, Workspace};
use crate::tui::screen::Api;
use crate::tui::view::paint::{Paint, plain, span, wrap};
use crate::tui::view::screens::api::{all_of, number};
use crate::tui::view::sheet;

/// Draws it over so many columns; beside them is the edge of the panel.
pub fn line(app: &App, workspace: &Workspace, api: &Api, paint: &mut Paint<'_>, y: u16, width: u16) {
    let glyphs = app.theme.glyphs;
    paint.ruled(y, vec![], vec![]);
    let place = place(app, api);
    let columns = place.iter().map(Span::width).sum::<usize>() as u16;
    let end = width.saturating_sub(columns + 3);
    if columns > 0 {
        let mut line = vec![Span::raw(" ")];
        line.extend(place);
        line.push(Span::raw(" "));
        paint.line(end, y, columns + 2, &Line::from(line));
    }
    if width < paint.area().width {
        let corner = if glyphs.line == "─" { "┴" } else { glyphs.line };
        paint.text_in(width.saturating_sub(1), y, 1, corner, app.theme.line());
    }
    if api.search.shown() && api.ticks.read_so_far().is_none() {
        return filter(app, api, paint, y, end);
    }
    let mut line = vec![Span::raw(" ")];
    line.extend(summary(app, workspace, api));
    line.push(Span::raw(" "));
    let line = Line::from(line);
    if line.width() > 2 {
        paint.line(1, y, (line.width() as u16).min(end.saturating_sub(2)), &line);
    }
}

/// `42 of 170`, as far as it is known.
fn place(app: &App, api: &Api) -> Vec<Span<'static>> {
    let theme = app.theme;
    let found = if api.search.narrows() { " found" } else { "" };
    let total = total(app, api);
    // While the selection moves on, the panel and what stands in its line keep what they say.
    let at = api.to_detail().and_then(|(row, _)| api.list.position(row.id, total));
    match (at, total) {
        _ if api.list.rows().is_empty() => vec![],
        (Some(at), Some(total)) => {
            vec![span(&number(at), theme.strong()), span(&format!(" of {}{found}", number(total)), theme.muted())]
        }
        (Some(at), None) => vec![span(&number(at), theme.strong()), span(found, theme.muted())],
        (None, Some(total)) => vec![span(&format!("{}{found}", number(total)), theme.muted())],
        (None, None) => vec![],
    }
}

/// How many rows the list has, if that is known without counting.
pub fn total(app: &App, api: &Api) -> Option<i64> {
    let all = app.workspace.as_ref().filter(|_| !api.search.narrows()).and_then(|w| all_of(w, api, api.kind));
    let found = api.found(api.kind).filter(|(_, all)| *all).map(|(n, _)| n);
    api.list.length().or(found).or(all)
}

/// What is in the section, the worst last.
fn summary(app: &App, workspace: &Workspace, api: &Api) -> Vec<Span<'static>> {
    let theme = app.theme;
    let Some(credentials) = workspace.overview.as_ref().and_then(|o| o.credentials.as_ref()) else { return vec![] };
    let expiring = credentials.states.of(api.kind, Wanted::Expiring);
    let usable = credentials.states.of(api.kind, Wanted::Active) + expiring;
    let mut parts = vec![vec![span(&format!("{} usable", number(usable)), theme.muted())]];
    if expiring > 0 {
        parts.push(vec![span(&format!("{} expiring", number(expiring)), theme.warning())]);
    }
    if api.revoked {
        parts.push(vec![span("revoked too", theme.muted())]);
    }
    if let Some(so_far) = api.ticks.read_so_far() {
        parts = vec![vec![plain(&format!("ticking, {} so far, esc stops", number(so_far as i64)))]];
    }
    parts.join(&span(", ", theme.muted()))
}

/// What the filter is, or the field that it is typed into; above it what is wrong with it.
fn filter(app: &App, api: &Api, paint: &mut Paint<'_>, y: u16, end: u16) {
    let theme = app.theme;
    let Some((field, entry)) = api.search.field() else { return };
    let room = usize::from(end).saturating_sub(6);
    let (shown, at) = sheet::part(field.text(), field.before_cursor(), room.saturating_sub(1), &app.theme);
    let empty = field.text().is_empty();
    let words =
        if empty { span(&format!(" {}", placeholder(room)), theme.muted()) } else { plain(&format!(" {shown}")) };
    let slash = span("/", theme.accent().patch(theme.strong()));
    let mut line = match api.search.open {
        true => vec![span(theme.glyphs.here, theme.accent()), slash, words],
        false => vec![Span::raw(" "), slash, words],
    };
    line.push(Span::raw(" "));
    let from = if api.search.open { 0 } else { 1 };
    paint.line(from, y, end.saturating_sub(from), &Line::from(line));
    if api.search.open {
        paint.cursor(3 + at as u16, y);
    }
    if let Some(message) = &entry.error {
        let lines = wrap(&format!("{} {message}", theme.glyphs.broken), room);
        let first = y.saturating_sub(lines.len() as u16);
        paint.blank(first..y);
        for (y, line) in (first..y).zip(&lines) {
            paint.text(3, y, line, theme.danger());
        }
    }
}

/// The placeholder: words, and as many of the terms as fit.
fn placeholder(room: usize) -> String {
    const MORE: &str = "; F1 terms)";
    let mut message = "(words".to_owned();
    for (i, (term, _)) in filter_terms().enumerate() {
        let next = format!("{}{term}", if i == 0 { ", " } else { " " });
        if text::width(&message) + text::width(&next) + MORE.len() > room {
            break;
        }
        message.push_str(&next);
    }
    message + MORE
}

/// In place of the rows, when the filter leaves none.
pub fn nothing(api: &Api) -> String {
    let what = match api.kind {
        Kind::Basic => "Basic",
        Kind::Hmac => "HMAC",
        Kind::Legacy => "Legacy",
    };
    format!("Nothing {what} matches {}. esc clears the filter.", text::safe(api.search.typed()))
}
