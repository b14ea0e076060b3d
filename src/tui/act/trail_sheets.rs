//! Actions in the sheets of the activity log: one entry, and the check of all of them.

use crate::credential::Kind;
use crate::export::json_of;
use crate::hub::{TrailRow, noted_line};
use crate::secret::Secret;
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{CheckSheet, Dialog, DialogKind, NotedLine};
use crate::tui::form::Id;
use crate::tui::keymap::Action;
use crate::tui::layout;
use crate::tui::msg::{Call, Effect};
use crate::tui::pending::Slot;
use crate::tui::screen::{SETTINGS, Screen};
use crate::tui::toast::Toast;

/// What is not noted as `NO:HASH`.
const NOT_A_LINE: &str = "That is not such a line: it is a number, a colon and 64 hex digits. Paste the whole of it.";

/// The filter that finds what was changed outside keydesk.
const TAMPERED: &str = "state:tampered";

impl App {
    /// All about the selected entry.
    pub(super) fn open_entry(&mut self) {
        let selected = self.workspace.as_ref().and_then(Workspace::trail).and_then(|list| list.selected());
        if let Some(row) = selected.cloned() {
            self.push(Dialog::trail_entry(row, true));
        }
    }

    /// The entry above or below in the list under the sheet.
    pub(super) fn another_entry(&mut self, action: Action) {
        let (now, parts) = (self.now, self.menu_parts());
        let Some(workspace) = &mut self.workspace else { return };
        let height = layout::trail_rows(self.size, workspace.api().is_some());
        let one_page = layout::details_fit(self.size);
        let changes = workspace.last_changes().len();
        match workspace.trail_mut() {
            Some(list) => {
                if list.act(action, height) {
                    workspace.due.trail = Some(now);
                }
            }
            None => match workspace.screen_mut() {
                Some(Screen::Api(api)) => api.move_in_history(action, one_page),
                Some(Screen::Menu(menu)) => menu.act(action, parts),
                Some(Screen::Settings(rows)) => {
                    rows.act(action, SETTINGS.len() + changes);
                    rows.selected = rows.selected.max(SETTINGS.len());
                }
                _ => {}
            },
        }
        self.show_selected_entry();
    }

    /// The sheet of an entry follows the selection under it.
    pub(in crate::tui) fn show_selected_entry(&mut self) {
        let one_page = layout::details_fit(self.size);
        let Some(workspace) = &mut self.workspace else { return };
        let leads = workspace.trail().is_some() || workspace.selected_change().is_some();
        let shown = workspace.trail().and_then(|list| list.selected()).or_else(|| workspace.selected_change());
        let Some(row) = shown.or_else(|| workspace.api()?.history_entry(one_page)).cloned() else { return };
        if let Some(dialog) = workspace.dialog_mut()
            && let DialogKind::TrailEntry(shown) = &dialog.kind
            && shown.content.no != row.no
        {
            let focus = dialog.form.as_ref().and_then(|form| form.focus());
            *dialog = Dialog::trail_entry(row, leads);
            if let (Some(form), Some(id)) = (&mut dialog.form, focus) {
                form.focus_on(id);
            }
        }
    }

    fn entry_shown(&self) -> Option<&TrailRow> {
        match self.dialog().map(|dialog| &dialog.kind) {
            Some(DialogKind::TrailEntry(shown)) => Some(&shown.content),
            _ => None,
        }
    }

    /// The entry as one JSON object.
    pub(super) fn copy_entry(&mut self) {
        let Some(row) = self.entry_shown() else { return };
        let Ok(json) = serde_json::to_string(&json_of(row)) else { return };
        self.copy_text(Slot::CopyEntry, &json);
    }

    /// The end of the log, to be kept elsewhere.
    pub(super) fn copy_line(&mut self) {
        let Some(DialogKind::TrailCheck(sheet)) = self.dialog().map(|dialog| &dialog.kind) else { return };
        let line = format!("{}:{}", sheet.check.report.no, sheet.check.report.hash);
        self.copy_text(Slot::CopyLine, &line);
    }

    /// Copies text that is no secret.
    pub(super) fn copy_text(&mut self, slot: Slot, text: &str) {
        if let Some(why) = &self.no_clipboard {
            self.toast = Some(Toast::note(self.now, why.clone()));
            return;
        }
        let ticket = self.pending.add(slot);
        self.out.push(Effect::Copy(ticket, Secret::from_text(text)));
    }

    /// Reads the credential that the entry is about, and leads to it when it is there.
    pub(super) fn go_to_credential(&mut self) {
        let Some(id) = self.entry_shown().and_then(TrailRow::credential) else { return };
        let Some(workspace) = &self.workspace else { return };
        let call = Call::Details(workspace.actor(), id);
        self.call(Slot::GoTo, call);
    }

    /// The list of what was changed outside keydesk, if there is any.
    pub(super) fn go_to_tampered(&mut self) {
        let Some(workspace) = &mut self.workspace else { return };
        let Some(DialogKind::TrailCheck(sheet)) = workspace.dialog().map(|dialog| &dialog.kind) else { return };
        if sheet.check.report.tampered.is_empty() {
            return;
        }
        workspace.dialogs.clear();
        self.open_api(Kind::Basic, None, TAMPERED);
    }

    /// A digit or a paste in the sheet of the check is the line that was kept, wherever the focus is. `false` if there is
    /// no field for one.
    pub(in crate::tui) fn focus_kept_line(&mut self) -> bool {
        if self.help.is_some() || self.sign_in.is_some() {
            return false;
        }
        match self.dialog_mut() {
            Some(Dialog { form: Some(form), kind: DialogKind::TrailCheck(_), .. })
                if form.entry(Id::Noted).is_some() =>
            {
                form.focus_on(Id::Noted);
                true
            }
            _ => false,
        }
    }

    /// Holds a line that was noted elsewhere against the log: everything is checked once more, up to that entry too.
    pub(super) fn compare_line(&mut self) {
        let Some(workspace) = &mut self.workspace else { return };
        let actor = workspace.actor();
        let Some(Dialog { form: Some(form), kind: DialogKind::TrailCheck(sheet), .. }) = workspace.dialog_mut() else {
            return;
        };
        let Some((no, hash)) = noted_line(form.text(Id::Noted)) else {
            sheet.noted = None;
            return self.fault((Id::Noted, NOT_A_LINE.to_owned()));
        };
        form.clear_faults();
        sheet.noted = Some(NotedLine::Comparing(no));
        self.call(Slot::Verify, Call::Compare(actor, no, hash));
    }
}

impl Workspace {
    /// The comparison of a noted line ended without an answer.
    pub(in crate::tui) fn stop_comparing(&mut self) {
        for dialog in &mut self.dialogs {
            if let DialogKind::TrailCheck(sheet) = &mut dialog.kind
                && sheet.comparing().is_some()
            {
                sheet.noted = None;
            }
        }
    }
}

impl CheckSheet {
    /// The entry that a line is compared with now.
    pub(in crate::tui) fn comparing(&self) -> Option<i64> {
        match &self.noted {
            Some(NotedLine::Comparing(no)) => Some(*no),
            _ => None,
        }
    }
}
