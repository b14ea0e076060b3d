//! Draws API Settings: tabs, sections, the list of credentials.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::account::Right;
use crate::credential::{Kind, State};
use crate::hub::{CredentialRow, ListOrder};
use crate::text;
use crate::tui::app::{App, Workspace};
use crate::tui::screen::{self, Api, Screen, Tab};
use crate::tui::view::paint::{Paint, plain, span, wrap};
use crate::tui::view::screens::{details, docs, filter, menu, refused, trail, users};
use crate::tui::view::sheet::Sheet;
use crate::tui::{layout, relative_time};

/// Columns of the details beside a list.
const BESIDE: u16 = 40;

/// Draws API Settings.
pub fn draw(app: &App, workspace: &Workspace, api: &Api, paint: &mut Paint<'_>, body: Rect) {
    tabs(workspace, api, paint, body);
    let under = Rect { y: body.y + 2, height: body.height.saturating_sub(2), ..body };
    match api.tab {
        Tab::Api if !workspace.may(Right::SeeCredentials) => not_available(app, workspace, paint, under),
        Tab::Api => credentials(app, workspace, api, paint, under),
        Tab::Documentation => docs::draw(app, workspace, paint, under),
        Tab::Activity if api.shows_refused => refused::draw(app, &api.refused, paint, under),
        Tab::Activity => trail::draw(app, &api.activity, paint, under),
    }
}

fn tabs(workspace: &Workspace, api: &Api, paint: &mut Paint<'_>, body: Rect) {
    let theme = paint.theme;
    let mut x = body.x + 1;
    for tab in Tab::ALL {
        let grey = tab == Tab::Activity && !workspace.may(Right::ReadTrail);
        let words = if grey { format!("({})", tab.title()) } else { tab.title().to_owned() };
        let current = tab == api.tab;
        let style = if current { theme.accent() } else { Style::new() };
        paint.tab(x, body.y, &words, style, current);
        x += text::width(&words) as u16 + 4;
    }
}

fn sections(app: &App, workspace: &Workspace, api: &Api, paint: &mut Paint<'_>, body: Rect) {
    // A cut number would be another number: the words and then the gaps are shortened.
    let usual = body.width < 70;
    let shown =
        [(usual, 5), (true, 5), (true, 2)].map(|(short, gap)| (section_words(workspace, api, body.width, short), gap));
    let fits = |(words, gap): &([String; 3], u16)| {
        let widths = words.iter().map(|words| text::width(words) as u16);
        1 + widths.sum::<u16>() + 2 * gap <= body.width
    };
    let (words, gap) = shown.iter().find(|one| fits(one)).unwrap_or(&shown[2]);
    let mut x = body.x + 1;
    for (kind, words) in Kind::ALL.into_iter().zip(words) {
        let current = kind == api.kind;
        paint.tab(x, body.y, words, if current { app.theme.accent() } else { Style::new() }, current);
        x += text::width(words) as u16 + gap;
    }
}

/// Number, title and count of each section.
fn section_words(workspace: &Workspace, api: &Api, width: u16, short: bool) -> [String; 3] {
    let counts = workspace.overview.as_ref().and_then(|o| o.credentials.as_ref()).map(|c| c.counts);
    Kind::ALL.map(|kind| {
        let title = match (kind, short) {
            (_, true) => kind.word(),
            (Kind::Legacy, false) if width < 90 => kind.word(),
            (_, false) => kind.title(),
        };
        let count = counts.map_or(String::new(), |c| {
            let revoked = if api.revoked { c.of(kind, State::Revoked) } else { 0 };
            format!(" {}", c.listed(kind) + revoked)
        });
        format!("{} {title}{count}", kind as usize + 1)
    })
}

/// Replaces the list for a role that may not see it.
fn not_available(app: &App, workspace: &Workspace, paint: &mut Paint<'_>, body: Rect) {
    let denied = workspace.denied(Right::SeeCredentials);
    // The help page's sentence names what the tab is for.
    let reason =
        format!("Only account Administrators can {}. Your role is {}.", Right::ManageCredentials.words(), denied.role);
    let mut sheet = Sheet::new("Not available to you", layout::dialog_columns(app.size).min(64), app.theme);
    sheet.gap();
    sheet.tell(&reason);
    sheet.gap();
    sheet.tell(&denied.assistance());
    sheet.gap();
    sheet.draw(paint, body, 0);
    paint.cursor(1, body.y - 2);
}

