//! Replies about the trail as a whole.

use crate::export::Written;
use crate::hub::{CredentialRow, RefusedRequest, TrailCount, TrailReport, TrailRow};
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::layout;
use crate::tui::msg::{Call, ExportPart};
use crate::tui::pending::Slot;
use crate::tui::screen::{Screen, TrailCheck};
use crate::tui::toast::Toast;

/// How often the newest refusals are read again: verifiers write them as often.
const REFUSED_AGAIN: i64 = 10_000;

impl App {
    /// Rows of the trail came; then they are counted, because on a long trail that takes longer than to show a page.
    pub(super) fn trail(&mut self, rows: Vec<TrailRow>) {
        let size = self.size;
        let Some(workspace) = &mut self.workspace else { return };
        let under_tabs = workspace.api().is_some();
        let actor = workspace.actor();
        let Some(list) = workspace.trail_mut() else { return };
        list.take(rows, layout::trail_rows(size, under_tabs));
        let part = list.part();
        let counts = matches!(workspace.screen(), Some(Screen::Trail(_)));
        self.show_selected_entry();
        if counts {
            self.call(Slot::TrailCount, Call::TrailCount(actor, part));
        }
    }

    /// Leads to a credential in its list; what was opened over the log is closed.
    pub(super) fn go_to(&mut self, row: &CredentialRow) {
        let Some(workspace) = &mut self.workspace else { return };
        workspace.dialogs.clear();
        self.open_api(row.kind, Some(row), "");
    }

    pub(super) fn trail_counted(&mut self, count: TrailCount) {
        if let Some(list) = self.workspace.as_mut().and_then(Workspace::log_mut) {
            list.count = Some(count);
        }
        // The form to export them was opened before they were counted.
        if let Some(DialogKind::Export(export)) = self.dialog_mut().map(|dialog| &mut dialog.kind)
            && matches!(export.part, ExportPart::Trail(_))
        {
            export.count = Some(count.found);
        }
    }

    /// Refusals raise no change number: while their newest are shown they are read again from time to time.
    pub(super) fn refused_requests(&mut self, rows: Vec<RefusedRequest>) {
        let (now, height) = (self.now, layout::trail_rows(self.size, true));
        let Some(workspace) = &mut self.workspace else { return };
        let Some(list) = workspace.refused_mut() else { return };
        list.list.take(rows, height);
        workspace.due.trail = list.list.is_newest().then_some(now.plus(REFUSED_AGAIN));
    }

    pub(super) fn exported(&mut self, written: &Written) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        let sent = workspace.dialogs.pop_if(|dialog| matches!(dialog.kind, DialogKind::Export(_)));
        let credentials = matches!(
            sent.map(|dialog| dialog.kind),
            Some(DialogKind::Export(of)) if matches!(of.part, ExportPart::Credentials(_))
        );
        let n = written.rows;
        let entries = match (credentials, n) {
            (false, 1) => "1 entry is".to_owned(),
            (false, _) => format!("{n} entries are"),
            (true, 1) => "1 credential is".to_owned(),
            (true, _) => format!("{n} credentials are"),
        };
        self.toast = Some(Toast::done(now, format!("{entries} in {}, readable by you alone.", written.path.display())));
    }

    /// Progress of a check of the whole trail.
    pub(in crate::tui) fn so_far(&mut self, entries: i64) {
        if let Some(list) = self.workspace.as_mut().and_then(Workspace::log_mut) {
            list.so_far = entries;
            self.dirty = true;
        }
    }

    pub(super) fn verified(&mut self, report: TrailReport) {
        let checked = TrailCheck { report, at: self.now };
        let Some(workspace) = &mut self.workspace else { return };
        let compares = matches!(workspace.dialog(), Some(Dialog { kind: DialogKind::TrailCheck(sheet), .. }) if sheet.comparing().is_some());
        // A line that differs says nothing new about the log itself.
        if let Some(list) = workspace.log_mut().filter(|_| !compares || checked.report.whole) {
            list.checked = Some(checked.clone());
        }
        // Does not cover a form that was opened meanwhile: the status line shows the result too.
        if workspace.dialogs.is_empty() {
            workspace.dialogs.push(Dialog::trail_check(checked));
            return self.drop_type_ahead();
        }
        if let Some(Dialog { kind: DialogKind::TrailCheck(sheet), .. }) = workspace.dialog_mut()
            && let Some(no) = sheet.comparing()
        {
            sheet.compared(no, checked);
        }
    }
}
