//! Draws the dialogs about users.

mod ssh_keys;

pub use ssh_keys::{add as add_ssh_key, remove as remove_ssh_key, ssh_keys};

use ratatui::text::Span;

use crate::account::UserState;
use crate::hub::{CredentialRow, UserRow};
use crate::text;
use crate::tui::app::App;
use crate::tui::dialog::{ROLES, UserAction, UserKeys};
use crate::tui::form::{Control, Form, Id};
use crate::tui::relative_time;
use crate::tui::view::forms;
use crate::tui::view::paint::{plain, span};
use crate::tui::view::screens::{api, details};
use crate::tui::view::sheet::Sheet;

/// Title of the dialog.
pub fn title(action: &UserAction) -> String {
    match action {
        UserAction::Add => "New user".to_owned(),
        UserAction::Role(row) => format!("Role of {}", row.name),
        UserAction::Password(row) => format!("New password for {}", row.name),
        UserAction::State(row, UserState::Disabled) => format!("Disable {}?", row.name),
        UserAction::State(row, UserState::Active) => format!("Enable {}?", row.name),
        UserAction::Unlock(row) => format!("Unlock {}?", row.name),
        UserAction::Note(row) => format!("Note on {}", row.name),
    }
}

/// Lines of the dialog, without its buttons.
pub fn user(app: &App, action: &UserAction, form: &Form, sheet: &mut Sheet) {
    sheet.gap();
    match action {
        UserAction::Add => add(app, form, sheet),
        UserAction::Role(row) => {
            sheet.tell(&format!("{} is {} now.", row.name, row.role.with_article()));
            sheet.gap();
            roles(app, form, sheet);
            sheet.gap();
            sheet.tell("Every session of this user ends, and the next sign-in has the new role.");
        }
        UserAction::Password(_) => {
            fields(app, form, sheet);
            sheet.gap();
            sheet.tell(
                "Hand it over yourself. Every session of this user ends, and it must be changed at the next sign-in.",
            );
        }
        UserAction::Note(_) => {
            note(app, form, sheet);
            sheet.gap();
            sheet.explain("For Administrators and Auditors: a team, a deputy, an end date. Empty takes it away.");
        }
        UserAction::State(row, UserState::Disabled) => disable(row, sheet),
        UserAction::State(row, UserState::Active) => {
            sheet.tell(&format!("{} may sign in again, as {}, with the password there was.", row.name, row.role));
        }
        UserAction::Unlock(_) => {
            sheet.tell("Five wrong passwords locked this name. Unlock it if you know who typed them.");
        }
    }
    let own = app.workspace.as_ref().map(|workspace| workspace.session.actor.user.as_str());
    if action.row().is_some_and(|row| Some(&*row.name) == own) && !matches!(action, UserAction::Unlock(_)) {
        sheet.gap();
        sheet.warn("This is you: your own session ends.");
    }
}

fn add(app: &App, form: &Form, sheet: &mut Sheet) {
    for (entry, focused) in form.shown().filter(|(e, _)| e.id == Id::Name) {
        sheet.field(entry, focused);
        if entry.error.is_none() {
            sheet.under_say("a-z 0-9 . _ - beginning with a letter; never reused", app.theme.muted());
        }
    }
    sheet.gap();
    roles(app, form, sheet);
    sheet.gap();
    fields(app, form, sheet);
    note(app, form, sheet);
    sheet.gap();
    sheet.tell(match form.chosen(Id::Source) {
        2 => "There is no password: this user signs in over SSH with the key, and in no other way.",
        _ => "Hand it over yourself: it must be changed at the first sign-in.",
    });
}

/// Who makes the password, and the fields of one that is typed.
fn fields(app: &App, form: &Form, sheet: &mut Sheet) {
    let (mut typed, mut by_key) = (false, false);
    for (entry, focused) in form.shown() {
        match (entry.id, &entry.input) {
            (Id::Source, _) => sheet.field(entry, focused),
            (Id::PublicKey, _) => {
                by_key = true;
                sheet.field(entry, focused);
                if entry.error.is_none() {
                    sheet.explain_under("pasted: the line of the file that ends in .pub");
                }
            }
            (_, Control::Password(_)) => {
                typed = true;
                sheet.field(entry, focused);
            }
            _ => {}
        }
    }
    match typed {
        true => forms::new_password_rules(app, form, sheet),
        false if by_key => {}
        false => sheet.explain_under("shown once, on the next page"),
    }
}

