//! The large menu: the whole desk on one page.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::credential::{Kind, Wanted};
use crate::hub::{STATES, StateCounts, TrailRow};
use crate::text::{self, grouped};
use crate::tui::app::{App, Workspace};
use crate::tui::relative_time;
use crate::tui::screen::{MENU, Menu, MenuFocus};
use crate::tui::view::paint::{Paint, plain, span};
use crate::tui::view::screens::menu::attention::attention;
use crate::tui::view::screens::menu::usage;

/// Columns of the menu and of the credentials.
const LEFT: u16 = 45;
/// Columns of the chart.
const CHART: u16 = 72;

/// Everything but the line of the last sign-in.
pub fn dashboard(app: &App, workspace: &Workspace, menu: &Menu, paint: &mut Paint<'_>, body: Rect) {
    let right = |from: u16, y: u16, height: u16| Rect { x: from, y, width: body.right() - from, height };
    rows(app, menu, paint, body);
    attention(app, workspace, menu, paint, right(LEFT, body.y, 9));
    let Some(overview) = &workspace.overview else { return };
    let second = body.y + 10;
    if let Some(of) = &overview.credentials {
        credentials(app, &of.states, paint, Rect { y: second, width: LEFT - 2, height: 9, ..body });
    }
    if let Some(site) = &overview.site {
        let area = right(LEFT + 1, second, 9);
        changes(
            app,
            (&site.last_changes, menu.change()),
            site.trail_rows,
            paint,
            Rect { width: area.width - 1, ..area },
        );
    }
    let Some(used) = &overview.usage else { return };
    let third = second + 10;
    usage::chart(app, used, paint, Rect { y: third, width: CHART, height: 11, ..body });
    let most = right(CHART + 3, third, 11);
    usage::most_used(app, used, menu.most_used(), paint, Rect { width: most.width - 1, ..most });
    let fourth = third + 12;
    let height = body.bottom().saturating_sub(fourth + 1);
    usage::verifiers(app, used, paint, Rect { y: fourth, height, ..body });
}

/// The menu itself.
fn rows(app: &App, menu: &Menu, paint: &mut Paint<'_>, body: Rect) {
    let theme = app.theme;
    for (y, (i, (_, title, words))) in (body.y..).zip(MENU.iter().enumerate()) {
        let selected = menu.focus == MenuFocus::Rows && i == menu.rows.selected;
        let style = if selected { theme.strong() } else { theme.text() };
        let words = shorter(words, usize::from(LEFT) - 19);
        let line = vec![
            Span::raw("   "),
            span(&text::pad(title, 15, theme.glyphs.ellipsis), style),
            span(words, theme.muted()),
        ];
        paint.line(0, y, LEFT - 1, &Line::from(line));
        if selected {
            paint.select(0, y, LEFT - 1);
        }
    }
}

/// As many parts of an enumeration as there is room for.
fn shorter(words: &str, room: usize) -> &str {
    let mut words = words;
    while text::width(words) > room {
        match words.rsplit_once(", ") {
            Some((first, _)) => words = first,
            None => break,
        }
    }
    words
}

/// Credentials by state and kind.
fn credentials(app: &App, states: &StateCounts, paint: &mut Paint<'_>, area: Rect) {
    let theme = app.theme;
    let heading = Rect { x: area.x + 1, width: area.width.saturating_sub(1), height: 1, ..area };
    paint.heading(heading, "Credentials", vec![]);
    let columns = |[a, b, c, d]: [String; 4]| format!("{a:>7}{b:>7}{c:>8}{d:>8}");
    let numbers = |numbers: [i64; 4]| columns(numbers.map(grouped));
    let head = columns(["BASIC", "HMAC", "LEGACY", "ALL"].map(str::to_owned));
    let head = format!("{:12}{head}", "");
    paint.text_in(area.x, area.y + 1, area.width, &head, theme.muted());
    let listed = STATES.into_iter().filter(|state| *state != Wanted::Revoked);
    let mut y = area.y + 2;
    for state in listed {
        let all = [
            states.of(Kind::Basic, state),
            states.of(Kind::Hmac, state),
            states.of(Kind::Legacy, state),
            states.total(state),
        ];
        let (glyph, word, style) = state_words(app, state);
        let style = if states.total(state) == 0 { theme.muted() } else { style };
        let line = vec![
            Span::raw(" "),
            span(glyph, style),
            plain(&format!(" {word:<9}")),
            span(&numbers(all), theme.strong()),
        ];
        paint.line(area.x, y, area.width, &Line::from(line));
        y += 1;
    }
    let all = [states.listed(Kind::Basic), states.listed(Kind::Hmac), states.listed(Kind::Legacy), states.all_listed()];
    paint.text_in(area.x, y, area.width, &format!("   {:<9}{}", "all", numbers(all)), theme.muted());
}

fn state_words(app: &App, state: Wanted) -> (&'static str, &'static str, ratatui::style::Style) {
    let theme = app.theme;
    match state {
        Wanted::Active => (theme.glyphs.active, "active", theme.success()),
        Wanted::Expiring => (theme.glyphs.warning, "expiring", theme.warning()),
        Wanted::NotYet => (theme.glyphs.not_yet, "not yet", theme.text()),
        Wanted::Disabled => (theme.glyphs.disabled, "disabled", theme.text()),
        Wanted::Expired => (theme.glyphs.over, "expired", theme.danger()),
        Wanted::Tampered => (theme.glyphs.tampered, "tampered", theme.armed()),
        Wanted::Revoked => (theme.glyphs.revoked, "revoked", theme.text()),
    }
}

/// The last changes, and how many entries there are in all.
fn changes(app: &App, (rows, selected): (&[TrailRow], Option<usize>), all: i64, paint: &mut Paint<'_>, area: Rect) {
    let theme = app.theme;
    let ellipsis = theme.glyphs.ellipsis;
    paint.heading(Rect { height: 1, ..area }, "Last changes", vec![span("UTC", theme.muted())]);
    let mut y = area.y + 1;
    for (i, row) in rows.iter().enumerate().take(usize::from(area.height).saturating_sub(2)) {
        let who = row.who.as_deref().unwrap_or(theme.glyphs.nobody);
        let line = vec![
            span(&text::pad(&relative_time::moment(app.now, row.at), 17, ellipsis), theme.muted()),
            plain(&text::pad(who, 9, ellipsis)),
            plain(&text::pad(&row.did, 22, ellipsis)),
            plain(&text::fit_middle(&row.what, usize::from(area.width).saturating_sub(48), ellipsis)),
        ];
        paint.line(area.x, y, area.width, &Line::from(line));
        if selected == Some(i) {
            paint.select(area.x - 1, y, area.width + 1);
        }
        y += 1;
    }
    paint.text_in(
        area.x,
        y,
        area.width,
        &format!("{ellipsis}  all {} in the activity log", grouped(all)),
        theme.muted(),
    );
}
