//! Draws Users: the list, and the selected user in full.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::account::UserState;
use crate::hub::UserRow;
use crate::tui::app::App;
use crate::tui::screen::UserList;
use crate::tui::view::paint::{Paint, wrap};
use crate::tui::view::screens::menu;
use crate::tui::{layout, relative_time};
use crate::{text, time};

/// Draws the list and the selected user.
pub fn draw(app: &App, users: &UserList, paint: &mut Paint<'_>, body: Rect) {
    let width = usize::from(body.width).saturating_sub(4);
    let heading = line(app, width, ["NAME", "ROLE", "STATE", "LAST SIGN-IN", "LIVE KEYS"]);
    paint.text(3, body.y, &heading, app.theme.strong());
    if users.rows().is_none() {
        paint.text(3, body.y + 2, "Reading the users ...", Style::new());
        return paint.cursor(3, body.y + 2);
    }
    let height = layout::trail_rows(app.size, false);
    for (y, (row, selected)) in (body.y + 1..body.bottom()).zip(users.visible(height)) {
        let mark = if selected { app.theme.glyphs.selected } else { " " };
        paint.text(1, y, &format!("{mark} {}", row_line(app, row, width)), Style::new());
        if selected {
            let [name, ..] = columns(width);
            paint.style(Rect { x: 1, y, width: 2 + name as u16, height: 1 }, app.theme.selected());
            paint.cursor(1, y);
        }
    }
    if let Some(row) = users.selected().filter(|_| app.size.1 >= 20) {
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
    let last = row.last_sign_in.as_ref().map_or("never".to_owned(), |last| relative_time::moment(app.now, last.at));
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
    let last = row
        .last_sign_in
        .as_ref()
        .map_or("never".to_owned(), |last| format!("{}{}", last.at.stamp(), menu::from(last.address.as_deref())));
    facts.push(("Sign-in", last));
    if let Some(end) = row.locked_until.filter(|end| *end > app.now) {
        let left = time::duration(end.since(app.now));
        facts.push(("Locked", format!("for {left} more, after wrong passwords. u unlocks now")));
    }
    if row.must_change_password {
        facts.push(("Password", "set by somebody else; must be changed at the next sign-in".to_owned()));
    }
    facts.push(("Keys", keys_made(row)));
    facts.push(("Added", format!("{} by {}", row.created_at.stamp(), row.created_by)));
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
pub fn status(app: &App, users: &UserList) -> String {
    let rows = users.rows().unwrap_or_default();
    let some = |n: usize, word: &str| if n > 0 { format!(", {n} {word}") } else { String::new() };
    let locked = rows.iter().filter(|row| locked(app, row)).count();
    let disabled = rows.iter().filter(|row| row.state == UserState::Disabled).count();
    format!("{}{}{}", menu::user_count(rows.len() as i64), some(locked, "locked"), some(disabled, "disabled"))
}
