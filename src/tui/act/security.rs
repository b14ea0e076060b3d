//! Actions on Security.

use crate::tui::app::App;
use crate::tui::dialog::{Dialog, Part};
use crate::tui::msg::Call;
use crate::tui::pending::Slot;

impl App {
    /// Reads what Security shows.
    pub(in crate::tui) fn read_security(&mut self) {
        if let Some(actor) = self.workspace.as_ref().map(|workspace| workspace.actor()) {
            self.call(Slot::Security, Call::Security(actor));
        }
    }

    pub(super) fn edit_settings(&mut self, part: Part) {
        let Some(workspace) = &mut self.workspace else { return };
        // Saving a form filled with defaults, before the settings were read, would overwrite them.
        let Some(security) = &workspace.security else { return self.read_security() };
        let dialog = Dialog::settings(part, security);
        workspace.dialogs.push(dialog);
    }
}
