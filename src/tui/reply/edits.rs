//! Replies to edits: the results for each row, and conflicts with a concurrent change.

use crate::hub::{ChangeOutcome, Conflict, CredentialRow};
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::msg::Call;
use crate::tui::pending::Slot;
use crate::tui::reply::forms::left_out;
use crate::tui::toast::Toast;

impl App {
    pub(super) fn edited_rows(&mut self, outcomes: &[ChangeOutcome]) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        let message = match workspace.dialogs.pop().map(|dialog| dialog.kind) {
            Some(DialogKind::StopOldSecret(_)) => stopped(outcomes),
            _ => changed(outcomes),
        };
        outcomes.iter().for_each(|outcome| workspace.changed(outcome.row()));
        if let Some(api) = workspace.api_mut() {
            match outcomes {
                // A renamed key moves in the list: the selection follows it.
                [ChangeOutcome::Done(row)] => api.list.seek(row),
                _ => api.list.reload(),
            }
        }
        workspace.read_list(now);
        workspace.due.overview = Some(now);
        let mut lines: Vec<String> = outcomes.iter().filter_map(left_out).collect();
        if lines.is_empty() {
            self.toast = Some(Toast::done(now, message));
            return;
        }
        if lines.len() < outcomes.len() {
            lines.push(message);
        }
        self.notice("Not changed", lines);
    }

    /// Conflict: the row was changed while its form was open: the form stays, with what was typed, over the row as it
    /// is now. `false` if the conflict is another one.
    pub(super) fn edit_is_stale(&mut self, why: &Conflict) -> bool {
        let Some(workspace) = &mut self.workspace else { return false };
        let actor = workspace.actor();
        let Some(Dialog { kind: DialogKind::Edit(edit), .. }) = workspace.dialog_mut() else { return false };
        let (Conflict::Changed { .. }, [row]) = (why, edit.rows.as_slice()) else { return false };
        edit.stale = true;
        let id = row.id;
        workspace.reload(self.now);
        self.call(Slot::Details, Call::Details(actor, id));
        let kept =
            "What you typed is still in the form; the rest of it is as the key is now. Save again if it is right.";
        self.notice("Not changed", vec![why.to_string(), kept.to_owned()]);
        true
    }
}

impl Workspace {
    /// The row as it is now, for the form that waits for it.
    pub(super) fn refresh_open_edit(&mut self, row: &CredentialRow) {
        for dialog in &mut self.dialogs {
            if let Dialog { form: Some(form), kind: DialogKind::Edit(edit), .. } = dialog
                && edit.stale
                && edit.rows.iter().all(|r| r.id == row.id)
            {
                edit.rebase(form, row.clone());
            }
        }
    }

    /// After another password: the form under it goes on with the row as it is now, or closes if nothing was typed.
    pub(super) fn continue_edit(&mut self, row: &CredentialRow) {
        let Some(Dialog { form: Some(form), kind: DialogKind::Edit(edit), .. }) = self.dialog_mut() else { return };
        if edit.is_untouched(form) {
            self.dialogs.pop();
        } else {
            edit.rebase(form, row.clone());
        }
    }
}

fn changed(outcomes: &[ChangeOutcome]) -> String {
    let done: Vec<_> = outcomes.iter().filter(|o| matches!(o, ChangeOutcome::Done(_))).collect();
    match done.as_slice() {
        [] => "Nothing was changed: they were so already.".to_owned(),
        [ChangeOutcome::Done(row)] => format!("Changed {}.", row.name),
        many => format!("Changed {} keys.", many.len()),
    }
}

fn stopped(outcomes: &[ChangeOutcome]) -> String {
    match outcomes {
        [ChangeOutcome::Done(row)] => format!("The old secret of {} stopped.", row.name),
        [ChangeOutcome::Already(row)] => format!("{} has no old secret any more.", row.name),
        _ => String::new(),
    }
}
