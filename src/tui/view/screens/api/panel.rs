//! The panel of the selected row: under the list or beside it. With ticks it tells what is ticked.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::account::Right;
use crate::hub::{CredentialInfo, CredentialRow, LiveSecret, sum_of_days};
use crate::text::{self, grouped};
use crate::tui::app::App;
use crate::tui::relative_time;
use crate::tui::screen::Api;
use crate::tui::view::charts::{self, DayColumns, Series};
use crate::tui::view::paint::{Paint, plain, span, wrap};
use crate::tui::view::screens::api::number;
use crate::tui::view::screens::{details, refused};

/// Columns of a label under the list.
const LABEL: usize = 10;
/// Where the second fact of a line begins.
const SECOND: usize = 42;

/// Under the list: five lines, or one in a low window.
pub fn under(app: &App, row: &CredentialRow, details: Option<&CredentialInfo>, paint: &mut Paint<'_>, area: Rect) {
    if area.height < 5 {
        return paint.line(0, area.y, area.width, &Line::from(one_line(app, row)));
    }
    let theme = app.theme;
    paint.line(0, area.y, area.width, &Line::from(title(app, row)));
    let [key, _] = row.kind.labels();
    let key = if key == "API Key" { "Key" } else { key };
    let owner = row.options.words(row.kind).owner;
    pair(app, paint, area.y + 1, [(key, row.key.clone()), ("Expires", expires(app, row))]);
    pair(app, paint, area.y + 2, [("Owner", owner), ("Last used", used(app, row))]);
    let (label, value) = third(app, row, details);
    let mut line = vec![Span::raw(" "), span(&text::pad(label, LABEL, '…'), theme.muted())];
    line.extend(value);
    paint.line(0, area.y + 3, area.width, &Line::from(line));
    pair(app, paint, area.y + 4, [("Note", row.options.words(row.kind).note), ("", String::new())]);
    let enter = vec![span("enter", theme.accent().patch(theme.strong())), span(" all about it", theme.muted())];
    paint.line(area.width.saturating_sub(23), area.y + 4, 18, &Line::from(enter));
}

/// Name, state and tags.
fn title(app: &App, row: &CredentialRow) -> Vec<Span<'static>> {
    let theme = app.theme;
    let name = text::fit_middle(&row.name, 40, theme.glyphs.ellipsis);
    let mut line = vec![Span::raw(" "), span(&name, theme.strong()), Span::raw("   ")];
    line.extend(details::state(app, row));
    line.push(Span::raw("   "));
    line.extend(details::tags(app, row));
    line
}

/// The key, when it expires, and the tags.
fn one_line(app: &App, row: &CredentialRow) -> Vec<Span<'static>> {
    let theme = app.theme;
    let expires = details::expiry_words(app, row);
    let mut line = vec![Span::raw(" "), plain(&row.key), span(&format!("   {expires}   "), theme.muted())];
    line.extend(details::tags(app, row));
    line
}

/// Two facts in a line; what is missing is muted.
fn pair(app: &App, paint: &mut Paint<'_>, y: u16, facts: [(&str, String); 2]) {
    let theme = app.theme;
    let width = usize::from(paint.area().width);
    let two = width >= 72;
    for (i, (label, value)) in facts.iter().enumerate() {
        let from = if i == 0 { 1 } else { SECOND };
        if i == 1 && !two || label.is_empty() {
            continue;
        }
        let end = if i == 0 && two { SECOND - 1 } else { width - 1 };
        // Where nothing stands beside it, it may be longer.
        let end = if i == 0 && facts[1].0.is_empty() { width.saturating_sub(25) } else { end };
        let room = end.saturating_sub(from + LABEL);
        let style = if matches!(value.as_str(), "none" | "never" | "any") { theme.muted() } else { theme.text() };
        let value = span(&text::fit(value, room, theme.glyphs.ellipsis), style);
        let line = Line::from(vec![span(&text::pad(label, LABEL, '…'), theme.muted()), value]);
        paint.line(from as u16, y, (end - from) as u16, &line);
    }
}

fn expires(app: &App, row: &CredentialRow) -> String {
    row.options.expires_at.map_or("never".to_owned(), |at| relative_time::date(app.now, at.millis()))
}

