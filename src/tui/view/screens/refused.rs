//! Draws the refused requests: a row each, and the selected one in full.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::hub::{CredentialInfo, RefusedRequest};
use crate::text;
use crate::tui::app::App;
use crate::tui::screen::RefusedList;
use crate::tui::view::paint::{Paint, wrap};
use crate::tui::view::screens::menu;
use crate::tui::{layout, relative_time};

/// Draws the list under the tabs.
pub fn draw(app: &App, list: &RefusedList, paint: &mut Paint<'_>, body: Rect) {
    let Some(all) = list.list.rows() else {
        paint.text(3, body.y + 1, "Reading what was refused ...", Style::new());
        return paint.cursor(3, body.y + 1);
    };
    let width = usize::from(body.width).saturating_sub(4);
    let heading = line(app, width, ["WHEN (UTC)", "NAME", "REFUSED BECAUSE", "FROM"]);
    paint.text(3, body.y, &heading, app.theme.strong());
    if all.is_empty() {
        paint.text(3, body.y + 2, "No request with a key of this desk was refused.", Style::new());
        return paint.cursor(3, body.y + 2);
    }
    let height = layout::trail_rows(app.size, true);
    for (y, (row, selected)) in (body.y + 1..body.bottom()).zip(list.list.visible(height)) {
        let mark = if selected { app.theme.glyphs.selected } else { " " };
        paint.text(1, y, &format!("{mark} {}", row_line(app, row, width)), Style::new());
        if selected {
            paint.style(Rect { x: 1, y, width: 2 + 12, height: 1 }, app.theme.selected());
            paint.cursor(1, y);
        }
    }
    if let Some(row) = list.list.selected().filter(|_| app.size.1 >= 20) {
        let y = body.y + 1 + height as u16;
        in_full(app, row, paint, Rect { y, height: body.bottom().saturating_sub(y), ..body });
    }
}

fn row_line(app: &App, row: &RefusedRequest, width: usize) -> String {
    let refusal = &row.refusal;
    let from = refusal.address.map_or("-".to_owned(), |address| address.to_string());
    line(app, width, [&refusal.at.millis().utc("%d %b %H:%M"), &row.name, &refusal.words_and_times(), &from])
}

/// The reason keeps its width; the address is left out first.
fn line(app: &App, width: usize, cells: [&str; 4]) -> String {
    let address = if width < 72 { 0 } else { 15 };
    let spare = width.saturating_sub(if address > 0 { 76 } else { 60 });
    let widths = [12, 17 + spare / 3, 28 + spare / 3, address + spare / 3];
    let pad = |(cell, width): (&str, usize)| match width {
        0 => String::new(),
        width => text::pad(cell, width, app.theme.glyphs.ellipsis) + " ",
    };
    let all: String = cells.into_iter().zip(widths).map(pad).collect();
    text::fit(all.trim_end(), width, app.theme.glyphs.ellipsis)
}

fn in_full(app: &App, row: &RefusedRequest, paint: &mut Paint<'_>, area: Rect) {
    let glyphs = app.theme.glyphs;
    paint.rule(1, area.y, area.width.saturating_sub(2), glyphs.horizontal, Style::new());
    let name = text::fit(&row.name, usize::from(area.width).saturating_sub(8), glyphs.ellipsis);
    paint.text(2, area.y, &format!(" {name} "), app.theme.strong());
    let lines = sentences(app, row);
    let lines = lines.iter().flat_map(|s| wrap(s, usize::from(area.width).saturating_sub(2)));
    for (y, line) in (area.y + 1..area.bottom()).zip(lines) {
        paint.text(1, y, &line, Style::new());
    }
}

/// All about one refusal.
pub fn sentences(app: &App, row: &RefusedRequest) -> Vec<String> {
    let refusal = &row.refusal;
    let at = refusal.at.millis();
    let from = menu::from(refusal.address.map(|address| address.to_string()).as_deref());
    vec![
        format!("{} {}: refused, {}.", row.kind.title(), row.key, refusal.words_and_times()),
        format!("{}{from} ({}).", at.utc("%Y-%m-%d %H:%M:%S UTC"), relative_time::ago(app.now, at)),
        refusal.advice().to_owned(),
    ]
}

/// The status line.
pub fn status(list: &RefusedList) -> String {
    let whose = list.only.as_ref().map(|(_, name)| format!(" of {name}")).unwrap_or_default();
    match list.list.is_newest() {
        true => format!("The newest refused requests{whose} first"),
        false => format!("Older refused requests{whose}; g goes to the newest"),
    }
}

/// A line for the details of a credential; `None` if nothing was refused.
pub fn summary(app: &App, details: &CredentialInfo) -> Option<String> {
    let newest = details.refusals.first()?;
    // The store keeps no more.
    let all: i64 = details.refusals.iter().map(|refusal| refusal.count).fold(0, i64::saturating_add);
    let times = match (all, details.refusals.len()) {
        (1, _) => "once".to_owned(),
        (n, rows) if rows >= crate::hub::REFUSALS_KEPT => format!("{n} times or more"),
        (n, _) => format!("{n} times"),
    };
    let ago = relative_time::ago(app.now, newest.at.millis());
    let from = menu::from(newest.address.map(|address| address.to_string()).as_deref());
    Some(format!("{times}, last {ago}{from}: {}", newest.words()))
}
