//! Actions in the list of a user's SSH keys.

use crate::account::Right;
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::keymap::Action;
use crate::tui::layout;
use crate::tui::msg::Call;
use crate::tui::pending::Slot;
use crate::tui::screen::RowSelection;

/// Lines under the selected key that belong to it.
const FACTS: usize = 6;
/// Lines above the first key: a gap, and the heads of the columns.
const ABOVE: usize = 2;

impl App {
    /// Opens the SSH keys of a user.
    pub(super) fn open_ssh_keys(&mut self, who: &str, has_password: bool) {
        self.push(Dialog::ssh_keys(who, has_password));
        self.read_ssh_keys();
    }

    /// Opens one's own.
    pub(super) fn open_own_ssh_keys(&mut self) {
        let Some(workspace) = &self.workspace else { return };
        let (own, has_password) = (workspace.session.actor.user.to_string(), workspace.session.has_password);
        self.open_ssh_keys(&own, has_password);
    }

    /// Reads the keys that the topmost dialog lists.
    pub(in crate::tui) fn read_ssh_keys(&mut self) {
        let Some(workspace) = &self.workspace else { return };
        let Some(who) = workspace.ssh_keys_of() else { return };
        let call = Call::SshKeys(workspace.actor(), who.to_owned());
        self.call(Slot::SshKeys, call);
    }

    pub(super) fn act_on_ssh_keys(&mut self, action: Action, most: usize) {
        let (height, now) = (layout::sheet_rows(self.size), self.now);
        let Some(workspace) = &mut self.workspace else { return };
        let manages = workspace.manages_ssh_keys();
        let Some(Dialog { kind: DialogKind::SshKeys(keys), .. }) = workspace.dialog_mut() else { return };
        match action {
            Action::Create | Action::Revoke if !manages => self.refuse(Right::ManageUsers),
            Action::Create => {
                let dialog = Dialog::add_ssh_key(&keys.content.who);
                self.push(dialog);
            }
            Action::Revoke => {
                if let Some(dialog) = Dialog::remove_ssh_key(&keys.content, now) {
                    self.push(dialog);
                }
            }
            Action::CopyKey => {
                if let Some(fingerprint) = keys.content.row().map(|row| row.fingerprint.clone()) {
                    self.copy_text(Slot::CopyFingerprint, &fingerprint);
                }
            }
            action if action.moves() => {
                let len = keys.content.rows.as_ref().map_or(0, Vec::len);
                let mut rows = RowSelection { selected: keys.content.selected };
                rows.act(action, len);
                keys.content.selected = rows.selected;
                let line = rows.selected + ABOVE;
                let follows = keys.scroll.clamp((line + FACTS + 1).saturating_sub(height).min(line), line);
                keys.scroll = match rows.selected {
                    // With the first row the heads are shown, with the last one the end.
                    0 => 0,
                    at if at + 1 >= len => most,
                    _ => follows.min(most),
                };
            }
            _ => {}
        }
    }
}

impl Workspace {
    /// Whose SSH keys the topmost dialog lists.
    pub(in crate::tui) fn ssh_keys_of(&self) -> Option<&str> {
        match self.dialog().map(|dialog| &dialog.kind) {
            Some(DialogKind::SshKeys(keys)) => Some(&keys.content.who),
            _ => None,
        }
    }

    /// Whether the signed-in user may add and remove the keys that are listed: everybody their own, Administrators all.
    pub(in crate::tui) fn manages_ssh_keys(&self) -> bool {
        self.may(Right::ManageUsers) || self.ssh_keys_of() == Some(self.session.actor.user.as_str())
    }
}