fn used(app: &App, row: &CredentialRow) -> String {
    row.last_used.as_ref().map_or("never".to_owned(), |last| {
        let from = last.address.as_ref().map(|address| format!(", {address}")).unwrap_or_default();
        format!("{}{from}", relative_time::ago(app.now, last.at.millis()))
    })
}

/// The third line: an old secret that still works matters most, then refusals, then where it may be used from.
fn third(app: &App, row: &CredentialRow, details: Option<&CredentialInfo>) -> (&'static str, Vec<Span<'static>>) {
    let theme = app.theme;
    if let Some(old) = details.and_then(|d| d.old_secret(app.now)) {
        return ("Secret", old_words(app, row, old));
    }
    if let Some(words) = details.and_then(|d| refused::summary(app, d)) {
        return ("Refused", vec![span(&words, theme.warning())]);
    }
    if let Some(read) = details.filter(|d| d.days.iter().any(|day| day.allowed + day.refused > 0)) {
        return ("Use", usage_words(app, read));
    }
    let networks = row.options.words(row.kind).networks;
    let style = if networks == "any" { theme.muted() } else { theme.text() };
    ("Networks", vec![span(&networks, style)])
}

/// Thirty days in a line of bars, and their sums.
fn usage_words(app: &App, read: &CredentialInfo) -> Vec<Span<'static>> {
    let bars = span(&format!("{}  ", charts::line(&app.theme, &read.days)), app.theme.chart());
    [vec![bars], details::use_words(app, &read.days)].concat()
}

fn old_words(app: &App, row: &CredentialRow, old: &LiveSecret) -> Vec<Span<'static>> {
    let theme = app.theme;
    let until = old.valid_until.map(|at| relative_time::near(app.now, at.millis())).unwrap_or_default();
    if let Some(why) = details::refused_because(app, row) {
        let words = format!("old: would work until {until}, but {why}");
        let room = usize::from(app.size.0).saturating_sub(LABEL + 2);
        return vec![span(&text::fit(&words, room, theme.glyphs.ellipsis), theme.muted())];
    }
    let before = "the old one works until ";
    let used = match &old.last_used {
        Some(last) => format!(", used {}", relative_time::ago(app.now, last.at.millis())),
        None => ", never used".to_owned(),
    };
    let mut line = vec![span(&format!("{} {before}{until}", theme.glyphs.warning), theme.warning()), plain(&used)];
    if app.workspace.as_ref().is_some_and(|workspace| workspace.may(Right::ManageCredentials)) {
        line.push(span("  O", theme.accent().patch(theme.strong())));
        line.push(span(" stops it", theme.muted()));
    }
    line
}

/// Under the list, with ticks: how many, and which.
pub fn ticked(app: &App, api: &Api, paint: &mut Paint<'_>, y: u16) {
    let theme = app.theme;
    let area = paint.area();
    let n = number(i64::try_from(api.ticks.len()).unwrap_or(i64::MAX));
    let kind = api.ticks.only_kind().map(|kind| format!("; all {}", kind.word())).unwrap_or_default();
    let elsewhere = if api.ticks_are_elsewhere() { ", none shown here" } else { "" };
    let states =
        api.ticks.states().iter().map(|(word, n)| format!("{} {word}", grouped(*n))).collect::<Vec<_>>().join(", ");
    let head = vec![
        Span::raw(" "),
        span(&format!("{n} ticked{elsewhere}"), theme.accent().patch(theme.strong())),
        span(&format!("   {states}{kind}"), theme.muted()),
    ];
    paint.line(0, y, area.width, &Line::from(head));
    // More names than the panel has room for are not looked at.
    let names = api.ticks.rows().take(40).map(|row| row.name.as_str()).collect::<Vec<_>>().join(", ");
    let lines = wrap(&names, usize::from(area.width).saturating_sub(2));
    let room = usize::from(crate::tui::layout::panel(app.size)).saturating_sub(2);
    for (i, (at, line)) in (y + 1..).zip(lines.iter().take(room)).enumerate() {
        let more = i + 1 == room && lines.len() > room;
        let line = if more { format!("{line} {}", theme.glyphs.ellipsis) } else { line.clone() };
        paint.text(1, at, &text::fit(&line, usize::from(area.width) - 2, theme.glyphs.ellipsis), theme.text());
    }
}

