//! Draws menu, settings and my account: short lists of rows, with the attention list.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::credential::{EXPIRING_DAYS, Kind, State};
use crate::hub::{Capped, LossCause, TrailRow};
use crate::text;
use crate::time::{self, DAY};
use crate::tui::app::{App, Workspace};
use crate::tui::relative_time;
use crate::tui::screen::{
    ACCOUNT, AccountRow, AttentionItem, MENU, Menu, MenuRow, RowSelection, SETTINGS, SettingsRow,
};
use crate::tui::theme::UNICODE;
use crate::tui::view::paint::{Paint, plain, span};

/// The menu.
pub fn menu(app: &App, workspace: &Workspace, menu: &Menu, paint: &mut Paint<'_>, body: Rect) {
    let mut y = body.y;
    for (i, (row, title, words)) in MENU.iter().enumerate() {
        // Rows that end something are set apart from rows that open something.
        if *row == MenuRow::Lock {
            y += 1;
        }
        let selected = menu.attention.is_none() && i == menu.rows.selected;
        line(paint, y, title, 18, words, selected, false);
        y += 1;
    }
    attention(app, workspace, menu, paint, y + 1, body.bottom());
}

fn attention(app: &App, workspace: &Workspace, menu: &Menu, paint: &mut Paint<'_>, top: u16, end: u16) {
    let items = workspace.attention();
    if items.is_empty() {
        return;
    }
    let theme = app.theme;
    let from = top + 2;
    // When they do not all fit, the focused one stays visible.
    let rows = usize::from(end.saturating_sub(from)).max(1);
    let title =
        if items.len() > rows { format!("To look at, {} in all", items.len()) } else { "To look at".to_owned() };
    paint.text(1, top, &title, theme.strong());
    let first = menu.attention.map_or(0, |i| (i + 1).saturating_sub(rows));
    for (y, (i, attention)) in (from..end).zip(items.iter().enumerate().skip(first)) {
        let selected = menu.attention == Some(i);
        let mark = if selected { theme.glyphs.selected } else { " " };
        let words = attention_words(app, attention, usize::from(paint.area().width).saturating_sub(6));
        let spans =
            vec![plain(&format!("{mark} ")), span(theme.glyphs.warning, theme.warn()), plain(&format!(" {words}"))];
        paint.line(1, y, paint.area().width, &Line::from(spans));
        if selected {
            reverse(paint, y);
        }
    }
}

/// One line, at most `room` columns: the name is shortened first, so that the event is told in full.
fn attention_words(app: &App, attention: &AttentionItem, room: usize) -> String {
    let (name, happened) = match attention {
        AttentionItem::Lost(lost) => {
            let (name, happened) = (&lost.row.name, lost_words(lost.how));
            let advised = format!("{happened}; rotate it");
            let fits = text::width(name) + text::width(&advised) <= room;
            (Some(name), if fits { advised } else { happened.to_owned() })
        }
        AttentionItem::Expiring(row) => {
            let left = row.options.expires_at.map_or(0, |at| at.millis().since(app.now));
            let words =
                if left > 0 { format!(" expires in {}", time::duration(left)) } else { " has expired".to_owned() };
            (Some(&row.name), words)
        }
        AttentionItem::MoreExpiring(n, kind) => {
            let expire = if n.0 == 1 { "expires" } else { "expire" };
            (None, format!("{} {expire} within {EXPIRING_DAYS} days", counted(*n, *kind, "more ")))
        }
        AttentionItem::NeverUsed(n, kind) => {
            let were = if n.0 == 1 { "was" } else { "were" };
            (None, format!("{} {were} never used", counted(*n, *kind, "")))
        }
        AttentionItem::Unasked => (None, "No gateway has asked yet: see how to set one up".to_owned()),
        AttentionItem::WentBack => {
            (None, "The store went back. To accept that: keydesk audit accept --as NAME".to_owned())
        }
        AttentionItem::Altered(what) => (None, format!("Not trusted: {what} (keydesk audit verify --as NAME)")),
        AttentionItem::SettingTampered => {
            (None, "A setting was changed outside keydesk (tampered): set it again".to_owned())
        }
        AttentionItem::OneAdministrator => (None, ONLY_ADMINISTRATOR.to_owned()),
    };
    let ellipsis = app.theme.glyphs.ellipsis;
    let name =
        name.map_or(String::new(), |name| text::fit(name, room.saturating_sub(text::width(&happened)), ellipsis));
    text::fit(&format!("{name}{happened}"), room, ellipsis)
}

const ONLY_ADMINISTRATOR: &str = "You are the only Administrator: make another, in case you are locked out";

/// What happened to a secret, after the name. Short enough for 60 columns together with part of the name.
fn lost_words(how: LossCause) -> &'static str {
    match how {
        LossCause::LineDropped => ": line dropped with its secret shown",
        LossCause::Wiped => ": secret wiped before it was copied",
    }
}

/// How many of a kind: `2 more HMAC keys`.
fn counted(n: Capped, kind: Kind, more: &str) -> String {
    format!("{n} {more}{}{}", kind.noun(), if n.0 == 1 { "" } else { "s" })
}

