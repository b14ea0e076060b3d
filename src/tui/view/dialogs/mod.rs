//! Draws the dialogs, each as a sheet.

mod edit;
mod find_by_secret;
pub mod forms;
mod manage;
mod one_time_secret;
mod trail;
pub mod trail_entry;
mod user;

use ratatui::style::Style;

use crate::{
    credential::{Overlap, Verb},
    hub::CredentialRow,
    text,
    tui::{
        app::App,
        dialog::{Ask, Change, Confirmation, Dialog, Rotate},
        form::{Control, FormEntry, Id},
        layout, relative_time,
        view::{
            dialogs::{forms, manage, one_time_secret, trail, trail_entry, user},
            paint::{plain, span, wrap},
            screens::{details, refused},
            sheet::Sheet,
        },
    },
};

/// The sheet of a dialog.
pub fn sheet(app: &App, dialog: &Dialog) -> Sheet {
    let columns = layout::dialog_columns(app.size);
    let narrow = columns.min(64);
    let new = |title: String, columns| Sheet::new(title, columns, app.theme);
    match dialog {
        Dialog::Create(d) => {
            let title = format!("Create new key {} {}", app.theme.glyphs.dot, d.kind.title());
            let mut sheet = new(title, columns).labels(if d.form.unfolded() { 12 } else { 10 });
            forms::create(app, d, &mut sheet);
            finish(app, &mut sheet, dialog);
            sheet
        }
        Dialog::Secret(d) => one_time_secret::sheet(app, d),
        Dialog::Made(row) => made(app, row, columns),
        Dialog::Rotate(d) => rotate(app, d, new(format!("New secret for {}", d.row.name), narrow)),
        Dialog::Change(d) => change(app, d, new(change_title(d), columns)),
        Dialog::Edit(_) | Dialog::NewPassword(_) | Dialog::StopOld(_) | Dialog::Find(_) | Dialog::Found(_) => {
            let mut sheet = manage::sheet(app, dialog, columns);
            finish(app, &mut sheet, dialog);
            sheet
        }
        Dialog::UserKeys(d) => {
            user::user_keys(app, &d.content, new(format!("Keys made by {}", d.content.who), columns))
        }
        Dialog::TrailEntry(d) => trail_entry::sheet(app, &d.content, new(format!("Entry {}", d.content.no), columns)),
        Dialog::TrailCheck(d) => {
            let title = trail_entry::checked_title(&d.report).to_owned();
            let mut sheet = trail_entry::checked(&d.report, d.at, new(title, columns));
            close(app, &mut sheet);
            sheet
        }
        Dialog::Password(_)
        | Dialog::Export(_)
        | Dialog::User(_)
        | Dialog::TrailFilter(_)
        | Dialog::Settings(_)
        | Dialog::Reauthenticate(_) => form(app, dialog, columns),
        Dialog::Ask(d) => ask(d, new(d.confirmation.title().to_owned(), narrow)),
        Dialog::Details(d) => details::sheet(app, &d.content, new(d.content.details.row.name.clone(), columns)),
        Dialog::Denied(denied) => {
            let lines = [denied.reason(), denied.assistance()];
            words(app, new("Not available to you".to_owned(), narrow), &lines)
        }
        Dialog::RefusedRequest(row) => {
            words(app, new(format!("Refused: {}", row.name), narrow), &refused::sentences(app, row))
        }
        Dialog::Notice { title, lines } => words(app, new(title.clone(), narrow), lines),
    }
}

/// The sheet of a dialog that is a form: its fields, and its buttons at the foot.
fn form(app: &App, dialog: &Dialog, columns: u16) -> Sheet {
    let title = match dialog {
        Dialog::Password(_) => "Change password".to_owned(),
        Dialog::User(d) => user::title(d),
        Dialog::TrailFilter(_) => "Show a part of the trail".to_owned(),
        Dialog::Settings(d) => d.part.title().to_owned(),
        Dialog::Export(_) => "Export the trail".to_owned(),
        _ => "Your password again".to_owned(),
    };
    let widest = if matches!(dialog, Dialog::User(_) | Dialog::Settings(_)) { 70 } else { 64 };
    let mut sheet = Sheet::new(title, columns.min(widest), app.theme);
    match dialog {
        Dialog::Password(d) => forms::own_password(app, d, &mut sheet),
        Dialog::User(d) => user::user(app, d, &mut sheet),
        Dialog::TrailFilter(d) => trail::filter(&d.form, &mut sheet),
        Dialog::Export(d) => trail::export(app, d, &mut sheet),
        Dialog::Settings(d) => forms::settings(app, d, &mut sheet),
        Dialog::Reauthenticate(d) => forms::again(app, d, &mut sheet),
        _ => {}
    }
    finish(app, &mut sheet, dialog);
    sheet
}