/// Beside the list: everything.
pub fn beside(app: &App, row: &CredentialRow, read: Option<&CredentialInfo>, paint: &mut Paint<'_>, area: Rect) {
    let theme = app.theme;
    let x = area.x + 2;
    let width = area.width.saturating_sub(3);
    let state = Line::from(details::state(app, row));
    let columns = state.width() as u16;
    let room = usize::from(width.saturating_sub(columns + 2));
    paint.text_in(x, area.y, width, &text::fit_middle(&row.name, room, theme.glyphs.ellipsis), theme.strong());
    paint.line(x + width.saturating_sub(columns), area.y, columns, &state);
    let mut y = area.y + 2;
    for fact in details::facts(app, row, read) {
        for line in fact.lines(app, 12, usize::from(width)) {
            if y < area.bottom() {
                paint.line(x, y, width, &line);
            }
            y += 1;
        }
    }
    if let Some(read) = read.filter(|read| !read.days.is_empty() && y + CHART_ROWS < area.bottom()) {
        usage(app, read, paint, Rect { x, y: y + 1, width, height: CHART_ROWS });
        y += CHART_ROWS;
    }
    let refusals = read.map(|read| read.refusals.as_slice()).unwrap_or_default();
    if refusals.is_empty() || y + 3 >= area.bottom() {
        return;
    }
    paint.heading(Rect { x, y: y + 1, width, height: 1 }, "Refused lately", vec![]);
    for (y, refusal) in (y + 2..area.bottom()).zip(refusals) {
        let when = text::pad(&relative_time::moment(app.now, refusal.at.millis()), 17, theme.glyphs.ellipsis);
        let times = if refusal.count > 1 { format!("{}{}", theme.glyphs.times, refusal.count) } else { String::new() };
        let line = vec![span(&when, theme.muted()), plain(&refusal.words())];
        paint.line(x, y, width.saturating_sub(text::width(&times) as u16 + 1), &Line::from(line));
        paint.text_in(x + width.saturating_sub(text::width(&times) as u16), y, 8, &times, theme.warning());
    }
}

/// Rows of the chart beside the list, with its heading.
const CHART_ROWS: u16 = 8;
/// Columns of the words beside the bars.
const WORDS: u16 = 13;

/// The chart of a credential's thirty days.
fn usage(app: &App, read: &CredentialInfo, paint: &mut Paint<'_>, area: Rect) {
    let theme = app.theme;
    let (allowed, refused) = sum_of_days(&read.days);
    let heading = Rect { height: 1, ..area };
    paint.heading(heading, "Use", vec![span("last 30 days", theme.muted())]);
    let bars = Rect { x: area.x + WORDS, y: area.y + 1, width: area.width.saturating_sub(WORDS), height: 4 };
    paint.text_in(area.x, bars.y, WORDS, "Allowed", theme.muted());
    paint.text_in(area.x, bars.y + 1, WORDS, &grouped(allowed), theme.strong());
    paint.text_in(
        area.x,
        bars.y + 3,
        WORDS,
        &format!("{} max", grouped(Series::Allowed.most(&read.days))),
        theme.muted(),
    );
    charts::bars(paint, bars, &read.days, Series::Allowed, DayColumns::CLOSE, false);
    let y = bars.bottom();
    let line = vec![span("Refused ", theme.muted()), span(&grouped(refused), theme.strong())];
    paint.line(area.x, y, WORDS, &Line::from(line));
    charts::bars(paint, Rect { y, height: 1, ..bars }, &read.days, Series::Refused, DayColumns::CLOSE, true);
    let (Some(first), days) = (read.days.first(), read.days.len() as u16) else { return };
    paint.text_in(bars.x, y + 1, 8, &first.day.start().millis().utc("%-d %b"), theme.muted());
    paint.text_in((bars.x + days).saturating_sub(5), y + 1, 5, "today", theme.muted());
}
