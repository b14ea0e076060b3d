//! Actions on Security.

use crate::tui::{
    app::App,
    dialog::{Dialog, Part, Settings},
    msg::Call,
    pending::Slot,
};

impl App {
    /// Reads what Security shows.
    pub(in crate::tui) fn read_security(&mut self) {
        if let Some(actor) = self.workspace.as_ref().map(|workspace| workspace.actor()) {
            self.call(Slot::Security, Call::Security(actor));
        }
    }

    pub(super) fn edit_settings(&mut self, part: Part) {
        let Some(workspace) = &mut self.workspace else { return };
        // A form over settings that were not read would put their defaults in their place.
        let Some(security) = &workspace.security else { return self.read_security() };
        let form = Settings::new(part, security);
        workspace.dialogs.push(Dialog::Settings(Box::new(form)));
    }

    pub(super) fn send_settings(&mut self) {
        let Some(workspace) = &mut self.workspace else { return };
        let actor = workspace.actor();
        let Some(Dialog::Settings(d)) = workspace.dialogs.last_mut() else { return };
        d.problem = None;
        d.form.clear_faults();
        let wanted = d.wanted();
        self.call(Slot::Form, Call::SetSettings(actor, wanted));
    }
}
