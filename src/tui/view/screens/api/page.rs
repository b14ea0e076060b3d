//! Draws the page about one credential: facts and history; `uses` draws its use.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::account::Right;
use crate::hub;
use crate::hub::{CredentialRow, TrailRow};
use crate::text;
use crate::tui::app::{App, Workspace};
use crate::tui::screen::{Api, Details, DetailsPart};
use crate::tui::view::chrome;
use crate::tui::view::paint::{Paint, plain, span};
use crate::tui::view::screens::api::{one_page, status, uses};
use crate::tui::view::screens::{details, trail};
use crate::tui::view::table::{self, Cell, Column, column};
use crate::tui::{layout, relative_time};

/// Columns of the labels.
const LABEL: usize = 13;

/// Draws the page.
pub fn draw(app: &App, workspace: &Workspace, api: &Api, page: &Details, paint: &mut Paint<'_>, body: Rect) {
    let Some(row) = api.list.selected() else { return };
    if layout::details_fit(app.size) {
        return one_page::draw(app, workspace, api, page, row, paint, body);
    }
    let theme = app.theme;
    let tab = |part: DetailsPart| {
        let closed = matches!(part, DetailsPart::History) && !workspace.may(Right::ReadTrail);
        let words = format!("{} {}", part as usize + 1, part.title());
        (if closed { format!("({words})") } else { words }, part == page.part)
    };
    let mut remark = vec![span(&format!("{} ", row.kind.word()), theme.muted())];
    let total = status::total(app, api);
    if let Some(at) = api.list.position(row.id, total) {
        remark.push(span(&format!("{} ", theme.glyphs.dot), theme.line()));
        remark.extend(trail::place(app, at, total));
    }
    chrome::tabs(paint, &DetailsPart::ALL.map(tab), remark);
    match page.part {
        DetailsPart::Facts => facts(app, api, page, row, paint, body),
        DetailsPart::Use => uses::draw(app, api, page, row, paint, body),
        DetailsPart::History => history(app, workspace, api, page, row, paint, body),
    }
}

fn facts(app: &App, api: &Api, page: &Details, row: &CredentialRow, paint: &mut Paint<'_>, body: Rect) {
    let theme = app.theme;
    let mut head = vec![span(&row.name, theme.strong()), Span::raw("   ")];
    head.extend(details::state(app, row));
    head.push(span(&format!("   {}", row.kind.title()), theme.muted()));
    let gap = u16::from(is_roomy(app));
    paint.line(1, body.y + gap, body.width.saturating_sub(2), &Line::from(head));
    let lines = fact_lines(app, api, row);
    let top = body.y + 1 + 2 * gap;
    let end = body.bottom().saturating_sub(1);
    let first = page.scroll.min(lines.len().saturating_sub(usize::from(end.saturating_sub(top))));
    for (y, line) in (top..end).zip(lines.iter().skip(first)) {
        paint.line(1, y, body.width.saturating_sub(2), line);
    }
    paint.ruled(end, ways(app, "next page"), vec![]);
    paint.cursor(1, body.y + gap);
}

/// In a low window words need the space of the gaps.
fn is_roomy(app: &App) -> bool {
    app.size.1 >= 22
}

fn fact_lines(app: &App, api: &Api, row: &CredentialRow) -> Vec<Line<'static>> {
    let width = usize::from(app.size.0).saturating_sub(2);
    let facts = details::facts(app, row, api.details_now());
    let lines = facts.iter().flat_map(|fact| fact.lines(app, LABEL, width));
    lines.filter(|line| is_roomy(app) || line.width() > LABEL).collect()
}

/// How many lines of the facts do not fit.
pub fn overflow(app: &App, api: &Api) -> usize {
    let Some(row) = api.list.selected().filter(|_| !layout::details_fit(app.size)) else { return 0 };
    let head = if is_roomy(app) { 3 } else { 1 };
    fact_lines(app, api, row).len().saturating_sub(layout::page_rows(app.size).saturating_sub(head))
}

/// The ways from here; `tab` says where that key leads.
pub fn ways(app: &App, tab: &str) -> Vec<Span<'static>> {
    let theme = app.theme;
    let key = |key: &str| span(key, theme.accent().patch(theme.strong()));
    let words = |words: &str| span(words, theme.muted());
    vec![
        key("J K"),
        words(" next, previous credential   "),
        key("tab"),
        words(&format!(" {tab}   ")),
        key("esc"),
        words(" back to the list"),
    ]
}

