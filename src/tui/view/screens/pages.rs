//! Draws pages for reading: Security, and one's own last sign-ins.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::hub::OwnSignIn;
use crate::text;
use crate::tui::app::{App, Workspace};
use crate::tui::relative_time;
use crate::tui::screen::Topic;
use crate::tui::view::paint::{Paint, plain, scroll_bar, span, wrap};
use crate::tui::view::screens::menu;

/// Draws a page.
pub fn draw(app: &App, workspace: &Workspace, topic: Topic, scroll: usize, paint: &mut Paint<'_>, body: Rect) {
    let lines = lines(app, workspace, topic);
    let body = Rect { height: body.height.saturating_sub(1), ..body };
    scrolled(&lines, scroll, paint, body);
    paint.ruled(body.bottom(), vec![], place(app, lines.len(), scroll, body.height));
}

/// Draws lines from one on, and under them which of them these are.
pub fn scrolled(lines: &[Line<'static>], scroll: usize, paint: &mut Paint<'_>, body: Rect) {
    let most = lines.len().saturating_sub(usize::from(body.height));
    let first = scroll.min(most);
    for (y, line) in (body.y..body.bottom()).zip(lines.iter().skip(first)) {
        paint.line(1, y, body.width.saturating_sub(2), line);
    }
    scroll_bar(paint, body, first as i64, lines.len() as i64);
    paint.cursor(1, body.y);
}

/// `1-9 of 31`, if not all lines fit.
pub fn place(app: &App, lines: usize, scroll: usize, height: u16) -> Vec<Span<'static>> {
    let height = usize::from(height);
    if lines <= height {
        return vec![];
    }
    let first = scroll.min(lines - height);
    let here = format!("{}-{}", first + 1, first + height);
    vec![span(&here, app.theme.strong()), span(&format!(" of {lines}"), app.theme.muted())]
}

/// The lines of a page.
pub fn lines(app: &App, workspace: &Workspace, topic: Topic) -> Vec<Line<'static>> {
    let mut page = FactPage { lines: vec![], width: usize::from(app.size.0).saturating_sub(4), app };
    match topic {
        // Its rows are selected, and drawn elsewhere.
        Topic::Security => {}
        Topic::SignIns => sign_ins(app, workspace, &mut page),
    }
    page.lines
}

struct FactPage<'a> {
    lines: Vec<Line<'static>>,
    width: usize,
    app: &'a App,
}

impl FactPage<'_> {
    fn say(&mut self, sentence: &str) {
        self.lines.extend(wrap(sentence, self.width).iter().map(|line| Line::from(plain(line))));
    }

    /// A row of a list, with a mark where it is cut.
    fn row(&mut self, words: &str, good: bool) {
        let style = if good { Style::new() } else { self.app.theme.warning() };
        self.lines.push(Line::from(span(&text::fit(words, self.width, self.app.theme.glyphs.ellipsis), style)));
    }

    fn head(&mut self, words: &str) {
        self.lines.push(Line::from(span(words, self.app.theme.strong())));
    }

    fn gap(&mut self) {
        self.lines.push(Line::default());
    }
}

fn sign_ins(app: &App, workspace: &Workspace, page: &mut FactPage<'_>) {
    page.head("Signed in, and refused under your name");
    match workspace.sign_ins.as_deref() {
        None => page.say("Reading ..."),
        Some([]) => page.say("There was no sign-in yet, and none was refused."),
        Some(rows) => rows.iter().for_each(|row| page.row(&sign_in(app, row), row.outcome.is_in())),
    }
    page.gap();
    page.say(
        "If one was not you: change your password, which ends your other sessions, and tell an Administrator. The \
         activity log has it all.",
    );
}

/// A sign-in in words: when, result, how, from where. A refused one is marked.
fn sign_in(app: &App, row: &OwnSignIn) -> String {
    let glyph = if row.outcome.is_in() { app.theme.glyphs.active } else { app.theme.glyphs.warning };
    let at = text::pad(&relative_time::moment(app.now, row.at), 16, app.theme.glyphs.ellipsis);
    format!("{at} {glyph} {}{}{}", row.outcome, row.how(), menu::from(row.address.as_deref()))
}
