//! Draws Users: the list, the selected user in full, and the dialogs about users.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::account::{Role, UserState};
use crate::credential::Condition;
use crate::hub::{CredentialRow, UserRow};
use crate::text;

use super::super::app::App;
use super::super::dialog::{Doing, Live, Person, ROLES};
use super::super::form::{Id, Input};
use super::super::layout;
use super::super::screen::People;
use super::super::when;
use super::forms;
use super::menu;
use super::paint::{Paint, plain, span, wrap};
use super::sheet::Sheet;

/// Draws the list and the selected user.
pub fn draw(app: &App, people: &People, paint: &mut Paint<'_>, body: Rect) {
    let width = usize::from(body.width).saturating_sub(4);
    let heading = line(app, width, ["NAME", "PERMISSION LEVEL", "STATE", "LAST SIGN-IN", "LIVE KEYS"]);
    paint.text(3, body.y, &heading, app.theme.strong());
    if people.rows().is_none() {
        paint.text(3, body.y + 2, "Reading the users ...", Style::new());
        return paint.cursor(3, body.y + 2);
    }
    let height = layout::trail_rows(app.size, false);
    for (y, (row, selected)) in (body.y + 1..body.bottom()).zip(people.visible(height)) {
        let mark = if selected { app.theme.glyphs.selected } else { " " };
        paint.text(1, y, &format!("{mark} {}", row_line(app, row, width)), Style::new());
        if selected {
            let [name, ..] = columns(width);
            paint.style(Rect { x: 1, y, width: 2 + name as u16, height: 1 }, app.theme.selected());
            paint.cursor(1, y);
        }
    }
    if let Some(row) = people.selected().filter(|_| app.size.1 >= 20) {
        let y = body.y + 1 + height as u16;
        in_full(app, row, paint, Rect { y, height: body.bottom().saturating_sub(y), ..body });
    }
}

/// Name, level, state, last sign-in, keys made; what does not fit is left out from the right.
fn columns(width: usize) -> [usize; 5] {
    let name = if width < 76 { 14 } else { 16 + (width - 76).min(16) };
    let rest = width.saturating_sub(name + 1 + 18 + 12);
    let last = if rest >= 18 { 18 } else { rest };
    [name, 17, 11, last, rest.saturating_sub(last + 1)]
}

fn line(app: &App, width: usize, cells: [&str; 5]) -> String {
    let pad = |(cell, width): (&str, usize)| match width {
        0..6 => String::new(),
        width => text::pad(cell, width, app.theme.glyphs.ellipsis) + " ",
    };
    let all: String = cells.into_iter().zip(columns(width)).map(pad).collect();
    all.trim_end().to_owned()
}

fn row_line(app: &App, row: &UserRow, width: usize) -> String {
    let last = row.last_sign_in.as_ref().map_or("never".to_owned(), |last| when::moment(app.now, last.at));
    line(app, width, [&row.name, row.role.title(), &state(app, row), &last, &row.made.to_string()])
}

/// The state as a glyph and a word.
fn state(app: &App, row: &UserRow) -> String {
    let glyphs = app.theme.glyphs;
    match row.state {
        _ if row.tampered => format!("{} tampered", glyphs.over),
        UserState::Disabled => format!("{} disabled", glyphs.stopped),
        UserState::Active if locked(app, row) => format!("{} locked", glyphs.warning),
        UserState::Active => format!("{} active", glyphs.usable),
    }
}

fn locked(app: &App, row: &UserRow) -> bool {
    row.locked_until.is_some_and(|end| end > app.now)
}

fn in_full(app: &App, row: &UserRow, paint: &mut Paint<'_>, area: Rect) {
    paint.rule(1, area.y, area.width.saturating_sub(2), app.theme.glyphs.horizontal, Style::new());
    paint.text(2, area.y, &format!(" {} ", row.name), app.theme.strong());
    let mut y = area.y + 1;
    for (label, value) in facts(app, row) {
        for (i, value) in wrap(&value, usize::from(area.width).saturating_sub(13)).iter().enumerate() {
            if y < area.bottom() {
                let label = if i == 0 { label } else { "" };
                paint.text(1, y, &format!("{}{value}", text::pad(label, 10, '…')), Style::new());
            }
            y += 1;
        }
    }
}

