//! Draws pages for reading: Security, and one's own last sign-ins.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::account::{FIRST_PAUSE, FREE_TRIES, MIN_PASSWORD};
use crate::hub::{OwnSignIn, Provenance, Setting};
use crate::text;
use crate::time::{self, DAY, MINUTE};
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::Part;
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
        Topic::Security => security(app, workspace, &mut page),
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

    /// A warning that needs action.
    fn warn(&mut self, sentence: &str) {
        let (style, mark) = (self.app.theme.warning(), self.app.theme.glyphs.warning);
        let lines = wrap(&format!("{mark} {sentence}"), self.width);
        self.lines.extend(lines.iter().map(|line| Line::from(span(line, style))));
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

/// Where the value of a setting comes from, once that is known.
fn standing(workspace: &Workspace, setting: Setting) -> Option<Provenance> {
    workspace.security.as_ref().and_then(|security| security.of(setting)).map(|set| set.state)
}

fn security(app: &App, workspace: &Workspace, page: &mut FactPage<'_>) {
    page.head("This desk");
    let own = workspace.session.idle_lock / MINUTE;
    let set = workspace.security.as_ref().map_or(own, |security| security.idle_lock_minutes());
    let default = standing(workspace, Setting::LockTime) == Some(Provenance::Default);
    let default = if default { " (default)" } else { "" };
    page.say(&format!(
        "It locks after {} without a key{default}. Press e to change that.",
        time::duration(set * MINUTE)
    ));
    if standing(workspace, Setting::LockTime) == Some(Provenance::Tampered) {
        page.warn(
            "The lock time was changed outside keydesk (tampered): what stands here is the default. Set it again.",
        );
    }
    if own != set {
        page.say(&format!("This session began before that was set: it locks after {}.", time::duration(own * MINUTE)));
    }
    for part in [Part::Api, Part::Verifier] {
        page.gap();
        page.head(if part == Part::Api { "API (a changes it)" } else { "Verifiers (v changes it)" });
        let now = workspace.security.iter().flat_map(|security| &security.settings);
        for set in now.filter(|set| part.settings().contains(&set.setting)) {
            let title = set.setting.title();
            match set.state {
                Provenance::Tampered => {
                    page.warn(&format!("{title}: changed outside keydesk (tampered). Set it again."))
                }
                _ => page.say(&format!("{title}: {}.", set.words())),
            }
        }
    }
    page.gap();
    page.head("Sign-in");
    page.say(&format!("A user's password has {MIN_PASSWORD} or more characters."));
    let pause = time::duration(FIRST_PAUSE);
    page.say(&format!("{FREE_TRIES} wrong passwords lock a name for {pause}; each further time twice as long."));
    if let Some(at) = workspace.overview.as_ref().and_then(|o| o.site.as_ref()).and_then(|s| s.master_key_made_at) {
        let days = app.now.since(at) / DAY;
        page.gap();
        page.head("Master key");
        page.say(&format!("Made on {}, {days} days ago.", at.utc("%-d %b %Y")));
        if !app.places.master_key.is_empty() {
            page.say(&format!("It is in {}.", app.places.master_key));
        }
        page.say("Keep a copy of it elsewhere: without it nothing in this desk works.");
    }
    page.gap();
    page.head("Trail");
    page.say(
        "Every change and every refusal is in the activity log, chained so that an edit shows. v in the log checks it.",
    );
}
