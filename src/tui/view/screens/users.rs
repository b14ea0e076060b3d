//! Draws Users: the list, and the selected user in full.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::account::UserState;
use crate::hub::UserRow;
use crate::text;
use crate::time;
use crate::tui::app::App;
use crate::tui::screen::UserList;
use crate::tui::view::paint::{Paint, plain, span};
use crate::tui::view::screens::{menu, trail};
use crate::tui::view::table::{self, Cell, Column, Fact, column};
use crate::tui::{layout, relative_time};

/// Draws the list and the selected user.
pub fn draw(app: &App, users: &UserList, paint: &mut Paint<'_>, body: Rect) {
    let columns = columns(usize::from(body.width));
    table::heads(app, &columns, paint, body.y);
    let y = layout::rows_status(app.size);
    let Some(rows) = users.rows() else {
        paint.ruled(y, vec![], vec![]);
        return table::nothing("Reading the users ...", paint, body.y + 2);
    };
    let at = users.position();
    let mut place = if rows.is_empty() { vec![] } else { trail::place(app, at, Some(rows.len() as i64)) };
    if users.search.narrows() {
        place.push(span(&format!(" found, {} in all", users.all().len()), app.theme.muted()));
    }
    let end = paint.area().width.saturating_sub(place.iter().map(Span::width).sum::<usize>() as u16 + 3);
    paint.ruled(y, if users.search.shown() { vec![] } else { status(app, users) }, place);
    if rows.is_empty() {
        let message = format!("Nobody matches {}. esc clears the filter.", text::safe(users.search.typed()));
        table::nothing(&message, paint, body.y + 2);
    }
    for (y, (row, selected)) in (body.y + 1..y).zip(users.visible(layout::trail_rows(app.size, false))) {
        table::row(app, &columns, &cells(app, row, &columns), selected, paint, y);
    }
    if let Some(row) = users.selected() {
        let area = Rect { x: 0, y: y + 1, width: body.width, height: layout::panel(app.size) };
        let mut facts = vec![("", title(app, row))];
        facts.extend(self::facts(app, row).into_iter().map(|(label, words)| (label, vec![plain(&words)])));
        in_full(app, &facts, paint, area);
    }
    // Over the rows: what is wrong with it is shown above it.
    trail::filter_line(app, &users.search, paint, y, end);
}

/// Name, role, state, last sign-in; SSH keys and credentials created where there is room; in a wide window the note too.
fn columns(width: usize) -> Vec<Column> {
    let counts = match width {
        ..76 => vec![],
        76..WIDE => vec![(SSH_KEYS, 9), (CREATED, 7)],
        _ => vec![(SSH_KEYS, 10), (CREATED, 9)],
    };
    let last = match width {
        ..76 => 21,
        76..WIDE => 24,
        _ => 27,
    };
    let (role, state) = (14, 11);
    let counted: usize = counts.iter().map(|(_, width)| width).sum();
    let rest = width.saturating_sub(usize::from(table::LEAD) + role + state + last + counted + 1);
    let name = if width < WIDE { rest } else { rest / 3 };
    let mut columns = vec![
        column("NAME", name).ordered(false),
        column("ROLE", role),
        column("STATE", state),
        column("LAST SIGN-IN (UTC)", last),
    ];
    columns.extend(counts.into_iter().map(|(head, width)| column(head, width)));
    if width >= WIDE {
        columns.push(column("NOTE", rest - name));
    }
    columns
}

const SSH_KEYS: &str = "SSH KEYS";
const CREATED: &str = "CREATED";

/// From so many columns on the note has a column of its own.
const WIDE: usize = 110;

fn cells(app: &App, row: &UserRow, columns: &[Column]) -> Vec<Cell> {
    let theme = app.theme;
    let last = row.last_sign_in.as_ref().map_or("never".to_owned(), |last| {
        let at = relative_time::moment(app.now, last.at);
        // Where the way is cut, the moment alone says more.
        let with_way = last.way().map(|way| format!("{at}, {way}"));
        with_way.filter(|words| text::width(words) <= columns[LAST].room()).unwrap_or(at)
    });
    let (words, style) = state(app, row);
    let disabled = matches!(row.state, UserState::Disabled) && !row.tampered;
    let keys = match (row.has_password, row.ssh_keys) {
        (true, 0) => ("0".to_owned(), theme.muted()),
        (true, n) => (n.to_string(), theme.text()),
        (false, n) => (format!("{n} only"), theme.text()),
    };
    vec![
        (row.name.clone(), if disabled { theme.muted() } else { theme.text() }),
        (row.role.title().to_owned(), theme.muted()),
        (words, style),
        (last.clone(), if last == "never" { theme.muted() } else { theme.text() }),
        keys,
        (row.created.to_string(), theme.text()),
        (row.note.clone(), theme.muted()),
    ]
}

