//! Draws the rows of the trail, and the selected one in full.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::hub;
use crate::hub::TrailRow;
use crate::text;
use crate::time::Millis;
use crate::tui::app::App;
use crate::tui::pending::Slot;
use crate::tui::screen::{FilterLine, LineFilter, TrailCheck, TrailList};
use crate::tui::view::deeds;
use crate::tui::view::paint::{Paint, scroll_bar, span, wrap};
use crate::tui::view::screens::api::number;
use crate::tui::view::sheet;
use crate::tui::view::table::{self, Cell, Column, Fact, column};
use crate::tui::{layout, relative_time};

/// Draws the list; its heads stand in the row `top`.
pub fn draw(app: &App, list: &TrailList, paint: &mut Paint<'_>, top: u16) {
    let y = layout::rows_status(app.size);
    let height = usize::from(y.saturating_sub(top + 1));
    let columns = columns(app, list, height, usize::from(paint.area().width));
    table::heads(app, &columns, paint, top);
    let (at, above, length) = list.place();
    let Some(all) = list.rows() else {
        paint.ruled(y, vec![], vec![]);
        return table::nothing("Reading ...", paint, top + 2);
    };
    let total = list.count.map(|count| count.found).or(length).or_else(|| total(app, list));
    let place = if all.is_empty() { vec![] } else { found(app, list, at, total) };
    let end = paint.area().width.saturating_sub(place.iter().map(Span::width).sum::<usize>() as u16 + 3);
    paint.ruled(y, if list.search.shown() { vec![] } else { status(app, list) }, place);
    if all.is_empty() {
        let message = match list.search.narrows() {
            false => "Nothing was done yet.".to_owned(),
            true => format!("Nothing matches {}. esc clears the filter.", text::safe(list.search.typed())),
        };
        table::nothing(&message, paint, top + 2);
        return filter_line(app, &list.search, paint, y, end);
    }
    let area = Rect { x: 0, y: top + 1, width: paint.area().width, height: y.saturating_sub(top + 1) };
    for (y, (row, selected)) in (area.y..area.bottom()).zip(list.visible(height)) {
        let mut cells = cells(app, row);
        shorten(app, row, &mut cells[WHAT].0, columns[WHAT].room());
        table::row(app, &columns, &cells, selected, paint, y);
    }
    if let Some(total) = total {
        scroll_bar(paint, area, above, total);
    }
    if let Some(row) = list.selected() {
        let area = Rect { y: y + 1, height: layout::panel(app.size), ..area };
        in_full(app, list, row, paint, area);
    }
    // Over the rows: what is wrong with it is shown above it.
    filter_line(app, &list.search, paint, y, end);
}

/// `2 of 345`, as far as it is known.
pub fn place(app: &App, at: i64, total: Option<i64>) -> Vec<Span<'static>> {
    let of = total.map_or(String::new(), |total| format!(" of {}", number(total)));
    vec![span(&number(at), app.theme.strong()), span(&of, app.theme.muted())]
}

/// `2 of 8 found, 345 in all`, as far as it was counted.
fn found(app: &App, list: &TrailList, at: i64, total: Option<i64>) -> Vec<Span<'static>> {
    let mut spans = place(app, at, total);
    if list.search.narrows() {
        let all = list.count.map_or(String::new(), |count| format!(", {} in all", number(count.all)));
        spans.push(span(&format!(" found{all}"), app.theme.muted()));
    }
    spans
}

