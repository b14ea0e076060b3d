//! Draws the rows of the trail, and the selected one in full.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::hub::TrailRow;
use crate::text;
use crate::tui::app::App;
use crate::tui::layout;
use crate::tui::pending::Slot;
use crate::tui::screen::{TrailCheck, TrailList};
use crate::tui::view::deeds;
use crate::tui::view::paint::{Paint, wrap};
use crate::tui::view::trail_words;

/// Draws the list; `body` is the window below the tabs, if there are any.
pub fn draw(app: &App, list: &TrailList, paint: &mut Paint<'_>, body: Rect) {
    let Some(all) = list.rows() else {
        paint.text(3, body.y + 1, "Reading the trail ...", Style::new());
        return paint.cursor(3, body.y + 1);
    };
    let width = usize::from(body.width).saturating_sub(4);
    let heading = line(app, width, ["NO.", "WHEN (UTC)", "WHO", "DID", "WHAT", "FROM"]);
    paint.text(3, body.y, &heading, app.theme.strong());
    if all.is_empty() {
        let message = match list.search.narrows() {
            false => "Nothing was done yet.".to_owned(),
            true => format!("Nothing matches {}. Press esc to clear the filter.", text::safe(list.search.typed())),
        };
        paint.text(3, body.y + 2, &message, Style::new());
        return paint.cursor(3, body.y + 2);
    }
    let under_tabs = body.y > layout::HEADER;
    let height = layout::trail_rows(app.size, under_tabs);
    for (y, (row, selected)) in (body.y + 1..body.bottom()).zip(list.visible(height)) {
        let mark = if selected { app.theme.glyphs.selected } else { " " };
        paint.text(1, y, &format!("{mark} {}", row_line(app, row, width)), Style::new());
        if selected {
            // Mark, number and time: a slow line carries the bar twice for each step.
            paint.style(Rect { x: 1, y, width: 2 + 4 + 1 + 12, height: 1 }, app.theme.selected());
            paint.cursor(1, y);
        }
    }
    if let Some(row) = list.selected().filter(|_| app.size.1 >= 20) {
        let y = body.y + 1 + height as u16;
        in_full(app, row, paint, Rect { y, height: body.bottom().saturating_sub(y), ..body });
    }
}

fn row_line(app: &App, row: &TrailRow, width: usize) -> String {
    // An actor with --as sat at this machine: the Unix user takes the place of the address.
    let from = row.local().or_else(|| row.address.clone()).unwrap_or_else(|| "-".to_owned());
    let (did, what) = deeds::columns(row);
    let did = if row.count > 1 { format!("{did} x{}", row.count) } else { did };
    line(
        app,
        width,
        [&row.no.to_string(), &row.at.utc("%d %b %H:%M"), row.who.as_deref().unwrap_or("-"), &did, &what, &from],
    )
}

/// The columns of a row: numbers are short, names are cut, the address is left out first.
fn line(app: &App, width: usize, cells: [&str; 6]) -> String {
    let address = if width < 76 { 0 } else { 15 };
    let spare = width.saturating_sub(if address > 0 { 76 } else { 60 });
    // Numbers and times have their width; of the rest the deed and its object get most.
    let widths = [4, 12, 7 + (spare / 6).min(16), 18 + (spare / 3).min(7), 15 + spare / 3, address];
    let pad = |(cell, width): (&str, usize)| match width {
        0 => String::new(),
        width => text::pad(cell, width, app.theme.glyphs.ellipsis) + " ",
    };
    let all: String = cells.into_iter().zip(widths).map(pad).collect();
    text::fit(all.trim_end(), width, app.theme.glyphs.ellipsis)
}

fn in_full(app: &App, row: &TrailRow, paint: &mut Paint<'_>, area: Rect) {
    let glyphs = app.theme.glyphs;
    paint.rule(1, area.y, area.width.saturating_sub(2), glyphs.horizontal, Style::new());
    paint.text(2, area.y, &format!(" {} ", row.no), app.theme.strong());
    let mut differences =
        trail_words::differences(row).iter().map(|d| d.words(glyphs.arrow)).collect::<Vec<_>>().join("   ");
    // Two lines at most: enter shows everything.
    differences = text::fit(&differences, (2 * usize::from(area.width)).saturating_sub(8), glyphs.ellipsis);
    let mut sentences = vec![trail_words::summary(row), trail_words::origin(row)];
    if !differences.is_empty() {
        sentences.insert(1, differences);
    }
    let lines = sentences.iter().flat_map(|s| wrap(s, usize::from(area.width).saturating_sub(2)));
    for (y, line) in (area.y + 1..area.bottom()).zip(lines) {
        paint.text(1, y, &line, Style::new());
    }
}

/// The status line.
pub fn status(app: &App, list: &TrailList) -> String {
    let mut parts = Vec::new();
    if app.pending.has(Slot::Verify) && !list.credentials_only {
        parts.push(match list.so_far {
            0 => "Checking the trail ...".to_owned(),
            n => format!("Checking the trail: {n} entries so far"),
        });
    } else if let Some(TrailCheck { report, at }) = &list.checked {
        let at = at.utc("%H:%M");
        parts.push(match &report.broken {
            None => format!("Whole: entries 1 to {} verified {at} UTC", report.no),
            Some(what) if report.whole => format!("Entries 1 to {} verified {at} UTC, but {what}", report.no),
            Some(what) => format!("Broken: {what}, verified {at} UTC"),
        });
    }
    parts.extend(counts(list));
    parts.join(". ")
}

/// `2 of 8 found, 345 in all`, as far as it was counted.
fn counts(list: &TrailList) -> Option<String> {
    let no = list.position()?;
    let narrows = list.search.narrows();
    Some(match list.count {
        None if narrows => format!("{no} of those found"),
        None => format!("{no}"),
        Some(count) if narrows => format!("{no} of {} found, {} in all", count.found, count.all),
        Some(count) => format!("{no} of {}", count.all),
    })
}