/// Index of the column of the last sign-in.
const LAST: usize = 3;
/// The state as a glyph and a word; only what is out of order has a colour.
fn state(app: &App, row: &UserRow) -> Cell {
    let (theme, glyphs) = (app.theme, app.theme.glyphs);
    match row.state {
        _ if row.tampered => (format!("{} tampered", glyphs.tampered), theme.armed()),
        UserState::Disabled => (format!("{} disabled", glyphs.disabled), theme.muted()),
        UserState::Active if locked(app, row) => (format!("{} locked", glyphs.warning), theme.warning()),
        UserState::Active => (format!("{} active", glyphs.active), theme.muted()),
    }
}

fn locked(app: &App, row: &UserRow) -> bool {
    row.locked_until.is_some_and(|end| end > app.now)
}

fn title(app: &App, row: &UserRow) -> Vec<Span<'static>> {
    let (words, style) = state(app, row);
    let role = span(&format!("   {}   ", row.role.title()), app.theme.muted());
    let only = if row.has_password { "" } else { "   SSH key only" };
    vec![span(&row.name, app.theme.strong()), role, span(&words, style), span(only, app.theme.muted())]
}

fn in_full(app: &App, facts: &[Fact], paint: &mut Paint<'_>, area: Rect) {
    table::panel(app, &facts[..1], 0, paint, area);
    let rest = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    table::panel(app, &facts[1..], 12, paint, rest);
}

fn facts(app: &App, row: &UserRow) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if row.tampered {
        facts.push(("Warning", "changed outside keydesk, so not trusted: add another user instead".to_owned()));
    }
    let last = row.last_sign_in.as_ref().map_or("never".to_owned(), |last| {
        format!("{}{}{}", last.at.stamp(), menu::from(last.address.as_deref()), last.by())
    });
    facts.push(("Signed in", last));
    if let Some(refused) = &row.refused {
        let times = if refused.times == 1 { "once".to_owned() } else { format!("{} times", refused.times) };
        let from = menu::from(refused.address.as_deref());
        facts.push(("Refused", format!("{}{from}, {times}", refused.at.stamp())));
    }
    if let Some(end) = row.locked_until.filter(|end| *end > app.now) {
        let left = time::duration(end.since(app.now));
        facts.push(("Locked", format!("for {left} more, after wrong passwords. u unlocks now")));
    }
    if !row.note.is_empty() {
        facts.push(("Note", row.note.clone()));
    }
    if row.must_change_password {
        facts.push(("Password", "set by somebody else; must be changed at the next sign-in".to_owned()));
    }
    facts.push(("SSH keys", ssh_keys(row)));
    facts.push(("Created", created(row)));
    facts.push(("Added", format!("{} by {}", row.created_at.stamp(), row.created_by)));
    facts
}

fn ssh_keys(row: &UserRow) -> String {
    let (keys, shows) = match row.ssh_keys {
        0 if row.has_password => return "none, so the password is the only way in".to_owned(),
        0 => return "none, and no password: no way in".to_owned(),
        1 => ("1 key".to_owned(), "s shows it"),
        n => (format!("{n} keys"), "s shows them"),
    };
    let usable = match row.usable_ssh_keys {
        n if n == row.ssh_keys => String::new(),
        0 => ", none usable".to_owned(),
        n => format!(", {n} usable"),
    };
    match (row.has_password, row.usable_ssh_keys) {
        (true, _) => format!("{keys}{usable}; {shows}"),
        (false, 0) => format!("{keys}{usable}, and no password: no way in; {shows}"),
        (false, _) => format!("SSH key only: {keys}{usable}, no password; {shows}"),
    }
}

fn created(row: &UserRow) -> String {
    match row.created {
        0 => "no credential".to_owned(),
        1 => format!("1 credential, {} usable; enter shows it", row.made),
        n => format!("{n} credentials, {} usable; enter shows them", row.made),
    }
}

/// The status line.
fn status(app: &App, users: &UserList) -> Vec<Span<'static>> {
    let rows = users.all();
    let some = |n: usize, word: &str| if n > 0 { format!(", {n} {word}") } else { String::new() };
    let locked = rows.iter().filter(|row| locked(app, row)).count();
    let disabled = rows.iter().filter(|row| row.state == UserState::Disabled).count();
    let theme = app.theme;
    vec![
        span(&menu::user_count(rows.len() as i64), theme.muted()),
        span(&some(locked, "locked"), theme.warning()),
        span(&some(disabled, "disabled"), theme.muted()),
    ]
}