fn note(app: &App, form: &Form, sheet: &mut Sheet) {
    for (entry, focused) in form.shown().filter(|(e, _)| e.id == Id::Note) {
        sheet.field(entry, focused);
        if form.text(Id::Note).is_empty() && entry.error.is_none() {
            sheet.append(vec![span("none", app.theme.muted())]);
        }
    }
}

/// The roles, one on each line, with what each may do.
fn roles(app: &App, form: &Form, sheet: &mut Sheet) {
    let theme = &app.theme;
    let focused = form.focus() == Some(Id::Role);
    for (i, role) in ROLES.into_iter().enumerate() {
        let chosen = i == form.chosen(Id::Role);
        let mark = if chosen { theme.glyphs.chosen } else { theme.glyphs.unchosen };
        let title = text::pad(role.title(), 15, theme.glyphs.ellipsis);
        let room = sheet.width().saturating_sub(20);
        let may = text::fit(role.may(), room, theme.glyphs.ellipsis);
        let mark = span(&format!("{mark} "), if chosen { theme.accent() } else { theme.text() });
        sheet.choice(vec![mark, plain(&title), span(&format!(" {may}"), theme.muted())], chosen && focused);
        if chosen && focused {
            sheet.cursor_on_last(1);
        }
    }
}

fn disable(row: &UserRow, sheet: &mut Sheet) {
    sheet.tell(&format!(
        "{} is signed out everywhere within a second and cannot sign in until enabled again.",
        row.name
    ));
    sheet.gap();
    sheet.tell(&match row.made {
        0 => "No usable credential was created by this user.".to_owned(),
        1 => "1 usable credential was created by this user. It keeps working: look whether this user knows its secret.".to_owned(),
        n => format!(
            "{n} usable credentials were created by this user. They keep working: look whether this user knows their secrets."
        ),
    });
}

/// The credentials that a user created.
pub fn user_keys(app: &App, user_keys: &UserKeys, sheet: &mut Sheet) {
    sheet.gap();
    match user_keys.rows.as_deref() {
        None => sheet.tell("Reading ..."),
        Some([]) => sheet.tell(&format!("{} created no credential that is still there.", user_keys.who)),
        Some(rows) => {
            for (i, row) in rows.iter().enumerate() {
                let selected = i == user_keys.selected;
                let line = key_line(app, row, sheet.width().saturating_sub(2));
                sheet.row(line, selected);
            }
            sheet.gap();
            if user_keys.more {
                sheet.tell("There are more.");
            }
            sheet.tell(&format!("enter goes to the selected key. As a list: API Settings, / by:{}", user_keys.who));
        }
    }
    sheet.gap();
}

/// Kind, name, key, state and last use; the name takes the room that the others leave.
fn key_line(app: &App, row: &CredentialRow, room: usize) -> Vec<Span<'static>> {
    const KIND: usize = 7;
    const KEY: usize = 11;
    const STATE: usize = 12;
    let (theme, ellipsis) = (app.theme, app.theme.glyphs.ellipsis);
    let used = match &row.last_used {
        None => "never used".to_owned(),
        Some(last) => format!("used {}", relative_time::ago(app.now, last.at.millis())),
    };
    const USED: usize = 16;
    let name = room.saturating_sub(KIND + KEY + STATE + USED).max(10);
    let named = text::fit_middle(&row.name, name.saturating_sub(2), ellipsis);
    let state = details::state(app, row);
    let columns: usize = state.iter().map(Span::width).sum();
    let mut line = vec![
        span(&text::pad(row.kind.word(), KIND, ellipsis), theme.muted()),
        plain(&text::pad(&named, name, ellipsis)),
        span(&text::pad(&api::short_key(app, &row.key), KEY, ellipsis), theme.muted()),
    ];
    line.extend(state);
    line.push(Span::raw(" ".repeat(STATE.saturating_sub(columns).max(1))));
    line.push(plain(&text::fit(&used, room.saturating_sub(KIND + name + KEY + STATE), ellipsis)));
    line
}
