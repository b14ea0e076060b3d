//! The frame of every screen: place and user in the first line, tabs in the second, hints or a toast in the last.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::text;
use crate::tui::app::App;
use crate::tui::layout::{SMALLEST, TABS};
use crate::tui::sign_in::SignInKind;
use crate::tui::toast::{Severity, Toast};
use crate::tui::view::hints;
use crate::tui::view::paint::{Paint, plain, span, wrap};

/// The message in a window that is too small.
pub fn too_small(paint: &mut Paint<'_>) {
    let area = paint.area();
    let (columns, rows) = SMALLEST;
    let message = format!(
        "This window is {} x {}. Please make it at least {columns} x {rows}. Nothing is lost.",
        area.width, area.height
    );
    paint.text(0, 0, "keydesk", Style::new());
    for (y, line) in (1..area.height).zip(wrap(&message, usize::from(area.width))) {
        paint.text(0, y, &line, Style::new());
    }
}

/// Place and user.
pub fn header(app: &App, paint: &mut Paint<'_>) {
    let (area, theme) = (paint.area(), app.theme);
    let who = who(app);
    let room = usize::from(area.width).saturating_sub(12 + Line::from(who.clone()).width());
    let mut line = vec![Span::raw(" "), span("keydesk", theme.accent().patch(theme.strong())), Span::raw("  ")];
    line.extend(places(app, room));
    paint.line(0, 0, area.width, &Line::from(line));
    paint.right(0, &Line::from(who));
}

/// The user and the role; in the demo also that it is one.
fn who(app: &App) -> Vec<Span<'static>> {
    let theme = app.theme;
    let mut line = Vec::new();
    if app.is_demo() {
        line.push(span("Demo, nothing is kept", theme.warning()));
        line.push(span(&format!(" {} ", theme.glyphs.dot), theme.line()));
    }
    line.extend(signed_in(app));
    line
}

fn signed_in(app: &App) -> Vec<Span<'static>> {
    let theme = app.theme;
    let name = |name: &str| text::fit(name, 24, theme.glyphs.ellipsis);
    match (&app.sign_in, &app.workspace) {
        (None, Some(workspace)) => vec![
            plain(&name(workspace.session.actor.user.as_str())),
            span(&format!(" {} ", theme.glyphs.dot), theme.line()),
            span(workspace.session.role.title(), theme.muted()),
        ],
        (Some(sign_in), Some(workspace)) if sign_in.kind == SignInKind::Lock => {
            vec![span(&format!("locked by {}", name(workspace.session.actor.user.as_str())), theme.muted())]
        }
        _ => vec![span("not signed in", theme.muted())],
    }
}

/// The way to this screen, in so many columns: what is far away is left out first.
fn places(app: &App, room: usize) -> Vec<Span<'static>> {
    let theme = app.theme;
    let steps: Vec<String> = match (&app.sign_in, &app.workspace) {
        (Some(sign_in), _) => vec![
            match sign_in.kind {
                SignInKind::SetUp => "Set-up",
                SignInKind::SignIn => "Sign in",
                SignInKind::Lock => "Locked",
            }
            .to_owned(),
        ],
        (None, Some(workspace)) => {
            let path = workspace.screen().map(|screen| screen.path()).unwrap_or_default();
            [app.account.clone()].into_iter().filter(|account| !account.is_empty()).chain(path).collect()
        }
        (None, None) => vec![],
    };
    let between = format!(" {} ", theme.glyphs.place);
    let width = |steps: &[String]| text::width(&steps.join(&between));
    let first = (0..steps.len()).find(|i| width(&steps[*i..]) <= room).unwrap_or(steps.len().saturating_sub(1));
    let mut line = Vec::new();
    for (i, step) in steps.iter().enumerate().skip(first) {
        let last = i + 1 == steps.len();
        line.push(span(
            &text::fit(step, room, theme.glyphs.ellipsis),
            if last { theme.strong() } else { theme.muted() },
        ));
        if !last {
            line.push(span(&between, theme.line()));
        }
    }
    line
}

