//! Actions on Security.

use crate::tui::app::App;
use crate::tui::dialog::Dialog;
use crate::tui::keymap::Action;
use crate::tui::msg::Call;
use crate::tui::pending::Slot;
use crate::tui::screen::{RowSelection, Screen, settings_in_order};

impl App {
    /// Reads what Security shows.
    pub(in crate::tui) fn read_security(&mut self) {
        if let Some(actor) = self.workspace.as_ref().map(|workspace| workspace.actor()) {
            self.call(Slot::Security, Call::Security(actor));
        }
    }

    pub(super) fn act_on_security(&mut self, action: Action) {
        let Some(workspace) = &mut self.workspace else { return };
        let Some(Screen::Page(_, at)) = workspace.screen_mut() else { return };
        let settings = settings_in_order();
        if action != Action::Open {
            let mut rows = RowSelection { selected: *at };
            rows.act(action, settings.len());
            *at = rows.selected;
            return;
        }
        let Some(setting) = settings.get(*at).copied() else { return };
        // Saving a form filled with defaults, before the settings were read, would overwrite them.
        let Some(security) = &workspace.security else { return self.read_security() };
        let dialog = Dialog::setting(setting, security);
        workspace.dialogs.push(dialog);
    }
}
