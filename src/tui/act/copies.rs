//! Copies: from the one-time view, of the keys of the list, and in other forms.

use crate::copy_as::{self, Call, CopyForm};
use crate::hub::CredentialRow;
use crate::secret::Secret;
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{CopyPart, Dialog, DialogKind, OneTimeSecret, parts_of};
use crate::tui::keymap::{Action, Scope};
use crate::tui::msg::{CopyOutcome, Effect};
use crate::tui::pending::Slot;
use crate::tui::toast::Toast;

impl App {
    /// Asks in which form, over the one-time view or the list.
    pub(super) fn open_copy_as(&mut self) {
        let of_user = matches!(
            self.dialog().map(|dialog| &dialog.kind),
            Some(DialogKind::OneTimeSecret(view)) if view.credential().is_none()
        );
        if of_user {
            self.toast = Some(Toast::note(self.now, "A password is for a person: c, s and k copy it as it is."));
            return;
        }
        self.push(Dialog::pick(Scope::CopyAs, Action::CopyIn(CopyForm::Env)));
    }

    /// A form was chosen.
    pub(super) fn copy_in(&mut self, form: CopyForm) {
        match self.dialog_mut().map(|dialog| &mut dialog.kind) {
            Some(DialogKind::OneTimeSecret(view)) => {
                view.set_form(form);
                self.copy(CopyPart::As(form));
            }
            _ => self.copy_rows(Some(form)),
        }
    }

    /// Copies the keys of the ticked rows, or of the selected one, one a line; or both in a form without a secret.
    pub(super) fn copy_rows(&mut self, form: Option<CopyForm>) {
        let rows: Vec<CredentialRow> = self
            .workspace
            .as_ref()
            .and_then(Workspace::api)
            .map_or_else(Vec::new, |api| api.targets().cloned().collect());
        self.copy_keys(&rows, form);
    }

    /// Copies the keys of these credentials.
    pub(in crate::tui::act) fn copy_keys(&mut self, rows: &[CredentialRow], form: Option<CopyForm>) {
        if let Some(why) = &self.no_clipboard {
            self.toast = Some(Toast::note(self.now, why.clone()));
            return;
        }
        let site = self.workspace.as_ref().map(Workspace::site).unwrap_or_default();
        let call = Call { site: &site, now: self.now.seconds() };
        let written = match form {
            None => {
                let keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
                Ok(Secret::from_text(&keys.join("\n")))
            }
            Some(form) => {
                let parts: Vec<_> = rows.iter().map(|row| parts_of(row, None)).collect();
                copy_as::text(form, &parts, call)
            }
        };
        match written {
            Ok(text) => {
                let ticket = self.pending.add(Slot::CopyKeys { of: rows.len(), form });
                self.out.push(Effect::Copy(ticket, text));
            }
            Err(why) => self.toast = Some(Toast::note(self.now, why)),
        }
    }

    /// Copies a part of what the one-time view holds.
    pub(super) fn copy(&mut self, what: CopyPart) {
        let now = self.now.seconds();
        let Some(workspace) = &mut self.workspace else { return };
        let site = workspace.site();
        let Some(DialogKind::OneTimeSecret(view)) = workspace.dialog_mut().map(|dialog| &mut dialog.kind) else {
            return;
        };
        let text = match &self.no_clipboard {
            Some(why) => Err(why.clone()),
            None => view.to_copy(what, Call { site: &site, now }),
        };
        match text {
            Ok(text) => {
                let ticket = self.pending.add(Slot::Copying(what));
                self.out.push(Effect::Copy(ticket, text));
            }
            Err(why) => {
                view.copied = Some((what, CopyOutcome::Impossible(why)));
                self.drop_type_ahead();
            }
        }
    }

    /// Copies what the one-time view holds, and locks once it has left.
    pub(super) fn copy_and_lock(&mut self) {
        let Some(workspace) = &mut self.workspace else { return };
        workspace.dialogs.pop();
        let several = matches!(
            workspace.dialog().map(|dialog| &dialog.kind),
            Some(DialogKind::OneTimeSecret(view)) if view.pages().len() > 1
        );
        self.copy(if several { CopyPart::All(CopyForm::Lines) } else { CopyPart::Both });
        // Where nothing can copy there is nothing to wait for.
        let copying = self.pending.copying();
        if let Some(workspace) = &mut self.workspace {
            workspace.locks_after_copy = copying;
        }
    }

    /// What all of several are copied as.
    pub(super) fn copy_all(&mut self) {
        let view = match self.dialog().map(|dialog| &dialog.kind) {
            Some(DialogKind::OneTimeSecret(view)) => view,
            _ => return,
        };
        let form = OneTimeSecret::form(view);
        self.copy(CopyPart::All(form));
    }
}