/// The tabs, the current one set off, and a remark at the end.
pub fn tabs(paint: &mut Paint<'_>, tabs: &[(String, bool)], remark: Vec<Span<'static>>) {
    let theme = paint.theme;
    paint.ruled(TABS, vec![], remark);
    let mut x = 0;
    for (words, current) in tabs {
        let (glyph, line) =
            if *current { (theme.glyphs.heavy, theme.accent()) } else { (theme.glyphs.line, theme.line()) };
        let style = if *current { theme.accent().patch(theme.strong()) } else { theme.muted() };
        let columns = text::width(words) as u16;
        paint.rule(x, TABS, 2, glyph, line);
        paint.text_in(x + 2, TABS, columns + 2, &format!(" {words} "), style);
        paint.rule(x + 4 + columns, TABS, 2, glyph, line);
        x += columns + 6;
    }
}

/// One section or page of a row of them: its key, its name, and a number.
pub struct Section {
    /// The key that opens it.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What is counted in it; empty if nothing is.
    pub count: String,
    /// Whether it is open.
    pub current: bool,
}

impl Section {
    fn width(&self) -> u16 {
        let count = if self.count.is_empty() { 0 } else { 1 + text::width(&self.count) };
        (text::width(&self.key) + 1 + text::width(&self.name) + count) as u16
    }
}

/// Columns that sections take.
pub fn sections_width(sections: &[Section], gap: u16) -> u16 {
    let all: u16 = sections.iter().map(|section| section.width() + gap).sum();
    1 + all.saturating_sub(gap)
}

/// A row of sections.
pub fn sections(paint: &mut Paint<'_>, area: Rect, sections: &[Section], gap: u16) {
    let theme = paint.theme;
    let mut x = area.x + 1;
    for section in sections {
        let bright = theme.accent().patch(theme.strong());
        let (name, count) = if section.current { (bright, bright) } else { (theme.muted(), theme.text()) };
        let mut line = vec![span(&section.key, bright), span(&format!(" {}", section.name), name)];
        if !section.count.is_empty() {
            line.push(span(&format!(" {}", section.count), count));
        }
        if section.current {
            paint.text_in(x - 1, area.y, 1, theme.glyphs.here, theme.accent());
        }
        paint.line(x, area.y, area.right().saturating_sub(x), &Line::from(line));
        x += section.width() + gap;
    }
}

/// How many lines the toast takes in place of the hints; at least one.
pub fn foot_rows(app: &App, width: u16) -> u16 {
    let toast = app.toast.as_ref().filter(|_| app.seconds_to_lock().is_none());
    let lines = toast.map_or(1, |toast| toast_lines(toast, width).len());
    u16::try_from(lines.max(1)).unwrap_or(1)
}

/// Columns that the words about help take at the end of the last line.
const HELP: usize = 8;

fn toast_lines(toast: &Toast, width: u16) -> Vec<String> {
    wrap(&toast.text, usize::from(width).saturating_sub(3 + HELP))
}

/// The last line: hints, or a toast in their place. A long message takes lines of the panel too, for the status line
/// stays readable.
pub fn footer(app: &App, paint: &mut Paint<'_>) {
    let area = paint.area();
    let last = area.height.saturating_sub(1);
    // The count comes before a toast: who looks away loses more by it.
    let Some(toast) = app.toast.as_ref().filter(|_| app.seconds_to_lock().is_none()) else {
        return hints::line(app, paint, last);
    };
    let theme = app.theme;
    let (glyph, style) = match toast.severity {
        Severity::Done => (theme.glyphs.done, theme.success()),
        Severity::Note => (theme.glyphs.warning, theme.warning()),
        Severity::Error => (theme.glyphs.over, theme.danger()),
    };
    let lines = toast_lines(toast, area.width);
    let first = last.saturating_sub(foot_rows(app, area.width) - 1);
    paint.blank(first..area.height);
    for (i, (y, line)) in (first..area.height).zip(&lines).enumerate() {
        let mark = if i == 0 { glyph } else { " " };
        let spans = vec![span(mark, style.patch(theme.strong())), plain(&format!(" {line}"))];
        paint.line(1, y, area.width.saturating_sub(1), &Line::from(spans));
    }
    hints::help(app, paint, last);
}