/// The buttons, and the line under them.
fn finish(app: &App, sheet: &mut Sheet, dialog: &Dialog) {
    let Some(form) = dialog.form() else { return };
    sheet.gap();
    sheet.buttons(form, |_: &FormEntry| !app.is_waiting());
    sheet.gap();
}

fn words(app: &App, mut sheet: Sheet, sentences: &[String]) -> Sheet {
    for sentence in sentences {
        sheet.gap();
        sheet.tell(sentence);
    }
    close(app, &mut sheet);
    sheet
}

/// The one button of a sheet that is only read.
fn close(app: &App, sheet: &mut Sheet) {
    sheet.gap();
    let at = sheet.room().saturating_sub(6) / 2;
    sheet.spans(vec![plain(&" ".repeat(at)), span("[ OK ]", app.theme.selected())]);
    sheet.cursor_on_last(3 + at + 2);
    sheet.gap();
}

fn made(app: &App, row: &CredentialRow, columns: u16) -> Sheet {
    let mut sheet = Sheet::new("Created", columns.min(64), app.theme);
    sheet.gap();
    sheet.spans(forms::pair("Username", &row.key));
    sheet.spans(forms::pair("Password", "the password is the one you typed"));
    if row.name != row.key {
        sheet.spans(forms::pair("Name", &row.name));
    }
    sheet.gap();
    sheet.tell("keydesk does not keep it in readable form. If it is lost, make a new one: press R in the list.");
    close(app, &mut sheet);
    sheet
}

fn rotate(app: &App, d: &Rotate, mut sheet: Sheet) -> Sheet {
    let theme = &app.theme;
    sheet.gap();
    // Above the choices, where it is in sight whatever the window: it happens with each of them.
    for old in d.cut_short(app.now) {
        sheet.say(&format!("{} {}", theme.glyphs.warning, old.sentence("stops")), theme.warn());
        sheet.gap();
    }
    sheet.tell(&format!("The key stays {}. Its old secret keeps working for:", d.row.key));
    sheet.gap();
    let focused = d.form.focus() == Some(Id::Overlap);
    for (i, overlap) in Overlap::ALL.into_iter().enumerate() {
        let chosen = i == d.form.chosen(Id::Overlap);
        let mark = if chosen { theme.glyphs.chosen } else { theme.glyphs.unchosen };
        let style = if chosen && focused { theme.selected() } else { Style::new() };
        let until = app.now.plus(overlap.seconds() * 1000).utc("until %-d %b %Y %H:%M UTC");
        let remark = match overlap {
            Overlap::None => "it leaked: stop it now".to_owned(),
            _ if chosen => until,
            _ => String::new(),
        };
        sheet.spans(vec![span(&format!("{mark} {}", text::pad(overlap.words(), 13, '…')), style), plain(&remark)]);
        if chosen && focused {
            sheet.cursor_on_last(4);
        }
    }
    sheet.gap();
    sheet.tell(&used(app, &d.row));
    forms::state(app, d.problem.as_deref(), &mut sheet);
    sheet.gap();
    sheet.buttons(&d.form, |_| !app.is_waiting());
    sheet.gap();
    sheet
}

/// When and from where it was last used, as a sentence.
pub fn used(app: &App, row: &CredentialRow) -> String {
    match &row.last_used {
        None => "It was never used.".to_owned(),
        Some(last) => {
            let from = last.address.as_ref().map(|a| format!(" from {a}")).unwrap_or_default();
            format!("Last used {}{from}.", relative_time::ago(app.now, last.at.millis()))
        }
    }
}

fn change_title(d: &Change) -> String {
    let verb = match d.verb {
        Verb::Disable => "Disable",
        Verb::Enable => "Enable",
        Verb::Revoke => "Revoke",
    };
    format!("{verb} {}?", d.what())
}

/// Most rows that are named; the number says the rest.
const NAMED: usize = 6;