/// What the filter is, or the field that it is typed into; above it what is wrong with it.
pub fn filter_line<F: LineFilter>(app: &App, line: &FilterLine<F>, paint: &mut Paint<'_>, y: u16, end: u16) {
    let theme = app.theme;
    let Some((field, entry)) = line.field().filter(|_| line.shown()) else { return };
    let room = usize::from(end).saturating_sub(6);
    let (shown, at) = sheet::part(field.text(), field.before_cursor(), room.saturating_sub(1), &app.theme);
    let open = line.open;
    let mark = if open { theme.glyphs.here } else { " " };
    let line = vec![
        span(mark, theme.accent()),
        span("/", theme.accent().patch(theme.strong())),
        span(&format!(" {shown} "), theme.text()),
    ];
    paint.line(0, y, end, &Line::from(line));
    if open {
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

/// How many rows the whole trail has.
fn total(app: &App, list: &TrailList) -> Option<i64> {
    let all = !list.search.narrows() && !list.credentials_only;
    app.workspace.as_ref().filter(|_| all)?.overview.as_ref()?.site.as_ref().map(|site| site.trail_rows)
}

/// The place of the column that takes the rest.
const WHAT: usize = 4;

/// Number, time, who, deed; to what it was done takes the rest, and where from is told where there is room. The deed is as
/// wide as the longest on the page, and in a narrow window the others are too.
fn columns(app: &App, list: &TrailList, height: usize, width: usize) -> Vec<Column> {
    let narrow = width < 72;
    let cells: Vec<_> = list.visible(height).map(|(row, _)| cells(app, row)).collect();
    let longest = |column: usize| cells.iter().map(|cells| text::width(&cells[column].0)).max().unwrap_or_default();
    let fitted = |column: usize, least: usize, most: usize| (longest(column) + 1).clamp(least, most);
    let (no, when, who) = if narrow { (fitted(0, 6, 7), fitted(1, 11, 17), fitted(2, 5, 10)) } else { (7, 17, 10) };
    let did = fitted(3, 9, if narrow { 13 } else { 20 });
    let from = if width >= 110 { 24 } else { 0 };
    let taken = usize::from(table::LEAD) + no + when + who + did + from + 2;
    let mut columns = vec![
        column("NO.", no).ordered(true),
        column("WHEN (UTC)", when),
        column("WHO", who),
        column("DID", did),
        column("WHAT", width.saturating_sub(taken)),
    ];
    if from > 0 {
        columns.push(column("FROM", from));
    }
    columns
}

/// Cuts the name of what it was done to in its middle; names differ at their ends.
fn shorten(app: &App, row: &TrailRow, what: &mut String, room: usize) {
    let ellipsis = app.theme.glyphs.ellipsis;
    let before = row.object().and_then(|name| Some((what.strip_suffix(name)?.to_owned(), name)));
    *what = match before {
        Some((before, name)) if text::width(&before) + 8 <= room => {
            format!("{before}{}", text::fit_middle(name, room - text::width(&before), ellipsis))
        }
        _ => text::fit_middle(what, room, ellipsis),
    };
}

fn cells(app: &App, row: &TrailRow) -> Vec<Cell> {
    let theme = app.theme;
    // An actor with --as sat at this machine: the Unix user takes the place of the address.
    let from = row.local().or_else(|| row.address.clone()).unwrap_or_else(|| theme.glyphs.nobody.to_owned());
    let times = if row.count > 1 { format!(" {}{}", theme.glyphs.times, row.count) } else { String::new() };
    let (deed, what) = deeds::columns(row);
    let did = if row.did.contains("refused") { theme.warning() } else { theme.text() };
    vec![
        (row.no.to_string(), theme.muted()),
        (relative_time::moment(app.now, row.at), theme.muted()),
        (row.who.clone().unwrap_or_else(|| theme.glyphs.nobody.to_owned()), theme.text()),
        (format!("{deed}{times}"), did),
        (what, theme.text()),
        (from, theme.muted()),
    ]
}

/// The panel of the selected entry; in a low window only what was done.
fn in_full(app: &App, list: &TrailList, row: &TrailRow, paint: &mut Paint<'_>, area: Rect) {
    let theme = app.theme;
    let sentence = span(&deeds::sentence(row), theme.strong());
    if area.height < 3 {
        let room = usize::from(area.width).saturating_sub(2);
        let sentence = span(&text::fit_middle(&deeds::sentence(row), room, theme.glyphs.ellipsis), theme.strong());
        return paint.line(1, area.y, area.width.saturating_sub(1), &Line::from(sentence));
    }
    let when = format!("   {}, {}", row.at.utc("%-d %b %Y %H:%M:%S UTC"), relative_time::long_ago(app.now, row.at));
    let head = vec![span(&row.no.to_string(), theme.strong()), span(&when, theme.muted())];
    paint.line(1, area.y, area.width.saturating_sub(1), &Line::from(head));
    paint.line(1, area.y + 1, area.width.saturating_sub(1), &Line::from(sentence));
    let mut facts: Vec<Fact> = Vec::new();
    let changes = hub::differences(row);
    if !changes.is_empty() {
        let words: Vec<String> = changes.iter().map(|change| change.short(theme.glyphs.arrow)).collect();
        facts.push(("Changed", vec![span(&words.join(", "), theme.text())]));
    }
    let origin = hub::origin(row);
    facts.push(("From", vec![span(&origin, theme.muted())]));
    if let Some(words) = whole(list, app.now) {
        facts.push(("Log", vec![span(&words, theme.muted())]));
    }
    table::panel(app, &facts, 10, paint, Rect { y: area.y + 2, height: area.height - 2, ..area });
}

/// What the last check found of the log itself, if there was one on this screen.
fn whole(list: &TrailList, now: Millis) -> Option<String> {
    let TrailCheck { report, at } = list.checked.as_ref()?;
    let at = relative_time::moment(now, *at);
    Some(match report.whole {
        true => format!("whole, entries 1 to {} verified {at} UTC", report.no),
        false => format!("broken: {}, verified {at} UTC", report.broken.as_deref().unwrap_or_default()),
    })
}

/// The status line.
fn status(app: &App, list: &TrailList) -> Vec<Span<'static>> {
    let theme = app.theme;
    let mut parts = Vec::new();
    if app.pending.has(Slot::Verify) && !list.credentials_only {
        parts.push(match list.so_far {
            0 => "Verifying ...".to_owned(),
            n => format!("Verifying: {n} entries so far"),
        });
    } else if let Some(TrailCheck { report, at }) = &list.checked {
        let at = at.utc("%H:%M");
        parts.push(match &report.broken {
            None => format!("Whole: entries 1 to {} verified {at} UTC", report.no),
            Some(what) if report.whole => format!("Entries 1 to {} verified {at} UTC, but {what}", report.no),
            Some(what) => format!("Broken: {what}, verified {at} UTC"),
        });
    }
    if list.credentials_only {
        parts.push("entries about credentials".to_owned());
    }
    let broken = list.checked.as_ref().is_some_and(|check| check.report.broken.is_some());
    let style = if broken { theme.danger() } else { theme.muted() };
    vec![span(&parts.join(". "), style)]
}
