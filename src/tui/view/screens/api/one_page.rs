//! Draws all about one credential on one page, where the window has room for it: facts in two columns, the chart of its use,
//! and beside each other what was refused and its history.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::account::Right;
use crate::hub::{CredentialInfo, CredentialRow, Refusal, TrailRow, sum_of_days};
use crate::text::{self, grouped};
use crate::tui::app::{App, Workspace};
use crate::tui::relative_time;
use crate::tui::screen::{Api, Details, DetailsPart};
use crate::tui::view::charts::{self, DayColumns, Series};
use crate::tui::view::paint::{Paint, plain, span, wrap};
use crate::tui::view::screens::api::{page, status};
use crate::tui::view::screens::{details, refused as refusals, trail};

/// Columns of the labels of the facts, left and right.
const LABELS: [usize; 2] = [12, 11];
/// Rows of what was refused and of the history, with their heading.
const LOWER: u16 = 12;
/// Columns of a moment.
const MOMENT: usize = 16;

/// Draws the page.
pub fn draw(
    app: &App,
    workspace: &Workspace,
    api: &Api,
    shown: &Details,
    row: &CredentialRow,
    paint: &mut Paint<'_>,
    body: Rect,
) {
    let read = api.details_now();
    let status = body.bottom().saturating_sub(1);
    head(app, api, row, paint, body.y + 1, body.width);
    let lower = status.saturating_sub(LOWER);
    let below = facts(app, row, read, paint, Rect { y: body.y + 3, height: lower.saturating_sub(body.y + 3), ..body });
    usage(app, read, paint, Rect { y: below + 1, height: lower.saturating_sub(below + 1), ..body });
    let half = body.width / 2;
    let left = Rect { x: 1, y: lower, width: half.saturating_sub(3), height: LOWER };
    let right = Rect { x: half - 1, y: lower, width: body.width + 1 - half, height: LOWER };
    let in_refusals = matches!(shown.focus(true), DetailsPart::Use);
    refused(app, row, read, (in_refusals, shown.refusal.selected), paint, left);
    history(app, workspace, api, row, (!in_refusals, shown.entry.selected), paint, right);
    paint.ruled(status, page::ways(app, "refused, history"), vec![]);
}

/// Name, state and tags; at the end the kind and where it is in its list.
fn head(app: &App, api: &Api, row: &CredentialRow, paint: &mut Paint<'_>, y: u16, width: u16) {
    let theme = app.theme;
    let total = status::total(app, api);
    let mut remark = vec![span(row.kind.title(), theme.muted())];
    if let Some(at) = api.list.position(row.id, total) {
        remark.push(span(&format!(" {} ", theme.glyphs.dot), theme.muted()));
        remark.extend(trail::place(app, at, total));
    }
    let remark = Line::from(remark);
    let room = usize::from(width).saturating_sub(remark.width() + 4);
    let mut line =
        vec![span(&text::fit_middle(&row.name, 64, theme.glyphs.ellipsis), theme.strong()), Span::raw("   ")];
    line.extend(details::state(app, row));
    line.push(Span::raw("   "));
    line.extend(details::tags(app, row));
    paint.line(1, y, room as u16, &Line::from(line));
    paint.right(y, &remark);
}

/// The facts in two columns; the first row below them.
fn facts(app: &App, row: &CredentialRow, read: Option<&CredentialInfo>, paint: &mut Paint<'_>, area: Rect) -> u16 {
    let half = area.width / 2;
    let places = [(1, half + 5), (half + 7, area.width.saturating_sub(half + 8))];
    let mut below = area.y;
    for ((facts, (x, width)), label) in
        details::in_two_columns(details::facts(app, row, read)).into_iter().zip(places).zip(LABELS)
    {
        let lines = facts.iter().flat_map(|fact| fact.lines(app, label, usize::from(width)));
        for (y, line) in (area.y..area.bottom()).zip(lines) {
            paint.line(x, y, width, &line);
            below = below.max(y + 1);
        }
    }
    below
}

/// The chart of thirty days, and beside it the sums.
fn usage(app: &App, read: Option<&CredentialInfo>, paint: &mut Paint<'_>, area: Rect) {
    let theme = app.theme;
    // Heading, dates, two rows of refusals, and gaps around them.
    let Some(height) = area.height.checked_sub(6).filter(|height| *height >= 2) else { return };
    let heading = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
    paint.heading(heading, "Use", vec![span("last 30 days, each from 00:00 UTC", theme.muted())]);
    let Some(read) = read else { return paint.text(1, area.y + 1, "Reading ...", theme.text()) };
    let allowed = Rect { y: area.y + 1, height, ..area };
    charts::with_axis(paint, allowed, &read.days, Series::Allowed, DayColumns::BROAD);
    let refused = Rect { y: allowed.bottom() + 1, height: 2, ..area };
    charts::with_axis(paint, refused, &read.days, Series::Refused, DayColumns::BROAD);
    charts::dates(paint, area.x, refused.bottom(), &read.days, DayColumns::BROAD);
    let (all, no) = sum_of_days(&read.days);
    let x = area.x + area.width.saturating_sub(17);
    let warns = if no > 0 { theme.warning().patch(theme.strong()) } else { theme.strong() };
    for (y, words, style) in [
        (allowed.y, "Allowed".to_owned(), theme.muted()),
        (allowed.y + 1, grouped(all), theme.strong()),
        (refused.y, "Refused".to_owned(), theme.muted()),
        (refused.y + 1, grouped(no), warns),
    ] {
        paint.text_in(x, y, 16, &words, style);
    }
}