fn change(app: &App, d: &Change, mut sheet: Sheet) -> Sheet {
    sheet.gap();
    let ellipsis = app.theme.glyphs.ellipsis;
    let room = sheet.room();
    let name = room.saturating_sub(20 + 20).clamp(10, 24);
    for row in d.rows.iter().take(NAMED) {
        let used = match &row.last_used {
            None => "never used".to_owned(),
            Some(last) => format!("used {}", relative_time::ago(app.now, last.at.millis())),
        };
        let key = text::pad(&row.key, 20, ellipsis);
        let line = format!("{}  {key}  {used}", text::pad(&row.name, name, ellipsis));
        sheet.spans(vec![plain(&text::fit(&line, room, ellipsis))]);
    }
    if d.rows.len() > NAMED {
        sheet.tell(&format!("and {} more", d.rows.len() - NAMED));
    }
    sheet.gap();
    sheet.tell(consequence(d));
    if d.verb == Verb::Revoke {
        typed_confirmation(app, d, &mut sheet);
    }
    forms::state(app, d.problem.as_deref(), &mut sheet);
    sheet.gap();
    sheet.buttons(&d.form, |e| !app.is_waiting() && (e.id != Id::Revoke || d.confirmed()));
    sheet.gap();
    sheet
}

fn consequence(d: &Change) -> &'static str {
    match (d.verb, d.rows.len()) {
        (Verb::Revoke, 1) => {
            "It stops working within a second, everywhere. This cannot be undone. To stop it for now, disable it."
        }
        (Verb::Revoke, _) => {
            "They stop working within a second, everywhere. This cannot be undone. To stop them for now, disable them."
        }
        (Verb::Disable, 1) => "It stops working within a second, everywhere, until it is enabled again.",
        (Verb::Disable, _) => "They stop working within a second, everywhere, until they are enabled again.",
        (Verb::Enable, 1) => "It works again within a second, with the secret it has.",
        (Verb::Enable, _) => "They work again within a second, with the secrets they have.",
    }
}

fn typed_confirmation(app: &App, d: &Change, sheet: &mut Sheet) {
    let Some((entry, focused)) = d.form.shown().find(|(e, _)| e.id == Id::Confirm) else { return };
    let asked = match d.rows.as_slice() {
        [_] => format!("Type the last 4 characters of the key, {}, to confirm:", d.to_type()),
        _ => format!("Type {} to confirm:", d.to_type()),
    };
    let Control::Text(field) = &entry.input else { return };
    sheet.gap();
    let mark = if focused { app.theme.glyphs.focus } else { " " };
    let typed = span(field.text(), app.theme.strong());
    // What is typed stands behind the question where there is room for both, else under it.
    let room = sheet.room().saturating_sub(text::width(mark) + 1 + text::width(&d.to_type()) + 2);
    let mut lines = wrap(&asked, sheet.room().saturating_sub(2));
    let last = lines.pop().filter(|last| text::width(last) <= room);
    let last = last.map_or_else(String::new, |last| format!("{last}  "));
    if last.is_empty() {
        lines = wrap(&asked, sheet.room().saturating_sub(2));
    }
    for line in &lines {
        sheet.spans(vec![plain(&format!("  {line}"))]);
    }
    sheet.spans(vec![plain(&format!("{mark} ")), plain(&last), typed]);
    if focused {
        let before = text::safe(field.before_cursor()).into_owned();
        sheet.cursor_on_last(3 + 2 + text::width(&last) + text::width(&before));
    }
    if let Some(said) = &entry.said {
        sheet.say(&format!("{} {said}", app.theme.glyphs.unmet), app.theme.bad());
    }
}

fn ask(d: &Ask, mut sheet: Sheet) -> Sheet {
    sheet.gap();
    if d.confirmation != Confirmation::Lines {
        sheet.tell("It cannot be shown again.");
        sheet.gap();
    }
    sheet.tell(match d.confirmation {
        Confirmation::Lines => {
            "For screen readers: no boxes and no colours, one question at a time. keydesk starts anew for that, as if \
             you had just called it: nothing of this session stays in memory. My account there leads back."
        }
        Confirmation::Close => {
            "The secret was not copied. If you have it by hand, close; else keep it open and copy it."
        }
        Confirmation::Quit => "The secret was not copied, and it is gone when keydesk ends.",
        Confirmation::Suspend => "The secret was not copied, and it is not kept while keydesk is suspended.",
    });
    sheet.gap();
    sheet.buttons(&d.buttons, |_| true);
    sheet.gap();
    sheet
}
