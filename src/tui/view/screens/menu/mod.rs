//! Draws menu, settings and my account: short lists of rows, with what needs attention and the use of the desk.

mod attention;
mod dashboard;
mod usage;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::credential::Wanted;
use crate::hub::{SshKeyRow, SshKeyState, TrailRow};
use crate::text::{self, grouped};
use crate::time::{self, DAY};
use crate::tui::app::{App, Workspace};
use crate::tui::screen::{ACCOUNT, AccountRow, MENU, Menu, MenuFocus, MenuRow, RowSelection, SETTINGS, SettingsRow};
use crate::tui::theme::UNICODE;
use crate::tui::view::paint::{Paint, plain, span};
use crate::tui::view::screens::menu::attention::attention;
use crate::tui::view::table;
use crate::tui::{layout, relative_time};

/// Columns of the titles.
const TITLE: usize = 16;

/// The menu.
pub fn menu(app: &App, workspace: &Workspace, menu: &Menu, paint: &mut Paint<'_>, body: Rect) {
    if layout::has_dashboard(app.size) {
        dashboard::dashboard(app, workspace, menu, paint, body);
        return sign_in_line(app, workspace, paint, body);
    }
    let theme = app.theme;
    let roomy = body.width >= 72;
    let mut y = body.y;
    for (i, (row, title, words)) in MENU.iter().enumerate() {
        let selected = menu.focus == MenuFocus::Rows && i == menu.rows.selected;
        let words = match row {
            MenuRow::Lock | MenuRow::Quit => span(words, theme.accent().patch(theme.strong())),
            _ if roomy => span(words, theme.muted()),
            _ => plain(""),
        };
        line(paint, y, title, TITLE, vec![words], selected);
        y += 1;
    }
    let low = body.height < 18;
    let end = if low { body.bottom() - 1 } else { body.bottom() - 2 };
    let end = match workspace.overview.as_ref().and_then(|overview| Some((overview, overview.usage.as_ref()?))) {
        Some((overview, used)) if !low && roomy => {
            usage::small(app, overview, used, paint, Rect { y: end - usage::ROWS, height: usage::ROWS, ..body });
            end - usage::ROWS - 1
        }
        _ => end,
    };
    attention(app, workspace, menu, paint, Rect { y: y + 1, height: end.saturating_sub(y + 1), ..body });
    if !low {
        sign_in_line(app, workspace, paint, body);
    }
}

fn sign_in_line(app: &App, workspace: &Workspace, paint: &mut Paint<'_>, body: Rect) {
    paint.ruled(body.bottom() - 1, vec![span(&last_sign_in(app, workspace), app.theme.muted())], vec![]);
}

fn last_sign_in(app: &App, workspace: &Workspace) -> String {
    match &workspace.session.last {
        Some(last) => {
            let at = relative_time::moment(app.now, last.at);
            format!("Last sign-in {at} UTC{}", from(last.address.as_deref()))
        }
        None => "This is your first sign-in".to_owned(),
    }
}

/// The settings.
pub fn settings(app: &App, workspace: &Workspace, rows: &RowSelection, paint: &mut Paint<'_>, body: Rect) {
    let theme = app.theme;
    for (i, (row, title, right)) in SETTINGS.iter().enumerate() {
        let allowed = workspace.may(*right);
        let words = if allowed { numbers(app, workspace, *row) } else { format!("{} only", right.holders()) };
        let title = if allowed { (*title).to_owned() } else { format!("({title})") };
        line(paint, body.y + i as u16, &title, TITLE, vec![span(&words, theme.muted())], i == rows.selected);
    }
    let changes = workspace.overview.as_ref().and_then(|o| o.site.as_ref()).map_or(&[][..], |s| &s.last_changes);
    let top = body.y + SETTINGS.len() as u16 + 1;
    if changes.is_empty() || top + 1 >= body.bottom() {
        return;
    }
    let heading = vec![span("Last changes", theme.strong()), span(" (UTC)", theme.muted())];
    paint.line(1, top, body.width, &Line::from(heading));
    let room = usize::from(body.width).saturating_sub(4);
    let longest = changes.iter().map(|row| text::width(&row.did)).max().unwrap_or_default();
    // To what it was done has to be told as well.
    let did = longest.min(if room < 68 { 14 } else { 22 });
    for (y, (i, row)) in (top + 1..body.bottom()).zip(changes.iter().enumerate()) {
        paint.line(3, y, body.width.saturating_sub(4), &Line::from(change(app, row, did, room)));
        if rows.selected == SETTINGS.len() + i {
            paint.select(0, y, body.width);
        }
    }
}

fn numbers(app: &App, workspace: &Workspace, row: SettingsRow) -> String {
    let Some(overview) = &workspace.overview else { return "...".to_owned() };
    let site = overview.site.as_ref();
    match row {
        SettingsRow::Api => match &overview.credentials {
            Some(c) => {
                let states = &c.states;
                let mut words =
                    format!("{} credentials, {} usable", grouped(states.all_listed()), grouped(states.all_usable()));
                for (state, word) in [(Wanted::Expiring, "expiring"), (Wanted::Tampered, "tampered")] {
                    let n = states.total(state);
                    if n > 0 {
                        words.push_str(&format!(", {} {word}", grouped(n)));
                    }
                }
                words
            }
            None => "documentation; credentials are for other roles".to_owned(),
        },
        SettingsRow::Users => site.map_or(String::new(), |s| {
            let locked = if s.locked > 0 { format!("   {} locked", s.locked) } else { String::new() };
            format!("{}{locked}", user_count(s.users))
        }),
        SettingsRow::Activity => site.map_or(String::new(), |s| {
            let last =
                s.last_row_at.map(|at| format!("   last {}", relative_time::moment(app.now, at))).unwrap_or_default();
            format!("{} entries{last}", s.trail_rows)
        }),
        SettingsRow::Security => {
            let age = site.and_then(|s| s.master_key_made_at).map(|at| app.now.since(at) / DAY);
            let age = age.map(|days| format!(", master key {days} days old")).unwrap_or_default();
            format!("lock after {}{age}", time::duration(workspace.session.idle_lock))
        }
    }
}