/// The settings.
pub fn settings(app: &App, workspace: &Workspace, rows: &RowSelection, paint: &mut Paint<'_>, body: Rect) {
    for (i, (row, title, right)) in SETTINGS.iter().enumerate() {
        let allowed = workspace.may(*right);
        let words = if allowed { numbers(app, workspace, *row) } else { format!("{} only", right.holders()) };
        line(paint, body.y + i as u16, title, 21, &words, i == rows.selected, !allowed);
    }
    let changes = workspace.overview.as_ref().and_then(|o| o.site.as_ref()).map_or(&[][..], |s| &s.last_changes);
    let top = body.y + SETTINGS.len() as u16 + 2;
    if changes.is_empty() || top + 2 >= body.bottom() {
        return;
    }
    paint.text(1, top, "Last changes", app.theme.strong());
    for (y, row) in (top + 2..body.bottom()).zip(changes) {
        paint.text(1, y, &change(app, row, usize::from(body.width).saturating_sub(2)), Style::new());
    }
}

fn numbers(app: &App, workspace: &Workspace, row: SettingsRow) -> String {
    let Some(overview) = &workspace.overview else { return "...".to_owned() };
    let site = overview.site.as_ref();
    match row {
        SettingsRow::Api => match &overview.credentials {
            Some(c) => {
                let active = c.counts.in_state(State::Active);
                format!("{active} active   {} expiring   {} never used", c.expiring.total(), c.never_used.total())
            }
            None => "documentation; keys are for other roles".to_owned(),
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
    if n == 1 { "1 person".to_owned() } else { format!("{n} people") }
}

fn change(app: &App, row: &TrailRow, width: usize) -> String {
    let ellipsis = app.theme.glyphs.ellipsis;
    let who = row.who.as_deref().unwrap_or("-");
    let line = format!(
        "{}  {} {} {}",
        text::pad(&relative_time::moment(app.now, row.at), 15, ellipsis),
        text::pad(who, 10, ellipsis),
        text::pad(&row.did, 25, ellipsis),
        row.what
    );
    text::fit(&line, width, ellipsis)
}

/// One's own account.
pub fn account(app: &App, workspace: &Workspace, rows: &RowSelection, paint: &mut Paint<'_>, body: Rect) {
    for (i, (row, title, words)) in ACCOUNT.iter().enumerate() {
        let now = match row {
            AccountRow::ChangePassword | AccountRow::SignIns => String::new(),
            AccountRow::Lines => format!("{:<9}", "off"),
            AccountRow::Colours => format!("{:<9}", app.theme.palette.as_str()),
            AccountRow::Glyphs => format!("{:<9}", if app.theme.glyphs == &UNICODE { "Unicode" } else { "ASCII" }),
        };
        line(paint, body.y + i as u16, title, 21, &format!("{now}{words}"), i == rows.selected, false);
    }
    let session = &workspace.session;
    let last = match &session.last {
        Some(last) => format!("{}{}", relative_time::moment(app.now, last.at), from(last.address.as_deref())),
        None => "none before this one".to_owned(),
    };
    let way = match &session.actor.via {
        crate::hub::Via::Password => "by password".to_owned(),
        crate::hub::Via::Local => "on this machine, without a password".to_owned(),
        crate::hub::Via::SshKey(fingerprint) => format!("by SSH key {fingerprint}"),
    };
    let lines = [
        ("Name", session.actor.user.as_str().to_owned()),
        ("Role", session.role.title().to_owned()),
        ("Signed in", way),
        ("Last sign-in", last),
    ];
    for (y, (label, value)) in (body.y + ACCOUNT.len() as u16 + 1..body.bottom()).zip(lines) {
        paint.text(3, y, &format!("{} {value}", text::pad(label, 20, '…')), Style::new());
    }
}

/// ` from 203.0.113.9`, or nothing on a local terminal.
pub fn from(address: Option<&str>) -> String {
    address.map(|a| format!(" from {a}")).unwrap_or_default()
}

/// One row: mark, title, words.
fn line(paint: &mut Paint<'_>, y: u16, title: &str, width: usize, words: &str, selected: bool, grey: bool) {
    let theme = paint.theme;
    let mark = if selected { theme.glyphs.selected } else { " " };
    let title = if grey { format!("({title})") } else { title.to_owned() };
    let room = usize::from(paint.area().width).saturating_sub(4 + width);
    let spans = vec![
        plain(&format!("{mark} ")),
        plain(&text::pad(&title, width, theme.glyphs.ellipsis)),
        plain(&text::fit(words, room, theme.glyphs.ellipsis)),
    ];
    paint.line(1, y, paint.area().width, &Line::from(spans));
    if selected {
        reverse(paint, y);
    }
}

/// The selected row: reversed, and the cursor on it.
pub fn reverse(paint: &mut Paint<'_>, y: u16) {
    let width = paint.area().width;
    let style = paint.theme.selected();
    paint.style(Rect { x: 1, y, width: width.saturating_sub(2), height: 1 }, style);
    paint.cursor(1, y);
}
