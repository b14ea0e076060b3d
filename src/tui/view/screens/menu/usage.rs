//! The use of the desk on the menu: two lines of bars, or the parts of the large menu.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::hub::{Overview, SiteUsage, VerifierRow, sum_of_days};
use crate::text::{self, grouped};
use crate::time::Millis;
use crate::tui::app::App;
use crate::tui::view::charts::{self, DayColumns, Series};
use crate::tui::view::paint::{Paint, plain, span};

/// Rows of the small part.
pub const ROWS: u16 = 3;
/// Where the bars begin.
const BARS: u16 = 10;

/// Thirty days in two lines, with how many credentials are usable.
pub fn small(app: &App, overview: &Overview, usage: &SiteUsage, paint: &mut Paint<'_>, area: Rect) {
    let theme = app.theme;
    let heading = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
    paint.heading(heading, "Last 30 days", vec![span(&in_sight(usage), theme.muted())]);
    let (allowed, refused) = sum_of_days(&usage.days);
    let days = usage.days.len() as u16;
    for (y, (label, series, sum)) in
        (area.y + 1..).zip([("Allowed", Series::Allowed, allowed), ("Refused", Series::Refused, refused)])
    {
        paint.text_in(area.x + 1, y, BARS, label, theme.muted());
        charts::bars(
            paint,
            Rect { x: area.x + BARS, y, width: days, height: 1 },
            &usage.days,
            series,
            DayColumns::CLOSE,
            true,
        );
        paint.text_in(area.x + BARS + days + 2, y, 14, &grouped(sum), theme.strong());
    }
    if let Some(of) = &overview.credentials {
        let usable = format!("{} of {} credentials", grouped(of.states.all_usable()), grouped(of.states.all_listed()));
        for (y, words) in (area.y + 1..).zip([usable.as_str(), "are usable"]) {
            let x = area.right().saturating_sub(text::width(&usable) as u16 + 2);
            paint.text_in(x, y, text::width(words) as u16, words, theme.muted());
        }
    }
}

/// How many verifiers are in sight, in words.
fn in_sight(usage: &SiteUsage) -> String {
    match usage.verifiers.len() {
        0 => "no verifier in sight".to_owned(),
        1 => "1 verifier in sight".to_owned(),
        n => format!("{n} verifiers in sight"),
    }
}

/// The chart of the large menu: allowed and refused requests of thirty days.
pub fn chart(app: &App, usage: &SiteUsage, paint: &mut Paint<'_>, area: Rect) {
    let heading = Rect { x: area.x + 1, width: area.width.saturating_sub(1), height: 1, ..area };
    paint.heading(heading, "Use", vec![span("last 30 days, by UTC day", app.theme.muted())]);
    let allowed = Rect { y: area.y + 1, height: area.height.saturating_sub(5), ..area };
    charts::with_axis(paint, allowed, &usage.days, Series::Allowed, DayColumns::SPACED);
    charts::with_axis(
        paint,
        Rect { y: allowed.bottom() + 1, height: 2, ..area },
        &usage.days,
        Series::Refused,
        DayColumns::SPACED,
    );
    charts::dates(paint, area.x, allowed.bottom() + 3, &usage.days, DayColumns::SPACED);
}

/// The credentials that are used most.
pub fn most_used(app: &App, usage: &SiteUsage, selected: Option<usize>, paint: &mut Paint<'_>, area: Rect) {
    let theme = app.theme;
    paint.heading(Rect { height: 1, ..area }, "Most used", vec![]);
    let name = usize::from(area.width).saturating_sub(21);
    let line = |first: Span<'static>, allowed: &str, refused: &str, style| {
        Line::from(vec![first, span(&format!("{allowed:>11}{refused:>10}"), style)])
    };
    let head = line(Span::raw(" ".repeat(name)), "ALLOWED", "REFUSED", theme.muted());
    paint.line(area.x, area.y + 1, area.width, &head);
    let mut y = area.y + 2;
    for (i, used) in usage.most_used.iter().enumerate() {
        let first = plain(&text::pad(
            &text::fit_middle(&used.name, name - 1, theme.glyphs.ellipsis),
            name,
            theme.glyphs.ellipsis,
        ));
        paint.line(area.x, y, area.width, &line(first, &grouped(used.allowed), &grouped(used.refused), theme.strong()));
        if selected == Some(i) {
            paint.select(area.x - 1, y, area.width + 1);
        }
        y += 1;
    }
    let (allowed, refused) = sum_of_days(&usage.days);
    let first = span(&text::pad("all", name, ' '), theme.muted());
    paint.line(area.x, y, area.width, &line(first, &grouped(allowed), &grouped(refused), theme.muted()));
}

/// The verifiers that are in sight.
pub fn verifiers(app: &App, usage: &SiteUsage, paint: &mut Paint<'_>, area: Rect) {
    let theme = app.theme;
    let heading = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
    paint.heading(heading, "Verifiers", vec![span(&format!("{} in sight", usage.verifiers.len()), theme.muted())]);
    if usage.verifiers.is_empty() {
        let words = "None: gateways get no answer. To start one: keydesk serve";
        return paint.text_in(area.x + 1, area.y + 1, area.width, words, theme.muted());
    }
    for (y, row) in (area.y + 1..area.bottom()).zip(&usage.verifiers) {
        let ellipsis = theme.glyphs.ellipsis;
        let line = vec![
            Span::raw(" "),
            span(theme.glyphs.active, theme.success()),
            plain(&format!(" {}", text::pad(&row.host, 16, ellipsis))),
            span(&text::pad(&seen(app.now, row), 16, ellipsis), theme.muted()),
            plain(&text::pad(&rate(row.per_minute), 25, ellipsis)),
            span(&row.gateways, theme.muted()),
        ];
        paint.line(area.x, y, area.width, &Line::from(line));
    }
}

fn seen(now: Millis, row: &VerifierRow) -> String {
    match now.seconds().0.saturating_sub(row.seen_at.0) {
        ..=0 => "seen just now".to_owned(),
        seconds => format!("seen {seconds} s ago"),
    }
}

/// A rate in the unit in which it is a number of its own.
fn rate(per_minute: i64) -> String {
    match per_minute {
        0 => "no requests".to_owned(),
        n if n >= 60 => format!("{} requests a second", grouped(n / 60)),
        1 => "1 request a minute".to_owned(),
        n => format!("{n} requests a minute"),
    }
}
