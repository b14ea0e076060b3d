//! The frame of every screen: location and user in the first two lines, the status message above the hint line.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::text;
use crate::tui::app::App;
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::layout::SMALLEST;
use crate::tui::sign_in::SignInKind;
use crate::tui::toast::{Severity, Toast};
use crate::tui::view::hints;
use crate::tui::view::paint::{Paint, plain, span, wrap};
use crate::tui::view::screens::api;

/// The message in a window that is too small.
pub fn too_small(paint: &mut Paint<'_>) {
    let area = paint.area();
    let (columns, rows) = SMALLEST;
    let message = format!(
        "This window is {} x {}. Please make it at least {columns} x {rows}. Nothing is lost. Your form is kept.",
        area.width, area.height
    );
    paint.text(0, 0, "keydesk", Style::new());
    for (y, line) in (2..area.height).zip(wrap(&message, usize::from(area.width))) {
        paint.text(0, y, &line, Style::new());
    }
}

/// Location and user.
pub fn header(app: &App, paint: &mut Paint<'_>) {
    let area = paint.area();
    let theme = app.theme;
    let who = match (&app.sign_in, &app.workspace) {
        (None, Some(workspace)) => {
            format!("{} {} {}", workspace.session.actor.user, theme.glyphs.dot, workspace.session.role)
        }
        (Some(sign_in), Some(workspace)) if sign_in.kind == SignInKind::Lock => {
            format!("locked by {}", workspace.session.actor.user)
        }
        _ => "not signed in".to_owned(),
    };
    let who = text::fit(&who, 30, theme.glyphs.ellipsis);
    let room = usize::from(area.width).saturating_sub(14 + text::width(&who));
    let path = text::fit(&path(app), room, theme.glyphs.ellipsis);
    let line = Line::from(vec![Span::raw(" "), span("keydesk", theme.accent()), Span::raw("   "), plain(&path)]);
    paint.line(0, 0, area.width, &line);
    paint.right(0, &Line::from(plain(&who)));
    paint.rule(0, 1, area.width, theme.glyphs.horizontal, Style::new());
}

fn path(app: &App) -> String {
    let arrow = format!(" {} ", app.theme.glyphs.arrow);
    let mut steps: Vec<&str> = match (&app.sign_in, &app.workspace) {
        (Some(sign_in), _) => vec![match sign_in.kind {
            SignInKind::SetUp => "Set-up",
            SignInKind::SignIn => "Sign in",
            SignInKind::Lock => "Locked",
        }],
        (None, Some(workspace)) => workspace.screen().map(|s| s.path().to_vec()).unwrap_or_default(),
        (None, None) => vec![],
    };
    let dialog = app.dialog().filter(|_| app.sign_in.is_none());
    if let Some(Dialog { kind: DialogKind::Create(_), .. }) = dialog {
        steps.push("Create new key");
    }
    steps.join(&arrow)
}

/// Status message and hint line.
pub fn footer(app: &App, paint: &mut Paint<'_>) {
    let area = paint.area();
    let y = area.height.saturating_sub(2);
    match &app.toast {
        Some(toast) => draw_toast(toast, app, paint, y),
        None => paint.text(1, y, &api::status(app), Style::new()),
    }
    hints::line(app, paint, area.height.saturating_sub(1));
}

/// Long messages grow upwards over the screen: an error matters more than what it covers.
fn draw_toast(toast: &Toast, app: &App, paint: &mut Paint<'_>, last: u16) {
    let width = paint.area().width;
    let style = match toast.severity {
        Severity::Done => app.theme.good(),
        Severity::Note => app.theme.warn(),
        Severity::Error => app.theme.bad(),
    };
    let word = toast.severity.word();
    let end = if toast.severity == Severity::Error { " (press a key)" } else { "" };
    let lines = wrap(&format!("{word}: {}{end}", toast.text), usize::from(width).saturating_sub(2));
    let count = u16::try_from(lines.len()).unwrap_or(1);
    for (i, line) in (0u16..).zip(&lines) {
        let y = last.saturating_sub(count - 1 - i);
        paint.text_in(0, y, width, &" ".repeat(usize::from(width)), Style::reset());
        let (head, rest) = if i == 0 { line.split_at(word.len() + 1) } else { ("", line.as_str()) };
        let spans = vec![span(head, style.patch(app.theme.strong())), plain(rest)];
        paint.line(1, y, width.saturating_sub(1), &Line::from(spans));
    }
}
