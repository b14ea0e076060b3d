//! The sheets of the dialogs that manage an existing credential: edit, new password, stop, find.

use crate::tui::{
    app::App,
    dialog::Dialog,
    view::{
        dialogs::{edit, find_by_secret},
        sheet::Sheet,
    },
};

/// Columns of those that only ask.
const NARROW: u16 = 64;

/// The sheet of one of them, its buttons left out; empty for another dialog.
pub fn sheet(app: &App, dialog: &Dialog, columns: u16) -> Sheet {
    let narrow = columns.min(NARROW);
    let filled = |title: String, columns, fill: &dyn Fn(&mut Sheet)| {
        let mut sheet = Sheet::new(title, columns, app.theme);
        fill(&mut sheet);
        sheet
    };
    match dialog {
        Dialog::Edit(d) => {
            let mut sheet = Sheet::new(format!("Edit {}", d.what()), columns, app.theme).labels(12);
            edit::edit(app, d, &mut sheet);
            sheet
        }
        Dialog::NewPassword(d) => {
            filled(format!("Another password for {}", d.row.name), columns, &|s| edit::new_password(app, d, s))
        }
        Dialog::StopOld(d) => {
            filled(format!("Stop the old secret of {}?", d.row.name), narrow, &|s| edit::stop_old(app, d, s))
        }
        Dialog::Find(d) => filled("Find by secret".to_owned(), columns, &|s| find_by_secret::find(app, d, s)),
        Dialog::Found(d) => {
            filled(format!("Found: {}", d.found.row.name), narrow, &|s| find_by_secret::found(app, d, s))
        }
        _ => filled(String::new(), narrow, &|_| {}),
    }
}
