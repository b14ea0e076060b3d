//! Draws the dialogs, each as a sheet.

mod change_state;
mod create;
mod edit;
mod export;
mod find_by_secret;
mod jump;
mod one_time_secret;
mod pick;
mod rotate;
mod settings;
mod trail;
mod user;

pub use settings::{default_words, with_unit};

use crate::credential::Verb;
use crate::hub::{CredentialRow, UNANSWERED};
use crate::tui::app::App;
use crate::tui::dialog::{Confirmation, Dialog, DialogKind};
use crate::tui::form::{Form, FormEntry, Id};
use crate::tui::layout;
use crate::tui::view::forms;
use crate::tui::view::screens::refused;
use crate::tui::view::sheet::Sheet;

/// The sheet of a dialog.
pub fn sheet(app: &App, dialog: &Dialog) -> Sheet {
    let columns = match &dialog.kind {
        DialogKind::SshKeys(_) => layout::table_columns(app.size),
        _ => layout::sheet_columns(app.size),
    };
    let mut sheet = Sheet::new(title(app, &dialog.kind), columns, app.theme);
    match (&dialog.kind, &dialog.form) {
        (DialogKind::OneTimeSecret(view), Some(form)) => {
            sheet = sheet.paged();
            one_time_secret::one_time_secret(app, view, form, &mut sheet);
        }
        (kind, Some(form)) => {
            sheet = sheet.dangerous(is_dangerous(kind)).labels(label_columns(kind));
            fields(app, dialog, form, &mut sheet);
            buttons(app, kind, form, &mut sheet);
        }
        (kind, None) => text(app, kind, &mut sheet),
    }
    sheet
}

fn title(app: &App, kind: &DialogKind) -> String {
    match kind {
        DialogKind::Create(d) => format!("Create new key {} {}", app.theme.glyphs.dot, d.kind.title()),
        // A page of its own, without a title.
        DialogKind::OneTimeSecret(_) => String::new(),
        DialogKind::Created(_) => "Created".to_owned(),
        DialogKind::Rotate(d) => match d.rows.as_slice() {
            [row] => format!("New secret for {}", row.name),
            rows => format!("New secrets for {} credentials", rows.len()),
        },
        DialogKind::Tampered(sheet) => format!("{} was changed outside keydesk", sheet.row.name),
        DialogKind::Pick(pick) => pick.scope.title().to_owned(),
        DialogKind::Jump(_) => "Jump".to_owned(),
        DialogKind::ChangeState(d) => match d.verb {
            Verb::Disable => format!("Disable {}?", d.what()),
            Verb::Enable => format!("Enable {}?", d.what()),
            Verb::Revoke => format!("Revoke {}?", d.what()),
        },
        DialogKind::Edit(d) => format!("Edit {}", d.what()),
        DialogKind::NewPassword(d) => format!("Another password for {}", d.row.name),
        DialogKind::StopOldSecret(d) => format!("Stop the old secret of {}?", d.row.name),
        DialogKind::FindBySecret { .. } => "Find by secret".to_owned(),
        DialogKind::FoundSecret(found) => format!("Found: {}", found.row.name),
        DialogKind::OwnPassword { .. } => "Change password".to_owned(),
        DialogKind::User(action) => user::title(action),
        DialogKind::UserKeys(d) => format!("Keys made by {}", d.content.who),
        DialogKind::SshKeys(d) => format!("SSH keys of {}", d.content.who),
        DialogKind::AddSshKey(who) => format!("New SSH key of {who}"),
        DialogKind::RemoveSshKey(remove) => format!("Remove the SSH key {}?", remove.row.called()),
        DialogKind::Export(of) => export::title(of).to_owned(),
        DialogKind::Setting(change) => settings::title(change.setting).to_owned(),
        DialogKind::TrailEntry(d) => format!("Entry {}", d.content.no),
        DialogKind::TrailCheck(_) => "Verify the activity log".to_owned(),
        DialogKind::RefusedRequest(row) => format!("Refused: {}", row.name),
        DialogKind::Reauthenticate => "Your password again".to_owned(),
        DialogKind::Confirm(confirmation) => confirmation.title().to_owned(),
        DialogKind::Denied(_) => "Not available to you".to_owned(),
        DialogKind::Notice { title, .. } => title.clone(),
    }
}

/// How wide the labels of the fields are.
fn label_columns(kind: &DialogKind) -> usize {
    match kind {
        DialogKind::TrailCheck(_) => 18,
        // Its longest label takes all of the usual columns.
        DialogKind::Create(create) if create.kind.signs() => 12,
        DialogKind::Edit(edit) if edit.rows.iter().any(|row| row.kind.signs()) => 12,
        _ => 11,
    }
}

/// Whether something is ended for good.
fn is_dangerous(kind: &DialogKind) -> bool {
    match kind {
        DialogKind::ChangeState(change) => matches!(change.verb, Verb::Revoke),
        DialogKind::StopOldSecret(_) | DialogKind::Tampered(_) | DialogKind::RemoveSshKey(_) => true,
        DialogKind::TrailCheck(sheet) => !sheet.check.report.whole,
        _ => false,
    }
}

