//! Draws the refused requests: a row each, and the selected one in full.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::account::Right;
use crate::hub::{CredentialInfo, RefusedRequest};
use crate::tui::app::App;
use crate::tui::screen::RefusedList;
use crate::tui::view::paint::{Paint, scroll_bar, span, wrap};
use crate::tui::view::screens::{menu, trail};
use crate::tui::view::table::{self, Cell, Column, column};
use crate::tui::{layout, relative_time};

/// Draws the list under the tabs.
pub fn draw(app: &App, list: &RefusedList, paint: &mut Paint<'_>) {
    let top = layout::TOP + 1;
    let columns = columns(usize::from(paint.area().width));
    table::heads(app, &columns, paint, top);
    let y = layout::rows_status(app.size);
    let Some(all) = list.list.rows() else {
        paint.ruled(y, vec![], vec![]);
        return table::nothing("Reading what was refused ...", paint, top + 2);
    };
    let total = list.list.length();
    let place = if all.is_empty() { vec![] } else { trail::place(app, list.list.position(), total) };
    paint.ruled(y, status(app, list), place);
    if all.is_empty() {
        return table::nothing("No request with a key of this desk was refused.", paint, top + 2);
    }
    let area = Rect { x: 0, y: top + 1, width: paint.area().width, height: y.saturating_sub(top + 1) };
    for (y, (row, selected)) in (area.y..area.bottom()).zip(list.list.visible(usize::from(area.height))) {
        table::row(app, &columns, &cells(app, row), selected, paint, y);
    }
    if let Some(total) = total {
        scroll_bar(paint, area, list.list.above(), total);
    }
    if let Some(row) = list.list.selected() {
        in_full(app, row, paint, Rect { y: y + 1, height: layout::panel(app.size), ..area });
    }
}

/// The reason keeps its width; the address is left out first.
fn columns(width: usize) -> Vec<Column> {
    let from = if width < 76 { 0 } else { 15 };
    let spare = width.saturating_sub(usize::from(table::LEAD) + 16 + 6 + from + 2);
    let reason = (spare / 2).max(21);
    let mut columns = vec![
        column("WHEN (UTC)", 16).ordered(true),
        column("NAME", spare.saturating_sub(reason)),
        column("REFUSED BECAUSE", reason),
        column("TIMES", 6),
    ];
    if from > 0 {
        columns.push(column("FROM", from));
    }
    columns
}

fn cells(app: &App, row: &RefusedRequest) -> Vec<Cell> {
    let theme = app.theme;
    let refusal = &row.refusal;
    let from = refusal.address.map_or(theme.glyphs.nobody.to_owned(), |address| address.to_string());
    vec![
        (relative_time::moment(app.now, refusal.at.millis()), theme.muted()),
        (row.name.clone(), theme.text()),
        (refusal.words(), theme.warning()),
        (refusal.count.to_string(), theme.text()),
        (from, theme.muted()),
    ]
}

fn in_full(app: &App, row: &RefusedRequest, paint: &mut Paint<'_>, area: Rect) {
    let theme = app.theme;
    paint.text(1, area.y, &row.name, theme.strong());
    let from = if area.height > 1 { area.y + 1 } else { area.y };
    let lines = sentences(app, row);
    let lines = lines.iter().flat_map(|s| wrap(s, usize::from(area.width).saturating_sub(2)));
    for (y, line) in (from..area.bottom()).zip(lines) {
        paint.text(1, y, &line, theme.text());
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
        refusal.advice().into_owned(),
    ]
}

/// The status line.
fn status(app: &App, list: &RefusedList) -> Vec<Span<'static>> {
    let whose = list.only.as_ref().map(|(_, name)| format!(" of {name}")).unwrap_or_default();
    let words = match list.list.is_newest() {
        true => format!("The newest refused requests{whose} first"),
        false => format!("Older refused requests{whose}; g goes to the newest"),
    };
    vec![span(&words, app.theme.muted())]
}

/// In place of the refusals of one credential, where there are none to show.
pub fn none(app: &App, read: Option<&CredentialInfo>) -> String {
    let workspace = app.workspace.as_ref();
    match (workspace.filter(|workspace| !workspace.may(Right::ReadTrail)), read) {
        (Some(_), _) => format!("Refused requests are for account {}.", Right::ReadTrail.holders()),
        (None, None) => "Reading ...".to_owned(),
        (None, Some(_)) => "No request with this credential was refused.".to_owned(),
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
