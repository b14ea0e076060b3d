//! Sheets of the activity log: one entry, and what a check of all of them found.

use crate::hub::{TrailReport, TrailRow};
use crate::tui::dialog::{Dialog, DialogKind, Scrollable};
use crate::tui::form::{Form, Id, button, text};
use crate::tui::screen::TrailCheck;

/// The check of the activity log, and a line that was noted elsewhere.
#[derive(Debug)]
pub struct CheckSheet {
    /// What was found, and when.
    pub check: TrailCheck,
    /// What the line that was typed last said: held against the log, or why it was not.
    pub noted: Option<NotedLine>,
}

/// A line that was noted elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotedLine {
    /// It is being held against the log.
    Comparing(i64),
    /// The entry is as it was noted, and so are all before it.
    Same(i64),
    /// It is not, or could not be told, for this reason.
    Other(String),
}

impl Dialog {
    /// One entry. Where it is about a credential, a button leads there; not from the page about that credential.
    pub fn trail_entry(row: TrailRow, leads: bool) -> Self {
        let mut entries = vec![button(Id::Cancel, "Close")];
        if leads && row.credential().is_some() {
            entries.insert(0, button(Id::GoTo, "Go to the credential"));
        }
        Self::with_form(Form::new(entries), DialogKind::TrailEntry(Box::new(Scrollable::new(row))))
    }

    /// What the check found. A line of a log that is whole can be copied, and an older one compared.
    pub fn trail_check(check: TrailCheck) -> Self {
        let close = button(Id::Cancel, "Close");
        let form = match check.report.whole {
            false => Form::new(vec![close]),
            true => {
                let mut form = Form::new(vec![
                    text(Id::Noted, "A line you kept"),
                    button(Id::CopyLine, "Copy the line"),
                    button(Id::Submit, "Compare"),
                    close,
                ]);
                form.next();
                form
            }
        };
        Self::with_form(form, DialogKind::TrailCheck(Box::new(CheckSheet { check, noted: None })))
    }
}

impl CheckSheet {
    /// Takes the check that was made with the line: it is newer, and says whether the line is right.
    pub fn compared(&mut self, no: i64, check: TrailCheck) {
        let TrailReport { whole, broken, .. } = &check.report;
        self.noted = Some(match (whole, broken) {
            (true, _) => NotedLine::Same(no),
            (false, why) => NotedLine::Other(why.clone().unwrap_or_default()),
        });
        // A log that only differs from the line stays as it was found.
        if *whole {
            self.check = check;
        }
    }
}
