//! Replies about SSH keys.

use crate::hub::SshKeyRow;
use crate::tui::app::App;
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::toast::Toast;

impl App {
    pub(super) fn ssh_keys_read(&mut self, rows: Vec<SshKeyRow>) {
        if let Some(Dialog { kind: DialogKind::SshKeys(keys), .. }) = self.dialog_mut() {
            keys.content.take(rows);
        }
    }

    /// One's own, for the row of My account.
    pub(super) fn own_ssh_keys_read(&mut self, rows: Vec<SshKeyRow>) {
        if let Some(workspace) = &mut self.workspace {
            workspace.own_ssh_keys = Some(rows);
        }
    }

    /// A key was added or removed: the list under the dialog is read again.
    pub(super) fn ssh_key_changed(&mut self, row: &SshKeyRow) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        let added = match workspace.dialogs.pop().map(|dialog| dialog.kind) {
            Some(DialogKind::AddSshKey(_)) => true,
            Some(DialogKind::RemoveSshKey(_)) => false,
            _ => return,
        };
        workspace.due.users = Some(now);
        workspace.due.ssh_keys = Some(now);
        workspace.due.overview = Some(now);
        self.toast = Some(Toast::done(
            now,
            match added {
                true => format!("{} can sign in with the SSH key {}.", row.user, row.called()),
                false => format!("The SSH key {} of {} opens nothing any more.", row.called(), row.user),
            },
        ));
        if self.sign_in.is_none() {
            self.read_ssh_keys();
        }
    }
}