/// The requests that were refused, and what to do about the selected one.
fn refused(
    app: &App,
    row: &CredentialRow,
    read: Option<&CredentialInfo>,
    (focused, selected): (bool, usize),
    paint: &mut Paint<'_>,
    area: Rect,
) {
    let theme = app.theme;
    let refusals = read.map(|read| read.refusals.as_slice()).unwrap_or_default();
    let all: i64 = refusals.iter().map(|refusal| refusal.count).fold(0, i64::saturating_add);
    let remark = if all > 0 { format!("{} of late", grouped(all)) } else { String::new() };
    paint.heading(Rect { height: 1, ..area }, "Refused", vec![span(&remark, theme.muted())]);
    if refusals.is_empty() {
        return paint.text_in(area.x, area.y + 1, area.width, &refusals::none(app, read), theme.text());
    }
    let advised = refusals.get(selected).or(refusals.first());
    let advice = wrap(&advised.map(Refusal::advice).unwrap_or_default(), usize::from(area.width));
    let end = area.bottom().saturating_sub(advice.len().min(3) as u16 + 1);
    let first = (selected + 1).saturating_sub(usize::from(end.saturating_sub(area.y + 1)).max(1));
    for (y, (i, refusal)) in (area.y + 1..end).zip(refusals.iter().enumerate().skip(first)) {
        paint.line(area.x, y, area.width, &Line::from(refusal_words(app, refusal, usize::from(area.width))));
        if focused && i == selected {
            paint.select(area.x.saturating_sub(1), y, area.width + 2);
        }
    }
    let networks = row.options.words(row.kind).networks;
    let outside = (networks != "any").then(|| format!("Callers outside {networks} are refused."));
    let room = usize::from(area.bottom().saturating_sub(end));
    let mut lines = advice;
    // Where there is room for it, the rule stands before the advice.
    if let Some(outside) = outside.filter(|words| text::width(words) <= usize::from(area.width) && lines.len() < room) {
        lines.insert(0, outside);
    }
    for (y, line) in (end..area.bottom()).zip(lines.iter().take(room)) {
        paint.text_in(area.x, y, area.width, line, theme.muted());
    }
}

fn refusal_words(app: &App, refusal: &Refusal, width: usize) -> Vec<Span<'static>> {
    let (theme, ellipsis) = (app.theme, app.theme.glyphs.ellipsis);
    let from = refusal.address.map_or(theme.glyphs.nobody.to_owned(), |address| address.to_string());
    let times =
        if refusal.count > 1 { format!("{}{}", theme.glyphs.times, grouped(refusal.count)) } else { String::new() };
    let because = width.saturating_sub(MOMENT + 16 + 4);
    vec![
        span(&text::pad(&relative_time::moment(app.now, refusal.at.millis()), MOMENT, ellipsis), theme.muted()),
        plain(&format!("{} ", text::pad(&refusal.words(), because.saturating_sub(1), ellipsis))),
        span(&text::pad(&from, 16, ellipsis), theme.muted()),
        span(&format!("{times:>4}"), theme.warning()),
    ]
}

/// The entries of the activity log about it.
fn history(
    app: &App,
    workspace: &Workspace,
    api: &Api,
    row: &CredentialRow,
    (focused, selected): (bool, usize),
    paint: &mut Paint<'_>,
    area: Rect,
) {
    let theme = app.theme;
    let heading = Rect { x: area.x + 1, width: area.width.saturating_sub(3), height: 1, ..area };
    let inner = Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(4), ..area };
    if !workspace.may(Right::ReadTrail) {
        paint.heading(heading, "History", vec![]);
        let denied = workspace.denied(Right::ReadTrail);
        for (y, line) in (inner.y..).zip(wrap(&denied.reason(), usize::from(inner.width))) {
            paint.text_in(inner.x, y, inner.width, &line, theme.muted());
        }
        return;
    }
    let l = span("l", theme.accent().patch(theme.strong()));
    paint.heading(heading, "History", vec![l, span(" in the activity log", theme.muted())]);
    let Some(rows) = api.history_now() else {
        return paint.text_in(inner.x, inner.y, inner.width, "Reading ...", theme.text());
    };
    let height = usize::from(area.height.saturating_sub(2)).max(1);
    let first = (selected + 1).saturating_sub(height);
    for (y, (i, entry)) in (inner.y..).zip(rows.iter().enumerate().skip(first).take(height)) {
        paint.line(inner.x, y, inner.width, &Line::from(entry_words(app, row, entry, usize::from(inner.width))));
        if focused && i == selected {
            paint.select(area.x, y, area.width.saturating_sub(1));
        }
    }
}

fn entry_words(app: &App, row: &CredentialRow, entry: &TrailRow, width: usize) -> Vec<Span<'static>> {
    let (theme, ellipsis) = (app.theme, app.theme.glyphs.ellipsis);
    let who = entry.who.as_deref().unwrap_or(theme.glyphs.nobody);
    let did = if entry.did.contains("refused") { theme.warning() } else { theme.text() };
    let changes = page::changes(entry, theme.glyphs.arrow);
    // The page says already what it is done to.
    let deed = entry.did.replace(&format!(" {}", row.kind.noun()), "");
    let room = width.saturating_sub(MOMENT + 7 + 12);
    vec![
        span(&text::pad(&relative_time::moment(app.now, entry.at), MOMENT, ellipsis), theme.muted()),
        plain(&text::pad(who, 7, ellipsis)),
        span(&text::pad(&deed, 12, ellipsis), did),
        span(&text::fit(&changes, room, ellipsis), theme.muted()),
    ]
}
