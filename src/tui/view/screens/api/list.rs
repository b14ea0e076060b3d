//! Draws the rows of credentials, and the heads of their columns.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::credential::{Condition, Kind, State};
use crate::hub::{CredentialRow, ListOrder};
use crate::text;
use crate::tui::app::App;
use crate::tui::screen::Api;
use crate::tui::view::charts;
use crate::tui::view::paint::{Paint, plain, scroll_bar, span, wrap};
use crate::tui::view::screens::api::status;
use crate::tui::view::screens::details;
use crate::tui::{layout, relative_time};

/// Draws heads and rows.
pub fn draw(app: &App, api: &Api, paint: &mut Paint<'_>, area: Rect) {
    let columns = Columns::of(usize::from(area.width), api.list.order(), shows_use(app));
    paint.line(0, area.y, area.width, &Line::from(columns.heads(app, api.list.order(), api.list.turned())));
    let rows = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    if api.list.rows().is_empty() {
        return no_rows(app, api, paint, rows);
    }
    for (y, (row, selected)) in (rows.y..rows.bottom()).zip(api.list.visible(usize::from(rows.height))) {
        paint.line(0, y, rows.width, &Line::from(columns.row(app, api, row, selected)));
        if selected {
            paint.select(0, y, rows.width.saturating_sub(1));
        }
    }
    if let (Some(first), Some(total)) = (api.list.first_shown(status::total(app, api)), status::total(app, api)) {
        scroll_bar(paint, rows, first - 1, total);
    }
}

fn no_rows(app: &App, api: &Api, paint: &mut Paint<'_>, area: Rect) {
    let words = match (&api.problem, api.loaded) {
        (Some(problem), _) => format!("The list could not be read. {problem}"),
        (None, false) => "Reading the list ...".to_owned(),
        (None, true) if api.search.narrows() => status::nothing(api),
        (None, true) => empty(app, api.kind),
    };
    for (y, line) in (area.y + 1..area.bottom()).zip(wrap(&words, usize::from(area.width).saturating_sub(4))) {
        paint.text(3, y, &line, Style::new());
    }
    paint.cursor(3, area.y + 1);
}

fn empty(app: &App, kind: Kind) -> String {
    let what = match kind {
        Kind::Basic => "Basic credentials",
        Kind::Hmac => "HMAC credentials",
        Kind::Legacy => "Legacy credentials",
    };
    let may = app.workspace.as_ref().is_some_and(|r| r.may(crate::account::Right::ManageCredentials));
    let counts = app.workspace.as_ref().and_then(|r| r.overview.as_ref()).and_then(|o| o.credentials.as_ref());
    let revoked = counts.map_or(0, |c| c.counts.of(kind, State::Revoked));
    match may {
        // Revoked keys are hidden, not gone.
        true if revoked > 0 => format!("No {what} but {revoked} revoked: . shows them. n creates one."),
        true => format!("No {what} yet. n creates the first one."),
        false => format!("No {what} yet. An Administrator can create the first one."),
    }
}

/// A column of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Name,
    Key,
    State,
    Expires,
    Created,
    Used,
    /// Its use of thirty days, in so many columns.
    Days(usize),
}

impl Column {
    fn head(self) -> &'static str {
        match self {
            Self::Name => "NAME",
            Self::Key => "KEY",
            Self::State => "STATE",
            Self::Expires => "EXPIRES",
            Self::Created => "CREATED",
            Self::Used => "LAST USED",
            Self::Days(_) => "30 DAYS",
        }
    }

    /// Columns with the gap behind it; the name takes what is left.
    fn width(self) -> usize {
        match self {
            Self::Name => 0,
            Self::Key => 11,
            Self::State => 12,
            Self::Expires | Self::Created => 11,
            Self::Used => 10,
            Self::Days(columns) => 1 + columns,
        }
    }

    /// The column that an order follows.
    fn of(order: ListOrder) -> Self {
        match order {
            ListOrder::Name => Self::Name,
            ListOrder::Key => Self::Key,
            ListOrder::Created => Self::Created,
            ListOrder::State => Self::State,
            ListOrder::Expiry => Self::Expires,
            ListOrder::LastUse => Self::Used,
        }
    }
}

/// Columns before the name: the mark, the tick, a blank.
const LEAD: usize = 3;
/// Columns after the last one: a blank and the scroll bar.
const TAIL: usize = 2;
/// With less than this the name takes the place of another column.
const NAME: usize = 30;

/// How wide the use of thirty days may be drawn, and how much the name must keep then.
const DAYS: [(usize, usize); 2] = [(30, NAME), (10, 24)];

/// Whether rows show their use: beside the panel, on a desk that is used at all.
fn shows_use(app: &App) -> bool {
    let overview = app.workspace.as_ref().and_then(|workspace| workspace.overview.as_ref());
    let usage = overview.and_then(|overview| overview.usage.as_ref());
    layout::is_wide(app.size) && usage.is_some_and(|usage| usage.days.iter().any(|day| day.allowed > 0))
}

/// The columns that are shown, and the width of the name.
struct Columns {
    shown: Vec<Column>,
    name: usize,
}