fn facts(app: &App, row: &UserRow) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if row.tampered {
        facts.push(("Warning", "changed outside keydesk, so not trusted: add another user instead".to_owned()));
    }
    let last = row.last_sign_in.as_ref().map_or("never".to_owned(), |last| {
        format!("{}{}", last.at.utc("%Y-%m-%d %H:%M UTC"), menu::from(last.address.as_deref()))
    });
    facts.push(("Sign-in", last));
    if let Some(end) = row.locked_until.filter(|end| *end > app.now) {
        let left = when::span(end.since(app.now));
        facts.push(("Locked", format!("for {left} more, after wrong passwords. u unlocks now")));
    }
    if row.must_change_password {
        facts.push(("Password", "set by somebody else; must be changed at the next sign-in".to_owned()));
    }
    facts.push(("Keys", keys_made(row)));
    facts.push(("Added", format!("{} by {}", row.created_at.utc("%Y-%m-%d %H:%M UTC"), row.created_by)));
    facts
}

fn keys_made(row: &UserRow) -> String {
    match row.made {
        0 => "made none of the live ones".to_owned(),
        1 => "made 1 live one; enter shows it, and disabled ones".to_owned(),
        n => format!("made {n} live ones; enter shows them, and disabled ones"),
    }
}

/// The status line.
pub fn status(app: &App, people: &People) -> String {
    let rows = people.rows().unwrap_or_default();
    let some = |n: usize, word: &str| if n > 0 { format!(", {n} {word}") } else { String::new() };
    let locked = rows.iter().filter(|row| locked(app, row)).count();
    let disabled = rows.iter().filter(|row| row.state == UserState::Disabled).count();
    format!("{}{}{}", menu::people(rows.len() as i64), some(locked, "locked"), some(disabled, "disabled"))
}

/// Title of the dialog.
pub fn title(d: &Person) -> String {
    match &d.doing {
        Doing::Add => "New user".to_owned(),
        Doing::Role(row) => format!("Permission level of {}", row.name),
        Doing::Password(row) => format!("New password for {}", row.name),
        Doing::State(row, UserState::Disabled) => format!("Disable {}?", row.name),
        Doing::State(row, UserState::Active) => format!("Enable {}?", row.name),
        Doing::Unlock(row) => format!("Unlock {}?", row.name),
    }
}

/// The lines of the dialog, its buttons left out.
pub fn person(app: &App, d: &Person, sheet: &mut Sheet) {
    sheet.gap();
    match &d.doing {
        Doing::Add => add(app, d, sheet),
        Doing::Role(row) => {
            sheet.tell(&format!("{} is {} now. What may it be?", row.name, row.role));
            sheet.gap();
            roles(app, d, sheet);
            sheet.gap();
            sheet.tell("Every session of this user ends, and the next sign-in has the new level.");
        }
        Doing::Password(_) => {
            fields(app, d, sheet);
            sheet.gap();
            sheet.tell(
                "Hand it over yourself. Every session of this user ends, and it must be changed at the next sign-in.",
            );
        }
        Doing::State(row, UserState::Disabled) => disable(row, sheet),
        Doing::State(row, UserState::Active) => {
            sheet.tell(&format!("{} may sign in again, as {}, with the password there was.", row.name, row.role));
        }
        Doing::Unlock(_) => {
            sheet.tell("Five wrong passwords locked this name. Unlock it if you know who typed them.");
        }
    }
    let own = app.room.as_ref().map(|room| room.session.actor.user.as_str());
    if d.doing.row().is_some_and(|row| Some(&*row.name) == own) && !matches!(d.doing, Doing::Unlock(_)) {
        sheet.gap();
        sheet.say("This is you: your own session ends.", app.theme.warn());
    }
    forms::state(app, d.problem.as_deref(), sheet);
}

fn add(app: &App, d: &Person, sheet: &mut Sheet) {
    for (entry, focused) in d.form.shown().filter(|(e, _)| e.id == Id::Name) {
        sheet.field(entry, focused);
        if entry.said.is_none() {
            sheet.under_say("a-z 0-9 . _ - beginning with a letter; never reused", Style::new());
        }
    }
    sheet.gap();
    roles(app, d, sheet);
    sheet.gap();
    fields(app, d, sheet);
    sheet.gap();
    sheet.tell("Hand the password over yourself: it must be changed at the first sign-in.");
}

