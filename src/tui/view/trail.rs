//! The rows of the trail, and the selected one in full.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::hub::TrailRow;
use crate::text;

use super::super::app::App;
use super::super::layout;
use super::super::screen::TrailList;
use super::paint::{Paint, wrap};

/// Draws the list; `body` is what is left of the window under tabs, if there are any.
pub fn draw(app: &App, list: &TrailList, paint: &mut Paint<'_>, body: Rect) {
    let Some(all) = list.rows() else {
        paint.text(3, body.y + 1, "Reading the trail ...", Style::new());
        return paint.cursor(3, body.y + 1);
    };
    let width = usize::from(body.width).saturating_sub(4);
    let heading = line(app, width, ["NO.", "WHEN (UTC)", "WHO", "DID", "WHAT", "FROM"]);
    paint.text(3, body.y, &heading, app.theme.strong());
    if all.is_empty() {
        paint.text(3, body.y + 2, "Nothing was done yet.", Style::new());
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
    let did = if row.count > 1 { format!("{} x{}", row.did, row.count) } else { row.did.clone() };
    line(
        app,
        width,
        [
            &row.no.to_string(),
            &row.at.utc("%d %b %H:%M"),
            row.who.as_deref().unwrap_or("-"),
            &did,
            &row.what,
            row.address.as_deref().unwrap_or("-"),
        ],
    )
}

/// The columns of a row: numbers are short, names are cut, the address goes first when there is no room.
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
    let who = row.who.as_deref().unwrap_or("nobody");
    let times = if row.count > 1 { format!(", {} times", row.count) } else { String::new() };
    let way = match row.via.as_deref() {
        Some("password") => " by password".to_owned(),
        Some("local") => " with --as".to_owned(),
        Some(fingerprint) => format!(" by SSH key {fingerprint}"),
        None => String::new(),
    };
    let from = row.address.as_deref().map_or("From this machine".to_owned(), |a| format!("From {a}"));
    let unix = row.unix.as_deref().map(|u| format!(", Unix user {u}")).unwrap_or_default();
    let sentences = [
        format!("{}   {who} {} {}{times}", row.at.utc("%Y-%m-%d %H:%M:%S UTC"), row.did, row.what),
        format!("{from}{way}{unix}"),
    ];
    let lines = sentences.iter().flat_map(|s| wrap(s, usize::from(area.width).saturating_sub(2)));
    for (y, line) in (area.y + 1..area.bottom()).zip(lines) {
        paint.text(1, y, &line, Style::new());
    }
}

/// The line over the hints.
pub fn status(list: &TrailList) -> String {
    let what = if list.credentials_only { "entries about credentials" } else { "entries" };
    match list.is_newest() {
        true => format!("The newest {what} first"),
        false => format!("Older {what}; g goes to the newest"),
    }
}