fn credentials(app: &App, workspace: &Workspace, api: &Api, paint: &mut Paint<'_>, body: Rect) {
    let size = app.size;
    let wide = layout::is_wide(size);
    let width = if wide { body.width.saturating_sub(BESIDE) } else { body.width };
    sections(app, workspace, api, paint, Rect { width, ..body });
    let columns = Columns::of(usize::from(width), wide);
    let top = body.y + 2 + u16::from(api.search.shown());
    let heading = columns.line(&Cells::heading(), app.theme.glyphs.ellipsis);
    paint.text_in(1, top, width.saturating_sub(1), &heading, app.theme.strong());
    let rows = api.height(size);
    rows_or_words(app, api, &columns, paint, Rect { y: top + 1, height: rows as u16, width, ..body });
    filter::line(api, paint, Rect { y: body.y + 2, height: 1 + rows as u16, width, ..body });
    let Some((row, read)) = api.to_detail() else { return };
    if wide {
        let x = body.x + width;
        let area = Rect { x, y: body.y, width: BESIDE, height: body.height };
        details::beside(app, row, read, paint, area);
    } else if layout::details_under(size) > 0 {
        let y = top + 1 + rows as u16;
        details::under(app, row, read, paint, Rect { y, height: layout::DETAILS, ..body });
    }
}

fn rows_or_words(app: &App, api: &Api, columns: &Columns, paint: &mut Paint<'_>, area: Rect) {
    if api.list.rows().is_empty() {
        let words = match (&api.problem, api.loaded) {
            (Some(problem), _) => format!("The list could not be read. {problem}"),
            (None, false) => "Reading the list ...".to_owned(),
            (None, true) if api.search.narrows() => filter::nothing(api),
            (None, true) => empty(app, api.kind),
        };
        for (y, line) in (area.y + 1..area.bottom()).zip(wrap(&words, usize::from(area.width).saturating_sub(4))) {
            paint.text(3, y, &line, Style::new());
        }
        paint.cursor(3, area.y + 1);
        return;
    }
    for (y, (row, selected)) in (area.y..area.bottom()).zip(api.list.visible(usize::from(area.height))) {
        draw_row(app, api, columns, row, selected, paint, Rect { y, height: 1, ..area });
    }
}

fn empty(app: &App, kind: Kind) -> String {
    let what = match kind {
        Kind::Legacy => "Legacy API credentials".to_owned(),
        Kind::Basic | Kind::Hmac => format!("{}s", kind.noun()),
    };
    let may = app.workspace.as_ref().is_some_and(|r| r.may(Right::ManageCredentials));
    let counts = app.workspace.as_ref().and_then(|r| r.overview.as_ref()).and_then(|o| o.credentials.as_ref());
    let revoked = counts.map_or(0, |c| c.counts.of(kind, State::Revoked));
    match may {
        // Revoked keys are hidden, not gone.
        true if revoked > 0 => format!("No {what} but {revoked} revoked: A shows them. Press n to create one."),
        true => format!("No {what} yet. Press n to create the first one."),
        false => format!("No {what} yet. An Administrator can create the first one."),
    }
}

fn draw_row(
    app: &App,
    api: &Api,
    columns: &Columns,
    row: &CredentialRow,
    selected: bool,
    paint: &mut Paint<'_>,
    area: Rect,
) {
    let theme = app.theme;
    let glyphs = theme.glyphs;
    let tick = if api.ticked.contains_key(&row.id) { glyphs.ticked } else { glyphs.unticked };
    let mark = if selected { glyphs.selected } else { " " };
    let condition = row.condition(app.now);
    let (glyph, style) = details::state_mark(app, row, condition);
    let words = if row.tampered { "tampered".to_owned() } else { condition.short() };
    let cells = Cells {
        name: row.name.clone(),
        key: row.key.clone(),
        state: format!("{glyph} {words}"),
        created: relative_time::day(app.now, row.created_at),
        by: row.created_by.clone(),
        used: row.last_used.as_ref().map_or("never".to_owned(), |u| relative_time::ago(app.now, u.at.millis())),
    };
    let [before, state, after] = columns.parts(&cells, glyphs.ellipsis);
    let line = vec![plain(&format!("{mark} {tick} {before}")), span(&state, style), plain(&after)];
    paint.line(1, area.y, area.width.saturating_sub(1), &Line::from(line));
    if selected {
        // The bar ends with the name: a slow line carries it twice for each step.
        let bar = Rect { x: 1, y: area.y, width: columns.bar(), height: 1 };
        paint.style(bar.intersection(area), theme.selected());
        paint.cursor(1, area.y);
    }
}

