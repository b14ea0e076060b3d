//! Ticks: all that the filter finds, and what takes them away.

use crate::hub::CredentialPage;
use crate::tui::app::{App, Workspace};
use crate::tui::msg::Call;
use crate::tui::pending::Slot;
use crate::tui::toast::Toast;

impl App {
    /// Ticks all that the filter finds, here or in every kind; unticks them if all of them are ticked.
    pub(in crate::tui::act) fn tick_all(&mut self, every_kind: bool) {
        let Some(workspace) = &mut self.workspace else { return };
        let actor = workspace.actor();
        let Some(api) = workspace.api_mut() else { return };
        let (of, query) = api.all_found(every_kind);
        if !every_kind && api.list.length() == i64::try_from(api.list.rows().len()).ok() {
            let rows = api.list.rows().to_vec();
            return self.ticked_all(|api| api.toggle_all(of, rows));
        }
        let first = api.ticks.begin(of, query);
        self.call(Slot::Ticks, Call::List(actor, first));
    }

    /// A batch of the rows to tick has come.
    pub(in crate::tui) fn ticks_read(&mut self, page: CredentialPage) {
        let Some(workspace) = &mut self.workspace else { return };
        let actor = workspace.actor();
        let Some(api) = workspace.api_mut() else { return };
        match api.ticks.take(page) {
            Some(next) => self.call(Slot::Ticks, Call::List(actor, next)),
            None => self.ticked_all(|_| {}),
        }
    }

    /// Stops ticking; `false` if nothing is being ticked.
    pub(in crate::tui) fn stop_ticking(&mut self) -> bool {
        let stopped = self.workspace.as_mut().and_then(Workspace::api_mut).is_some_and(|api| api.ticks.stop());
        if stopped {
            self.cancel(Slot::Ticks);
            self.toast = Some(Toast::note(self.now, "Stopped. Nothing more was ticked."));
        }
        stopped
    }

    fn ticked_all(&mut self, tick: impl FnOnce(&mut crate::tui::screen::Ticks)) {
        let Some(api) = self.workspace.as_mut().and_then(Workspace::api_mut) else { return };
        tick(&mut api.ticks);
        if api.ticks.is_empty() && api.list.rows().is_empty() {
            self.toast = Some(Toast::note(self.now, "Nothing is found here to tick."));
        }
    }
}
