//! Actions on credentials: edit, new Legacy password, stop the old secret early.

use crate::account::Right;
use crate::credential::State;
use crate::hub::CredentialRow;
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{Dialog, DialogKind, LeftOut, leave_out};
use crate::tui::msg::Call;
use crate::tui::pending::Slot;
use crate::tui::screen::Api;
use crate::tui::toast::Toast;

impl App {
    pub(in crate::tui::act) fn open_edit(&mut self) {
        if let Some((rows, left_out)) = self.whole_targets() {
            let all_of = self.all_of(rows.len());
            self.push(Dialog::edit(rows, all_of).without(left_out));
        }
    }

    pub(in crate::tui::act) fn open_stop_old(&mut self, row: CredentialRow) {
        let details = self.workspace.as_ref().and_then(Workspace::api).and_then(Api::details_now);
        let old = details.map(|details| details.old_secret(self.now).and_then(|old| old.valid_until));
        if old == Some(None) {
            let message = format!("{} has one secret only: there is no old one to stop.", row.name);
            self.toast = Some(Toast::note(self.now, message));
            return;
        }
        self.push(Dialog::stop_old_secret(row, old.flatten()));
    }

    /// The targets of a change without revoked credentials, and those; shows a message if none is left.
    pub(in crate::tui::act) fn live_targets(&mut self) -> Option<(Vec<CredentialRow>, Vec<LeftOut>)> {
        let mut rows: Vec<_> = self.workspace.as_ref().and_then(Workspace::api)?.targets().cloned().collect();
        if let [row] = rows.as_slice()
            && row.state == State::Revoked
        {
            let row = row.clone();
            self.report_revoked_is_final(&row);
            return None;
        }
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        let revoked = leave_out(&mut rows, "revoked", |row| row.state == State::Revoked);
        if rows.is_empty() {
            self.toast = Some(Toast::note(self.now, "All of them are revoked already, which is final."));
            return None;
        }
        Some((rows, Vec::from_iter(revoked)))
    }

    /// The same without those that were changed outside keydesk; opens the sheet about one if none is left.
    pub(in crate::tui::act) fn whole_targets(&mut self) -> Option<(Vec<CredentialRow>, Vec<LeftOut>)> {
        let (mut rows, mut left_out) = self.live_targets()?;
        let tampered = rows.iter().find(|row| row.tampered).cloned();
        left_out.extend(leave_out(&mut rows, "tampered", |row| row.tampered));
        match tampered.filter(|_| rows.is_empty()) {
            Some(row) => {
                self.open_tampered(row);
                None
            }
            None => Some((rows, left_out)),
        }
    }

    /// Opens the sheet about a credential that was changed outside keydesk, and reads what is known of that.
    fn open_tampered(&mut self, row: CredentialRow) {
        let id = row.id;
        self.push(Dialog::tampered(row));
        if let Some(workspace) = self.workspace.as_ref().filter(|workspace| workspace.may(Right::ReadTrail)) {
            let call = Call::Tampering(workspace.actor(), id);
            self.call(Slot::Tampering, call);
        }
    }

    /// Whether all selected keys are revoked, so that nothing can be changed.
    pub(in crate::tui) fn all_revoked(&self) -> bool {
        let api = self.workspace.as_ref().and_then(Workspace::api);
        api.is_some_and(|api| api.targets().next().is_some() && api.targets().all(|row| row.state == State::Revoked))
    }

    /// Opens the form for another password, from the edit form of a Legacy credential.
    pub(in crate::tui::act) fn open_new_password(&mut self) {
        let Some(DialogKind::Edit(edit)) = self.dialog().map(|dialog| &dialog.kind) else { return };
        if let [row] = edit.rows.as_slice()
            && row.kind.has_username()
        {
            let dialog = Dialog::new_password(row.clone());
            self.push(dialog);
        }
    }
}
