//! Draws the use of one credential: a chart of thirty days, the requests that were refused, and what to do about one.

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::hub::{CredentialRow, Refusal, USE_DAYS, UsedDay, sum_of_days};
use crate::text::grouped;
use crate::tui::app::App;
use crate::tui::relative_time;
use crate::tui::screen::{Api, Details};
use crate::tui::view::charts::{self, DayColumns, Series};
use crate::tui::view::paint::{Paint, span, wrap};
use crate::tui::view::screens::{refused, trail};
use crate::tui::view::table::{self, Cell, Column, column};

/// Rows of the chart: its legend, allowed and refused requests, and the dates.
const ALLOWED: u16 = 5;
const REFUSED: u16 = 2;

/// Rows under the status line: what to do about the selected refusal.
const ADVICE: u16 = 2;

/// Draws it.
pub fn draw(app: &App, api: &Api, page: &Details, row: &CredentialRow, paint: &mut Paint<'_>, body: Rect) {
    let read = api.details_now();
    let refusals = read.map(|details| details.refusals.as_slice()).unwrap_or_default();
    let days = read.map(|details| details.days.as_slice()).unwrap_or_default();
    let status = app.size.1.saturating_sub(ADVICE + 2);
    let top = body.y + chart(app, days, paint, body);
    let columns = refusal_columns(usize::from(body.width));
    table::heads(app, &columns, paint, top);
    let place = match refusals.is_empty() {
        true => vec![],
        false => trail::place(app, page.refusal.selected as i64 + 1, Some(refusals.len() as i64)),
    };
    let networks = match row.options.words(row.kind).networks.as_str() {
        "any" => "Any network may call".to_owned(),
        networks => format!("Addresses outside {networks} are refused"),
    };
    paint.ruled(status, vec![span(&networks, app.theme.muted())], place);
    if refusals.is_empty() {
        return table::nothing(&refused::none(app, read), paint, top + 1);
    }
    let height = usize::from(status.saturating_sub(top + 1)).max(1);
    let first = (page.refusal.selected + 1).saturating_sub(height);
    for (y, (i, refusal)) in (top + 1..status).zip(refusals.iter().enumerate().skip(first)) {
        table::row(app, &columns, &cells(app, refusal), i == page.refusal.selected, paint, y);
    }
    let Some(refusal) = refusals.get(page.refusal.selected) else { return };
    let advice = wrap(&refusal.advice(), usize::from(body.width).saturating_sub(2));
    for (y, line) in (status + 1..=status + ADVICE).zip(advice) {
        paint.text(1, y, &line, app.theme.text());
    }
}

/// Draws the chart where there is room for it; how many rows it takes.
fn chart(app: &App, days: &[UsedDay], paint: &mut Paint<'_>, body: Rect) -> u16 {
    let theme = app.theme;
    let (allowed, refused) = sum_of_days(days);
    if app.size.1 < 22 || days.is_empty() {
        return 0;
    }
    let full = theme.glyphs.bars[theme.glyphs.bars.len() - 1];
    let number = |n: i64| span(&format!("{} ", grouped(n)), theme.strong());
    let legend = vec![
        span(&format!("{full} "), theme.chart()),
        span("Allowed ", theme.text()),
        number(allowed),
        span(&format!("  {full} "), theme.warning()),
        span("Refused ", theme.text()),
        number(refused),
        span(&format!("  last {USE_DAYS} days, each from 00:00 UTC"), theme.muted()),
    ];
    paint.line(1, body.y, body.width.saturating_sub(2), &Line::from(legend));
    let area = Rect { y: body.y + 1, height: ALLOWED, ..body };
    charts::with_axis(paint, area, days, Series::Allowed, DayColumns::SPACED);
    let area = Rect { y: area.bottom() + 1, height: REFUSED, ..body };
    charts::with_axis(paint, area, days, Series::Refused, DayColumns::SPACED);
    charts::dates(paint, body.x, area.bottom(), days, DayColumns::SPACED);
    area.bottom() + 2 - body.y
}

fn cells(app: &App, refusal: &Refusal) -> [Cell; 4] {
    let theme = app.theme;
    let from = refusal.address.map_or(theme.glyphs.nobody.to_owned(), |address| address.to_string());
    [
        (relative_time::moment(app.now, refusal.at.millis()), theme.muted()),
        (refusal.words(), theme.warning()),
        (from, theme.text()),
        (refusal.count.to_string(), theme.text()),
    ]
}

fn refusal_columns(width: usize) -> [Column; 4] {
    let from = if width < 72 { 16 } else { 24 };
    let rest = width.saturating_sub(usize::from(table::LEAD) + 17 + from + 6 + 2);
    [column("WHEN (UTC)", 17).ordered(true), column("REFUSED BECAUSE", rest), column("FROM", from), column("TIMES", 6)]
}
