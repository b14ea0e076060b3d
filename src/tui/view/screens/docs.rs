//! Draws Documentation: a sample in the chosen language, and the notes beside it.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::account::Right;
use crate::credential::Kind;
use crate::sample::{self, Gateway, NOT_YOURS, SECRET_HINT, languages};
use crate::text;
use crate::tui::app::{App, Workspace};
use crate::tui::layout;
use crate::tui::screen::Docs;
use crate::tui::view::paint::{Paint, continued, plain, span, wrap};
use crate::tui::view::screens::pages::scrolled;

/// Rows over the sample: whom it is for, the languages, their mark.
const HEAD: u16 = 3;
/// Rows over that: the tabs, or behind the menu the kinds.
const ABOVE: u16 = 2;

/// The page behind the menu, with the kinds in place of the tabs.
pub fn page(app: &App, workspace: &Workspace, docs: &Docs, paint: &mut Paint<'_>, body: Rect) {
    let mut x = body.x + 1;
    for (n, kind) in Kind::ALL.into_iter().enumerate() {
        let words = format!("{} {}", n + 1, if body.width < 90 { kind.word() } else { kind.title() });
        let current = kind == docs.kind && !docs.gateways;
        paint.tab(x, body.y, &words, if current { app.theme.accent() } else { Style::new() }, current);
        x += text::width(&words) as u16 + 5;
    }
    let style = if docs.gateways { app.theme.accent() } else { Style::new() };
    paint.tab(x, body.y, "4 Gateways", style, docs.gateways);
    draw(app, workspace, paint, Rect { y: body.y + ABOVE, height: body.height.saturating_sub(ABOVE), ..body });
}

/// The sample with everything around it.
pub fn draw(app: &App, workspace: &Workspace, paint: &mut Paint<'_>, body: Rect) {
    let Some((docs, subject)) = workspace.docs_of() else { return };
    if docs.gateways {
        return gateways(app, workspace, docs, paint, body);
    }
    let kind = subject.kind;
    let dot = app.theme.glyphs.dot;
    let whose = workspace.documented().map(|row| format!("{} {dot} ", row.name)).unwrap_or_default();
    let head = format!("{whose}{} {dot} {}", kind.title(), subject.key);
    let room_for = usize::from(body.width).saturating_sub(2);
    paint.text(1, body.y, &text::fit(&head, room_for, app.theme.glyphs.ellipsis), app.theme.strong());
    let mut x = body.x + 1;
    for language in languages(kind) {
        let current = *language == docs.language(kind);
        let style = if current { app.theme.accent() } else { Style::new() };
        paint.tab(x, body.y + 1, language.title(), style, current);
        x += text::width(language.title()) as u16 + 3;
    }
    let under = Rect { y: body.y + HEAD, height: body.height.saturating_sub(HEAD), ..body };
    scrolled(&lines(app, workspace), docs.scroll, paint, under);
}

/// The configuration of a gateway with everything around it.
fn gateways(app: &App, workspace: &Workspace, docs: &Docs, paint: &mut Paint<'_>, body: Rect) {
    let head = format!("Gateways {} the verifier is at {}", app.theme.glyphs.dot, app.verifier_address());
    let room_for = usize::from(body.width).saturating_sub(2);
    paint.text(1, body.y, &text::fit(&head, room_for, app.theme.glyphs.ellipsis), app.theme.strong());
    let mut x = body.x + 1;
    for gateway in Gateway::ALL {
        let current = gateway == docs.gateway();
        let style = if current { app.theme.accent() } else { Style::new() };
        paint.tab(x, body.y + 1, gateway.title(), style, current);
        x += text::width(gateway.title()) as u16 + 3;
    }
    let under = Rect { y: body.y + HEAD, height: body.height.saturating_sub(HEAD), ..body };
    scrolled(&lines(app, workspace), docs.scroll, paint, under);
}

fn gateway_lines(app: &App, workspace: &Workspace, gateway: Gateway) -> Vec<Line<'static>> {
    let sentence = |sentence: &str| -> Vec<Line<'static>> {
        wrap(sentence, width(app)).iter().map(|text| Line::from(plain(text))).collect()
    };
    let mut lines = if workspace.may(Right::SeeSite) { vec![] } else { sentence(NOT_YOURS) };
    match gateway.snippet(app.verifier_address(), &workspace.upstream()) {
        Ok(text) => lines.extend(file_lines(app, &text)),
        Err(why) => lines.extend(sentence(&why.to_string())),
    }
    lines
}

/// Columns of the text.
fn width(app: &App) -> usize {
    usize::from(app.size.0).saturating_sub(3)
}

/// A file as it is, whole: a line that is too long goes on in the next, and shows that it does. What is copied has the
/// lines of the file.
fn file_lines(app: &App, text: &str) -> Vec<Line<'static>> {
    // A terminal has its own idea of how wide a tab is.
    let lines = text.lines().map(|line| line.replace('\t', "    "));
    let lines = lines.flat_map(|line| continued(&line, width(app), app.theme.glyphs.goes_on));
    lines.map(|line| Line::from(plain(&line))).collect()
}

/// How many lines do not fit.
pub fn overflow(app: &App, workspace: &Workspace) -> usize {
    lines(app, workspace).len().saturating_sub(layout::page_rows(app.size).saturating_sub(usize::from(ABOVE + HEAD)))
}

fn lines(app: &App, workspace: &Workspace) -> Vec<Line<'static>> {
    let Some((docs, subject)) = workspace.docs_of() else { return vec![] };
    if docs.gateways {
        return gateway_lines(app, workspace, docs.gateway());
    }
    let (theme, language, site) = (app.theme, docs.language(subject.kind), workspace.site());
    let sentence = |sentence: &str, style: Style| -> Vec<Line<'static>> {
        wrap(sentence, width(app)).iter().map(|line| Line::from(span(line, style))).collect()
    };
    let mut lines = Vec::new();
    for warning in warnings(app, workspace, sample::obstacle(language, &subject, &site)) {
        lines.extend(sentence(&format!("{} {warning}", theme.glyphs.warning), theme.warn()));
    }
    if workspace.documented().is_none() {
        lines.extend(sentence("Put your own key in the place of the one that stands here.", Style::new()));
    }
    lines.extend(sentence(SECRET_HINT, Style::new()));
    lines.push(Line::default());
    lines.extend(file_lines(app, &sample::text(language, &subject, &site)));
    lines.push(Line::default());
    for note in sample::notes(language, subject.kind) {
        lines.extend(sentence(note, Style::new()));
    }
    lines.extend(sentence(&format!("Common refusals: {}.", sample::refusals(subject.kind).join("; ")), Style::new()));
    lines
}

/// Reasons why the sample will be refused, as far as they are known.
fn warnings(app: &App, workspace: &Workspace, obstacle: Option<String>) -> Vec<String> {
    let condition = workspace.documented().map(|row| row.condition(app.now)).filter(|c| !c.usable());
    let state = condition.map(|c| format!("This one is {}: it is refused now.", c.words()));
    state.into_iter().chain(obstacle).collect()
}