impl Columns {
    /// KEY goes first, then EXPIRES; what the list is ordered by stays. The use takes what a name can spare.
    fn of(width: usize, order: ListOrder, shows_use: bool) -> Self {
        let ordered = Column::of(order);
        let time = if matches!(ordered, Column::Created) { Column::Created } else { Column::Expires };
        let mut shown = vec![Column::Name, Column::Key, Column::State, time, Column::Used];
        let name = |shown: &[Column]| {
            let taken: usize = shown.iter().map(|column| column.width()).sum();
            width.saturating_sub(LEAD + taken + TAIL)
        };
        for goes in [Column::Key, Column::Expires] {
            if name(&shown) < NAME && goes != ordered {
                shown.retain(|column| *column != goes);
            }
        }
        let days = DAYS.into_iter().filter(|_| shows_use).find(|(days, least)| name(&shown) > days + least);
        shown.extend(days.map(|(days, _)| Column::Days(days)));
        let name = name(&shown).max(8);
        Self { shown, name }
    }

    fn width(&self, column: Column) -> usize {
        match column {
            Column::Name => self.name,
            other => other.width(),
        }
    }

    fn heads(&self, app: &App, order: ListOrder, turned: bool) -> Vec<Span<'static>> {
        let theme = app.theme;
        let (ordered, down) = (Column::of(order), order.falls() != turned);
        let mut line = vec![Span::raw(" ".repeat(LEAD))];
        for column in &self.shown {
            let head = column.head();
            let mut rest = self.width(*column).saturating_sub(head.len());
            if *column == ordered {
                line.push(span(head, theme.strong()));
                line.push(span(
                    &format!(" {}", theme.glyphs.order[usize::from(down)]),
                    theme.accent().patch(theme.strong()),
                ));
                rest = rest.saturating_sub(2);
            } else {
                line.push(span(head, theme.muted()));
            }
            line.push(Span::raw(" ".repeat(rest)));
        }
        line
    }

    fn row(&self, app: &App, api: &Api, row: &CredentialRow, selected: bool) -> Vec<Span<'static>> {
        let (theme, glyphs) = (app.theme, app.theme.glyphs);
        let ticked = api.ticks.has(row.id);
        let tick = match (ticked, api.ticks.is_empty()) {
            (true, _) => span(glyphs.done, theme.accent().patch(theme.strong())),
            (false, true) => Span::raw(" "),
            (false, false) => span(glyphs.dot, theme.muted()),
        };
        let mut line = vec![Span::raw(" "), tick, Span::raw(" ")];
        for column in &self.shown {
            let width = self.width(*column);
            match column {
                Column::Name => line.extend(self.name(app, api, row, selected || ticked, ticked)),
                Column::Key => {
                    line.push(span(&text::pad(&short_key(app, &row.key), width, glyphs.ellipsis), theme.muted()))
                }
                Column::State => line.extend(state(app, row, width)),
                Column::Expires => line.push(expires(app, row, width)),
                Column::Created => {
                    let day = relative_time::ago(app.now, row.created_at);
                    line.push(plain(&text::pad(&day, width, glyphs.ellipsis)));
                }
                Column::Used => line.push(used(app, row, width)),
                Column::Days(days) => line.push(bars(app, api, row, *days)),
            }
        }
        line
    }

    /// The name, cut in its middle; what the filter found in it is marked.
    fn name(&self, app: &App, api: &Api, row: &CredentialRow, strong: bool, ticked: bool) -> Vec<Span<'static>> {
        let theme = app.theme;
        let shown = text::fit_middle(&row.name, self.name - 2, theme.glyphs.ellipsis);
        let mut style = match row.condition(app.now) {
            Condition::Disabled | Condition::Revoked if !row.tampered => theme.muted(),
            _ => theme.text(),
        };
        if ticked {
            style = style.patch(theme.accent());
        }
        if strong {
            style = style.add_modifier(Modifier::BOLD);
        }
        let blank = self.name.saturating_sub(text::width(&shown));
        let mut line = details::marked(app, &shown, &api.search.filter().words, style);
        line.push(Span::raw(" ".repeat(blank)));
        line
    }
}

/// The beginning of a key: enough to recognise it; the panel has all of it.
pub fn short_key(app: &App, key: &str) -> String {
    text::fit(key, 9, app.theme.glyphs.ellipsis)
}

/// Glyph and word; only what is out of order has a coloured word.
fn state(app: &App, row: &CredentialRow, width: usize) -> Vec<Span<'static>> {
    let (glyph, style) = details::state_mark(app, row);
    let words = details::state_word(app, row);
    let word_style = details::state_style(app, row);
    let blank = width.saturating_sub(2 + text::width(words));
    if row.tampered {
        return vec![span(&format!("{glyph} {words}"), style), Span::raw(" ".repeat(blank))];
    }
    vec![span(glyph, style), span(&format!(" {words}"), word_style), Span::raw(" ".repeat(blank))]
}

fn expires(app: &App, row: &CredentialRow, width: usize) -> Span<'static> {
    let words = text::pad(&details::expiry_words(app, row), width, app.theme.glyphs.ellipsis);
    span(&words, details::expiry_style(app, row))
}

/// The use of thirty days; blank for a credential that was not used.
fn bars(app: &App, api: &Api, row: &CredentialRow, columns: usize) -> Span<'static> {
    let bars = api.used.get(&row.id).map(|days| charts::small(&app.theme, days, columns)).unwrap_or_default();
    span(&text::pad(&format!(" {bars}"), columns + 1, ' '), app.theme.chart())
}

fn used(app: &App, row: &CredentialRow, width: usize) -> Span<'static> {
    let theme = app.theme;
    match &row.last_used {
        None => span(&text::pad("never", width, theme.glyphs.ellipsis), theme.muted()),
        Some(last) => plain(&text::pad(&relative_time::ago(app.now, last.at.millis()), width, theme.glyphs.ellipsis)),
    }
}
