//! Draws Documentation: a sample in the chosen language, and the notes beside it.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::account::Right;
use crate::credential::Kind;
use crate::sample::{self, Gateway, NOT_YOURS, SECRET_HINT, Subject, languages};
use crate::text;
use crate::tui::app::{App, Workspace};
use crate::tui::layout;
use crate::tui::screen::Docs;
use crate::tui::view::chrome;
use crate::tui::view::paint::{Paint, continued, plain, span, wrap};
use crate::tui::view::screens::details;
use crate::tui::view::screens::pages::{place, scrolled};

/// Rows over the sample: whom it is for, the languages, and a blank line before each.
const HEAD: u16 = 4;

/// The page behind the menu, with the kinds in place of the tabs.
pub fn page(app: &App, workspace: &Workspace, docs: &Docs, paint: &mut Paint<'_>, body: Rect) {
    let mut tabs: Vec<(String, bool)> = Vec::new();
    for (n, kind) in Kind::ALL.into_iter().enumerate() {
        let words = format!("{} {}", n + 1, kind.word());
        tabs.push((words, kind == docs.kind && !docs.gateways));
    }
    tabs.push(("4 Gateways".to_owned(), docs.gateways));
    chrome::tabs(paint, &tabs, vec![]);
    draw(app, workspace, paint, body);
}

/// The sample with everything around it.
pub fn draw(app: &App, workspace: &Workspace, paint: &mut Paint<'_>, body: Rect) {
    let Some((docs, subject)) = workspace.docs_of() else { return };
    let theme = app.theme;
    let (head, names, current) = match docs.gateways {
        true => {
            let head = vec![
                span("Gateways", theme.strong()),
                span("   the verifier is at ", theme.muted()),
                plain(app.verifier_address()),
            ];
            let names: Vec<&str> = Gateway::ALL.iter().map(|gateway| gateway.title()).collect();
            (head, names, docs.gateway().title())
        }
        false => {
            let names = languages(subject.kind).iter().map(|language| language.title()).collect();
            (whose(app, workspace, &subject), names, docs.language(subject.kind).title())
        }
    };
    paint.line(1, body.y, body.width.saturating_sub(2), &Line::from(head));
    choices(paint, body.y + 2, &names, current);
    let lines = lines(app, workspace);
    let under = Rect { y: body.y + HEAD, height: body.height.saturating_sub(HEAD + 1), ..body };
    scrolled(&lines, docs.scroll, paint, under);
    let status = vec![span(&format!("{current}, {} lines", lines.len()), theme.muted())];
    paint.ruled(under.bottom(), status, place(app, lines.len(), docs.scroll, under.height));
}

/// Whose sample it is.
fn whose(app: &App, workspace: &Workspace, subject: &Subject) -> Vec<Span<'static>> {
    let theme = app.theme;
    let kind = span(subject.kind.title(), theme.muted());
    let key = plain(&format!("   {}", subject.key));
    let Some(row) = workspace.documented() else { return vec![kind, key] };
    let mut line = vec![span(&row.name, theme.strong()), Span::raw("   ")];
    line.extend(details::state(app, row));
    line.extend([Span::raw("   "), kind, key]);
    line
}

/// The languages or gateways, the shown one set off.
fn choices(paint: &mut Paint<'_>, y: u16, names: &[&str], current: &str) {
    let theme = paint.theme;
    let mut x = 2;
    for name in names {
        let here = *name == current;
        if here {
            paint.text_in(x - 1, y, 1, theme.glyphs.here, theme.accent());
        }
        let style = if here { theme.accent().patch(theme.strong()) } else { theme.muted() };
        paint.text(x, y, name, style);
        x += text::width(name) as u16 + 3;
    }
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
    usize::from(app.size.0).saturating_sub(4)
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
    lines(app, workspace).len().saturating_sub(layout::page_rows(app.size).saturating_sub(usize::from(HEAD)))
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
        lines.extend(sentence(&format!("{} {warning}", theme.glyphs.warning), theme.warning()));
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
