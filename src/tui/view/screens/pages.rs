//! Draws pages for reading: Security, and one's own last sign-ins.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::hub::OwnSignIn;
use crate::text;
use crate::tui::app::{App, Workspace};
use crate::tui::relative_time;
use crate::tui::screen::Topic;
use crate::tui::view::paint::{Paint, plain, span, wrap};
use crate::tui::view::screens::menu;

/// Draws a page.
pub fn draw(app: &App, workspace: &Workspace, topic: Topic, scroll: usize, paint: &mut Paint<'_>, body: Rect) {
    scrolled(&lines(app, workspace, topic), scroll, paint, body);
}

/// Mark at the end of the last line while there are more lines.
const BELOW: &str = " below ";

/// Draws lines from one on.
pub fn scrolled(lines: &[Line<'static>], scroll: usize, paint: &mut Paint<'_>, body: Rect) {
    let most = lines.len().saturating_sub(usize::from(body.height));
    let first = scroll.min(most);
    for (y, line) in (body.y..body.bottom()).zip(lines.iter().skip(first)) {
        paint.line(1, y, body.width.saturating_sub(1), line);
    }
    if first < most {
        // The line under the mark is cut visibly, so that no word runs into the mark.
        let covers = lines.get(first + usize::from(body.height) - 1).map_or(0, Line::width);
        let free = usize::from(body.width).saturating_sub(BELOW.len() + 2);
        let cut = (covers > free).then_some(paint.theme.glyphs.ellipsis);
        paint.right(
            body.bottom() - 1,
            &Line::from(plain(&format!("{}{BELOW}", cut.map_or(String::new(), String::from)))),
        );
    }
    paint.cursor(1, body.y);
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
        let style = if good { Style::new() } else { self.app.theme.warn() };
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
    let glyph = if row.outcome.is_in() { app.theme.glyphs.usable } else { app.theme.glyphs.warning };
    let at = text::pad(&relative_time::moment(app.now, row.at), 16, app.theme.glyphs.ellipsis);
    format!("{at} {glyph} {}{}{}", row.outcome, row.how(), menu::from(row.address.as_deref()))
}