/// The body of a form, and under it what went wrong or that the store is writing.
fn fields(app: &App, dialog: &Dialog, form: &Form, sheet: &mut Sheet) {
    let problem = dialog.problem.as_deref();
    change_state::left_out(&dialog.left_out, sheet, app.theme.glyphs.ellipsis);
    match &dialog.kind {
        DialogKind::FindBySecret { compared } => return find_by_secret::find(app, *compared, form, problem, sheet),
        DialogKind::Jump(d) => return jump::jump(app, d, form, sheet),
        DialogKind::TrailEntry(d) => return trail::entry(app, &d.content, sheet),
        DialogKind::TrailCheck(d) => return trail::checked(app, d, form, sheet),
        DialogKind::Confirm(confirmation) => return confirm(app, *confirmation, sheet),
        DialogKind::Create(d) => create::create(app, d, form, sheet),
        DialogKind::Rotate(d) => rotate::rotate(app, d, form, sheet),
        DialogKind::ChangeState(d) => change_state::change_state(app, d, form, sheet),
        DialogKind::Edit(d) => edit::edit(app, d, form, sheet),
        DialogKind::NewPassword(d) => edit::new_password(app, d, form, sheet),
        DialogKind::StopOldSecret(d) => edit::stop_old_secret(d, sheet),
        DialogKind::Tampered(d) => change_state::tampered(app, d, sheet),
        DialogKind::FoundSecret(found) => find_by_secret::found(app, found, sheet),
        DialogKind::OwnPassword { forced, .. } => settings::own_password(app, *forced, form, sheet),
        DialogKind::User(action) => user::user(app, action, form, sheet),
        DialogKind::AddSshKey(_) => user::add_ssh_key(app, form, sheet),
        DialogKind::RemoveSshKey(remove) => user::remove_ssh_key(app, remove, sheet),
        DialogKind::Export(of) => export::export(of, form, sheet),
        DialogKind::Setting(change) => settings::setting(change, form, sheet),
        DialogKind::Reauthenticate => settings::reauthenticate(form, sheet),
        // These have no form, or one of their own.
        _ => {}
    }
    match dialog.so_far {
        _ if dialog.asking && app.is_waiting() => sheet.wrong(&format!("{UNANSWERED} Esc stops asking.")),
        0 => forms::state(app, problem, sheet),
        so_far if app.is_waiting() => sheet.tell(&format!("{so_far} so far. Until the last one, esc takes all back.")),
        _ => forms::state(app, problem, sheet),
    }
}

/// The buttons at the foot of a form, in brackets where they can be pressed.
fn buttons(app: &App, kind: &DialogKind, form: &Form, sheet: &mut Sheet) {
    sheet.gap();
    sheet.buttons(form, |entry: &FormEntry| match kind {
        DialogKind::Confirm(_) | DialogKind::TrailEntry(_) | DialogKind::TrailCheck(_) => true,
        DialogKind::ChangeState(d) => !app.is_waiting() && (entry.id != Id::Revoke || d.confirmed(form)),
        _ => !app.is_waiting(),
    });
    sheet.gap();
    sheet.gap();
}

/// A dialog that is only read.
fn text(app: &App, kind: &DialogKind, sheet: &mut Sheet) {
    match kind {
        DialogKind::SshKeys(d) => return user::ssh_keys(app, &d.content, sheet),
        DialogKind::UserKeys(d) => return user::user_keys(app, &d.content, sheet),
        DialogKind::Pick(d) => return pick::pick(app, d, sheet),
        DialogKind::Created(row) => created(row, sheet),
        DialogKind::RefusedRequest(row) => sentences(&refused::sentences(app, row), sheet),
        DialogKind::Denied(denied) => sentences(&[denied.reason(), denied.assistance()], sheet),
        DialogKind::Notice { lines, .. } => sentences(lines, sheet),
        // The others have a form.
        _ => {}
    }
    close(sheet);
}

fn sentences(sentences: &[String], sheet: &mut Sheet) {
    for sentence in sentences {
        sheet.gap();
        sheet.tell(sentence);
    }
}

/// The one button of a sheet that is only read.
fn close(sheet: &mut Sheet) {
    sheet.gap();
    let button = sheet.button("OK", true, true, false);
    sheet.spans(vec![button]);
    sheet.cursor_on_last(2);
    sheet.gap();
}

fn created(row: &CredentialRow, sheet: &mut Sheet) {
    sheet.gap();
    sheet.spans(forms::pair("Username", &row.key));
    sheet.spans(forms::pair("Password", "the password is the one you typed"));
    if row.name != row.key {
        sheet.spans(forms::pair("Name", &row.name));
    }
    sheet.gap();
    sheet.tell("keydesk does not keep it in readable form. If it is lost, make a new one: press R in the list.");
}

fn confirm(app: &App, confirmation: Confirmation, sheet: &mut Sheet) {
    sheet.gap();
    let names = app.uncopied();
    if names.len() > 1 || app.copied_some() {
        sheet.tell(&format!("Not copied: {}.", names.join(", ")));
        sheet.gap();
    }
    if !matches!(confirmation, Confirmation::Lines | Confirmation::Lock) {
        sheet.tell("It cannot be shown again.");
        sheet.gap();
    }
    sheet.tell(match confirmation {
        Confirmation::Lines => {
            "For screen readers: no boxes and no colours, one question at a time. keydesk starts anew for that, as if you had just started it: nothing of this session stays in memory. My account there leads back."
        }
        Confirmation::Close => {
            "The secret was not copied. If you have it by hand, close; else keep it open and copy it."
        }
        Confirmation::Quit => "The secret was not copied, and it is gone when keydesk ends.",
        Confirmation::Lock => {
            return sheet.tell(&format!(
                "Locking wipes it from the screen and from memory. Nobody can show it again; {} would need {}.",
                names.join(", "),
                if names.len() > 1 { "new ones" } else { "a new one" },
            ));
        }
        Confirmation::Suspend => "The secret was not copied, and it is not kept while keydesk is suspended.",
    });
}
