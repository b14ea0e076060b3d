//! Actions of find by secret.

use crate::credential::Overlap;
use crate::hub::{FoundSecret, WhichSecret};
use crate::secret::{Secret, What, only_line};
use crate::tui::app::App;
use crate::tui::dialog::{Dialog, DialogKind, LeftOut, Rotate};
use crate::tui::form::Id;
use crate::tui::msg::{Call, Ticket};
use crate::tui::pending::Slot;

impl App {
    pub(in crate::tui::act) fn open_find(&mut self) {
        self.push(Dialog::find_by_secret());
    }

    pub(in crate::tui::act) fn send_find(&mut self) {
        if self.pending.has(Slot::Find) {
            return;
        }
        let Some(workspace) = &mut self.workspace else { return };
        let actor = workspace.actor();
        let Some(dialog) = workspace.dialog_mut() else { return };
        let Dialog { form: Some(form), problem, kind: DialogKind::FindBySecret { compared }, .. } = dialog else {
            return;
        };
        (*problem, *compared) = (None, 0);
        let Some(typed) = form.password(Id::Password).filter(|p| !p.is_empty()) else {
            return self.fault((Id::Password, "Paste or type the secret that turned up.".to_owned()));
        };
        let secret = match only_line(typed.expose().as_bytes(), What::ApiSecret) {
            Ok(secret) => Secret::from_text(secret),
            Err(why) => return self.fault((Id::Password, why.to_string())),
        };
        // The secret goes out with the call and is not needed on the screen any more.
        form.wipe_passwords();
        self.call(Slot::Find, Call::Find { actor, secret });
    }

    /// Esc during a search ends it and keeps the dialog; `false` if there is no search.
    pub(in crate::tui::act) fn stop_search(&mut self) -> bool {
        if !self.pending.has(Slot::Find) {
            return false;
        }
        let Some(Dialog { problem, kind: DialogKind::FindBySecret { .. }, .. }) = self.dialog_mut() else {
            return false;
        };
        *problem = Some("Stopped before all secrets were compared: nothing is known of it.".to_owned());
        self.cancel(Slot::Find);
        true
    }

    /// A worker reports progress.
    pub(in crate::tui) fn progress(&mut self, ticket: Ticket, so_far: i64) {
        if self.pending.is_for(ticket, Slot::Verify) {
            return self.so_far(so_far);
        }
        if self.pending.is_for(ticket, Slot::Form)
            && let Some(dialog) = self.dialog_mut()
        {
            dialog.so_far = so_far;
            self.dirty = true;
        }
        if !self.pending.is_for(ticket, Slot::Find) {
            return;
        }
        if let Some(Dialog { kind: DialogKind::FindBySecret { compared }, .. }) = self.dialog_mut() {
            *compared = so_far;
            self.dirty = true;
        }
    }

    /// Stops a leaked secret, after a confirmation: the current secret is replaced with no overlap, an old one ends
    /// before its time.
    pub(in crate::tui::act) fn stop_found(&mut self) {
        let Some(workspace) = &mut self.workspace else { return };
        let Some(DialogKind::FoundSecret(found)) = workspace.dialogs.pop().map(|dialog| dialog.kind) else { return };
        let FoundSecret { row, which } = *found;
        match which {
            WhichSecret::Previous(until) => self.push(Dialog::stop_old_secret(row, Some(until))),
            WhichSecret::Current | WhichSecret::Ended(_) => {
                self.open_rotate(Rotate::of(vec![row]), Overlap::None, Vec::new())
            }
        }
    }

    /// Opens the dialog of a rotation, with what is known of the secrets that work; that is read once more.
    pub(in crate::tui::act) fn open_rotate(&mut self, mut rotate: Rotate, overlap: Overlap, left_out: Vec<LeftOut>) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        if let [row] = rotate.rows.as_slice() {
            let known = workspace.api().and_then(|api| api.details.as_ref()).filter(|d| d.row.id == row.id);
            rotate.live.extend(known.into_iter().flat_map(|d| d.secrets.iter().cloned()));
            workspace.due.details = Some(now);
        }
        workspace.dialogs.push(Dialog::rotate(rotate, overlap).without(left_out));
    }
}