fn history(
    app: &App,
    workspace: &Workspace,
    api: &Api,
    page: &Details,
    row: &CredentialRow,
    paint: &mut Paint<'_>,
    body: Rect,
) {
    let theme = app.theme;
    let y = layout::rows_status(app.size);
    if !workspace.may(Right::ReadTrail) {
        paint.ruled(y, vec![], vec![]);
        let denied = workspace.denied(Right::ReadTrail);
        return table::nothing(&format!("{} {}", denied.reason(), denied.assistance()), paint, body.y + 1);
    }
    let columns = history_columns(usize::from(body.width));
    table::heads(app, &columns, paint, body.y);
    let Some(rows) = api.history_now() else {
        paint.ruled(y, vec![], vec![]);
        return table::nothing("Reading the activity log ...", paint, body.y + 2);
    };
    let height = usize::from(y.saturating_sub(body.y + 1)).max(1);
    let first = (page.entry.selected + 1).saturating_sub(height);
    for (y, (i, entry)) in (body.y + 1..y).zip(rows.iter().enumerate().skip(first)) {
        table::row(app, &columns, &history_cells(app, entry), i == page.entry.selected, paint, y);
    }
    let Some(entry) = rows.get(page.entry.selected) else { return paint.ruled(y, vec![], vec![]) };
    let place = trail::place(app, page.entry.selected as i64 + 1, Some(rows.len() as i64));
    paint.ruled(y, vec![span(&format!("entry {}", entry.no), theme.muted())], place);
    in_full(app, row, entry, paint, Rect { y: y + 1, height: layout::panel(app.size), ..body });
}

fn history_columns(width: usize) -> [Column; 5] {
    let rest = width.saturating_sub(usize::from(table::LEAD) + 6 + 17 + 9 + 22 + 2);
    [
        column("NO.", 6).ordered(true),
        column("WHEN (UTC)", 17),
        column("WHO", 9),
        column("DID", 22),
        column("CHANGE", rest),
    ]
}

fn history_cells(app: &App, entry: &TrailRow) -> [Cell; 5] {
    let theme = app.theme;
    let who = entry.who.clone().unwrap_or_else(|| theme.glyphs.nobody.to_owned());
    let changes = changes(entry, theme.glyphs.arrow);
    let did = if entry.did.contains("refused") { theme.warning() } else { theme.text() };
    let times = if entry.count > 1 { format!(" {}{}", theme.glyphs.times, entry.count) } else { String::new() };
    [
        (entry.no.to_string(), theme.muted()),
        (relative_time::moment(app.now, entry.at), theme.muted()),
        (who, theme.text()),
        (format!("{}{times}", entry.did), did),
        (changes, theme.muted()),
    ]
}

/// What an entry changed, in a few words. What a new credential has in common with all others stands on the page already.
pub fn changes(entry: &TrailRow, arrow: &str) -> String {
    let known = ["Kind", "Key", "Name", "State", "Username"];
    let tells = |d: &&hub::Difference| d.before.is_some() || !known.contains(&d.label.as_str());
    let differences = hub::differences(entry);
    differences.iter().filter(tells).map(|d| d.short(arrow)).collect::<Vec<_>>().join(", ")
}

fn in_full(app: &App, row: &CredentialRow, entry: &TrailRow, paint: &mut Paint<'_>, area: Rect) {
    let theme = app.theme;
    let who = entry.actor().unwrap_or_else(|| theme.glyphs.nobody.to_owned());
    let ago = relative_time::ago(app.now, entry.at);
    let at = entry.at.utc("%-d %b %Y %H:%M:%S UTC");
    let name = text::fit_middle(&row.name, 30, theme.glyphs.ellipsis);
    let head = vec![plain(&format!("{who} {} {name}   ", entry.did)), span(&format!("{at}, {ago}"), theme.muted())];
    let changes = changes(entry, theme.glyphs.arrow);
    let mut facts = vec![];
    if !changes.is_empty() {
        facts.push(("Changed", vec![plain(&changes)]));
    }
    facts.push(("From", vec![span(&hub::origin(entry), theme.muted())]));
    paint.line(1, area.y, area.width.saturating_sub(2), &Line::from(head));
    let rest = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    table::panel(app, &facts, 11, paint, rest);
}