/// The cells of one row.
struct Cells {
    name: String,
    key: String,
    state: String,
    created: String,
    by: String,
    used: String,
}

impl Cells {
    fn heading() -> Self {
        let word = |w: &str| w.to_owned();
        Self {
            name: word("NAME"),
            key: word("KEY"),
            state: word("STATE"),
            created: word("CREATED"),
            by: word("BY"),
            used: word("LAST USED"),
        }
    }
}

/// Widths of the columns; 0 leaves one out.
struct Columns {
    name: usize,
    created: usize,
    by: usize,
    used: usize,
}

const KEY: usize = 20;
/// Glyph, blank, and the longest of the short words: `expires 30d`.
const STATE: usize = 13;

impl Columns {
    /// Least important columns are left out first: by, then created, then last used. Name, key and state stay.
    fn of(width: usize, wide: bool) -> Self {
        // Mark and tick, key and state; two blanks stand before each column but the first.
        let rest = width.saturating_sub(1 + 4 + 2 + KEY + 2 + STATE);
        let used = if rest >= 12 + 10 { 10 } else { 0 };
        let created = if rest >= 18 + 10 + 10 { 8 } else { 0 };
        let by = if wide && rest >= 24 + 12 + 10 + 10 { 8 } else { 0 };
        let taken: usize = [used, created, by].iter().filter(|w| **w > 0).map(|w| w + 2).sum();
        Self { name: rest.saturating_sub(taken).clamp(8, 40), created, by, used }
    }

    /// Columns of the bar of the selected row: mark, tick and name.
    fn bar(&self) -> u16 {
        u16::try_from(4 + self.name + 1).unwrap_or(u16::MAX)
    }

    /// Before the state, the state, after it.
    fn parts(&self, cells: &Cells, ellipsis: char) -> [String; 3] {
        let cell = |words: &str, width: usize| match width {
            0 => String::new(),
            width => format!("{}  ", text::pad(words, width, ellipsis)),
        };
        [
            format!("{}{}", cell(&cells.name, self.name), cell(&cells.key, KEY)),
            cell(&cells.state, STATE),
            format!(
                "{}{}{}",
                cell(&cells.created, self.created),
                cell(&cells.by, self.by),
                cell(&cells.used, self.used)
            ),
        ]
    }

    fn line(&self, cells: &Cells, ellipsis: char) -> String {
        format!("    {}", self.parts(cells, ellipsis).concat())
    }
}

/// The status line.
pub fn status(app: &App) -> String {
    let Some(workspace) = app.workspace.as_ref().filter(|_| app.sign_in.is_none()) else { return String::new() };
    match workspace.screen() {
        Some(Screen::Menu(_)) => match &workspace.session.last {
            Some(last) => {
                let at = relative_time::moment(app.now, last.at);
                format!("Signed in. Last sign-in: {at}{}", menu::from(last.address.as_deref()))
            }
            None => "Signed in. This is your first sign-in.".to_owned(),
        },
        Some(Screen::Api(api)) if api.tab == Tab::Api && workspace.may(Right::SeeCredentials) => {
            list_status(workspace, api)
        }
        Some(Screen::Api(api)) if api.tab == Tab::Activity && api.shows_refused => refused::status(&api.refused),
        Some(Screen::Api(api)) if api.tab == Tab::Activity => trail::status(app, &api.activity),
        Some(Screen::Users(users)) => users::status(app, users),
        Some(Screen::Trail(list)) => trail::status(app, list),
        _ => String::new(),
    }
}

fn list_status(workspace: &Workspace, api: &Api) -> String {
    let mut parts = Vec::new();
    if let Some(counts) = workspace.overview.as_ref().and_then(|o| o.credentials.as_ref()).map(|c| c.counts) {
        let revoked = if api.revoked { counts.of(api.kind, State::Revoked) } else { 0 };
        let all = counts.listed(api.kind) + revoked;
        let s = if all == 1 { "" } else { "s" };
        let all = format!("{all} {}{s}, {} active", api.kind.noun(), counts.of(api.kind, State::Active));
        parts.push(filter::found(api, counts).unwrap_or(all));
    }
    if !api.ticked.is_empty() {
        parts.push(format!("{} ticked", api.ticked.len()));
    }
    if api.list.order() != ListOrder::Name {
        parts.push(format!("by {}", screen::order_words(api.list.order())));
    }
    if api.revoked {
        parts.push("revoked ones too".to_owned());
    }
    parts.join(", ")
}