fn fields(app: &App, d: &Person, sheet: &mut Sheet) {
    for (entry, focused) in d.form.shown().filter(|(e, _)| matches!(e.input, Input::Password(_))) {
        sheet.field(entry, focused);
    }
    let text = |id| d.form.password(id).map_or("", |p| p.expose());
    let rules = crate::account::user_password_rules(text(Id::Password), text(Id::Again));
    forms::rule_lines(&app.theme, &rules, sheet);
}

/// The roles one under another, each with what it may.
fn roles(app: &App, d: &Person, sheet: &mut Sheet) {
    let theme = &app.theme;
    let focused = d.form.focus() == Some(Id::Role);
    for (i, role) in ROLES.into_iter().enumerate() {
        let chosen = i == d.form.chosen(Id::Role);
        let mark = if chosen { theme.glyphs.chosen } else { theme.glyphs.unchosen };
        let style = if chosen && focused { theme.selected() } else { Style::new() };
        let title = text::pad(role.title(), 15, theme.glyphs.ellipsis);
        let room = sheet.room().saturating_sub(20);
        let may = text::fit(may(role), room, theme.glyphs.ellipsis);
        sheet.spans(vec![span(&format!("{mark} {title}"), style), plain(&format!(" {may}"))]);
        if chosen && focused {
            sheet.cursor_on_last(4);
        }
    }
}

fn may(role: Role) -> &'static str {
    match role {
        Role::Administrator => "creates and manages keys and users",
        Role::Advanced => "sees keys, changes none",
        Role::Basic => "own account and documentation",
    }
}

fn disable(row: &UserRow, sheet: &mut Sheet) {
    sheet.tell(&format!(
        "{} is signed out everywhere within a second and cannot sign in until enabled again.",
        row.name
    ));
    sheet.gap();
    sheet.tell(&match row.made {
        0 => "No live key was made by this user.".to_owned(),
        1 => "1 live key was made by this user. It keeps working: look whether this user knows its secret.".to_owned(),
        n => format!(
            "{n} live keys were made by this user. They keep working: look whether this user knows their secrets."
        ),
    });
}

/// The credentials that a user created.
pub fn live(app: &App, live: &Live, mut sheet: Sheet) -> Sheet {
    sheet.gap();
    let ellipsis = app.theme.glyphs.ellipsis;
    match live.rows.as_deref() {
        None => sheet.tell("Reading ..."),
        Some([]) => sheet.tell(&format!("{} made no key that is still there.", live.who)),
        Some(rows) => {
            for (i, row) in rows.iter().enumerate() {
                let selected = i == live.selected;
                let room = sheet.room().saturating_sub(2);
                let line = text::fit(&key_line(app, row, room), room, ellipsis);
                let mark = if selected { app.theme.glyphs.selected } else { " " };
                let style = if selected { app.theme.selected() } else { Style::new() };
                sheet.spans(vec![plain(&format!("{mark} ")), span(&line, style)]);
                if selected {
                    sheet.cursor_on_last(3);
                }
            }
            sheet.gap();
            if live.more {
                sheet.tell(&format!(
                    "There are more. `keydesk key list --as NAME --filter by:{}` lists them all.",
                    live.who
                ));
            }
            sheet.tell("enter goes to the selected key, to rotate, disable or revoke it.");
        }
    }
    sheet.gap();
    sheet
}

fn key_line(app: &App, row: &CredentialRow, room: usize) -> String {
    let ellipsis = app.theme.glyphs.ellipsis;
    let used = match &row.last_used {
        None => "never used".to_owned(),
        Some(last) => format!("used {}", when::ago(app.now, last.at.millis())),
    };
    let state = match row.condition(app.now) {
        // When it expires is in its list.
        Condition::Expiring(_) => Condition::Active.short(),
        condition => condition.short(),
    };
    let name = room.saturating_sub(7 + 21 + 9 + 15).clamp(10, 30);
    format!(
        "{} {} {} {} {used}",
        text::pad(row.kind.word(), 6, ellipsis),
        text::pad(&row.name, name, ellipsis),
        text::pad(&row.key, 20, ellipsis),
        text::pad(&state, 8, ellipsis),
    )
}
