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
const FACTS: usize = 5;

impl App {
    /// Opens the SSH keys of a user.
    pub(super) fn open_ssh_keys(&mut self, who: &str) {
        self.push(Dialog::ssh_keys(who));
        self.read_ssh_keys();
    }

    /// Reads the keys that the topmost dialog lists.
    pub(in crate::tui) fn read_ssh_keys(&mut self) {
        let Some(workspace) = &self.workspace else { return };
        let Some(who) = workspace.ssh_keys_of() else { return };
        let call = Call::SshKeys(workspace.actor(), who.to_owned());
        self.call(Slot::SshKeys, call);
    }

    pub(super) fn act_on_ssh_keys(&mut self, action: Action, most: usize) {
        let height = layout::sheet_rows(self.size);
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
                if let Some(row) = keys.content.row().cloned() {
                    self.push(Dialog::remove_ssh_key(row));
                }
            }
            action if action.moves() => {
                let len = keys.content.rows.as_ref().map_or(0, Vec::len);
                let mut rows = RowSelection { selected: keys.content.selected };
                rows.act(action, len);
                keys.content.selected = rows.selected;
                // There is a gap above the first row.
                let line = rows.selected + 1;
                let follows = keys.scroll.clamp((line + FACTS + 1).saturating_sub(height).min(line), line);
                keys.scroll = if rows.selected + 1 >= len { most } else { follows.min(most) };
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