/// How many users, in words.
pub fn user_count(n: i64) -> String {
    if n == 1 { "1 user".to_owned() } else { format!("{n} users") }
}

/// A change: when, who, what was done in so many columns, to what in the rest of the room.
fn change(app: &App, row: &TrailRow, did: usize, room: usize) -> Vec<Span<'static>> {
    let theme = app.theme;
    let pad = |words: &str, width: usize| text::pad(words, width, theme.glyphs.ellipsis);
    let who = row.who.as_deref().unwrap_or(theme.glyphs.nobody);
    vec![
        span(&pad(&relative_time::moment(app.now, row.at), 16), theme.muted()),
        plain(&pad(who, 8)),
        plain(&format!("{} ", pad(&row.did, did))),
        plain(&text::fit_middle(&row.what, room.saturating_sub(16 + 8 + did + 1), theme.glyphs.ellipsis)),
    ]
}

/// One's own account.
pub fn account(app: &App, workspace: &Workspace, rows: &RowSelection, paint: &mut Paint<'_>, body: Rect) {
    let theme = app.theme;
    for (i, (row, title, words)) in ACCOUNT.iter().enumerate() {
        let keys = workspace.own_ssh_keys.as_deref().filter(|_| matches!(row, AccountRow::SshKeys));
        let (keys, labels) = keys.map(|rows| usable(app, rows)).unzip();
        let now = match row {
            AccountRow::ChangePassword if !workspace.session.has_password => "none",
            AccountRow::ChangePassword | AccountRow::SignIns => "",
            AccountRow::SshKeys => keys.as_deref().unwrap_or_default(),
            AccountRow::Lines => "off",
            AccountRow::Colours if app.follows_terminal() => "auto",
            AccountRow::Colours => theme.palette.as_str(),
            AccountRow::Glyphs if theme.glyphs == &UNICODE => "Unicode",
            AccountRow::Glyphs => "ASCII",
        };
        let value = plain(&text::pad(now, 10, theme.glyphs.ellipsis));
        let words = match row {
            AccountRow::ChangePassword if !workspace.session.has_password => "an Administrator can set one".to_owned(),
            _ => labels.filter(|labels| !labels.is_empty()).unwrap_or_else(|| (*words).to_owned()),
        };
        let words = text::fit(&words, usize::from(body.width).saturating_sub(4 + TITLE + 10), theme.glyphs.ellipsis);
        line(paint, body.y + i as u16, title, TITLE, vec![value, span(&words, theme.muted())], i == rows.selected);
    }
    let session = &workspace.session;
    let last = match &session.last {
        Some(last) => format!("{} UTC{}", relative_time::moment(app.now, last.at), from(last.address.as_deref())),
        None => "none before this one".to_owned(),
    };
    let way = match &session.actor.via {
        crate::hub::Via::Password => "by password".to_owned(),
        crate::hub::Via::Local => "on this machine, without a password".to_owned(),
        crate::hub::Via::SshKey(key) => format!("by SSH key {}", key.called()),
    };
    let lock = match session.idle_lock {
        0 => "never by itself".to_owned(),
        ms => format!("after {} without a key press", time::duration(ms)),
    };
    let facts =
        [("Role", session.role.title().to_owned()), ("Signed in", way), ("Last sign-in", last), ("Locks", lock)];
    let facts = facts.map(|(label, words)| (label, vec![plain(&words)]));
    let top = body.bottom().saturating_sub(facts.len() as u16 + 1).max(body.y + ACCOUNT.len() as u16);
    paint.ruled(top, vec![span(session.actor.user.as_str(), theme.strong())], vec![]);
    let area = Rect { y: top + 1, height: body.bottom().saturating_sub(top + 1), ..body };
    table::panel(app, &facts, 13, paint, area);
}

/// How many of one's own SSH keys are usable, and what they are called.
fn usable(app: &App, rows: &[SshKeyRow]) -> (String, String) {
    let usable: Vec<_> =
        rows.iter().filter(|row| row.state_at(app.now) == SshKeyState::Active).map(SshKeyRow::called).collect();
    match (rows.len(), usable.len()) {
        (0, _) => ("none".to_owned(), String::new()),
        (_, n) => (format!("{n} usable"), usable.join(", ")),
    }
}

/// ` from 203.0.113.9`, or nothing on a local terminal.
pub fn from(address: Option<&str>) -> String {
    address.map(|a| format!(" from {a}")).unwrap_or_default()
}

/// One row: title and words behind it; the selected one from edge to edge.
fn line(paint: &mut Paint<'_>, y: u16, title: &str, width: usize, words: Vec<Span<'static>>, selected: bool) {
    let theme = paint.theme;
    let style = if selected { theme.strong() } else { theme.text() };
    let mut line = vec![Span::raw("   "), span(&text::pad(title, width, theme.glyphs.ellipsis), style)];
    let room = usize::from(paint.area().width).saturating_sub(4 + width);
    match words.as_slice() {
        [words] => line.push(span(&text::fit(&words.content, room, theme.glyphs.ellipsis), words.style)),
        _ => line.extend(words),
    }
    let columns = paint.area().width;
    paint.line(0, y, columns.saturating_sub(1), &Line::from(line));
    if selected {
        paint.select(0, y, columns);
    }
}
