//! Actions on the page about one credential. What it does not know is an action of the list.

use crate::tui::act::{DETAILS_AFTER, scroll};
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::Dialog;
use crate::tui::keymap::Action;
use crate::tui::layout;
use crate::tui::screen::DetailsPart;

impl App {
    /// Opens the page for the selected row.
    pub(in crate::tui::act) fn open_details(&mut self) {
        let Some(workspace) = &mut self.workspace else { return };
        let Some(api) = workspace.api_mut() else { return };
        api.open_page();
        let shown = api.list.selected().cloned();
        workspace.due.details = Some(self.now);
        if let Some(row) = shown {
            workspace.remember(&row);
        }
    }

    /// Whether the page is open and the action is one of its own.
    pub(in crate::tui::act) fn details_handle(&mut self, action: Action) -> bool {
        let (now, size) = (self.now, self.size);
        let most = self.scroll_limit(action);
        let one_page = layout::details_fit(size);
        let Some(workspace) = &mut self.workspace else { return false };
        let Some(api) = workspace.api_mut() else { return false };
        let height = api.height(size);
        let entries = api.history_now().map_or(0, <[_]>::len);
        let refusals = api.details_now().map_or(0, |details| details.refusals.len());
        let Some(page) = &mut api.page else { return false };
        match action {
            Action::Back => api.page = None,
            Action::NextTab => page.turn(1, one_page),
            Action::PreviousTab => page.turn(2, one_page),
            Action::Part(n) => page.part = DetailsPart::Facts.plus(n),
            Action::NextCredential | Action::PreviousCredential => {
                page.start_over();
                let step = if matches!(action, Action::NextCredential) { Action::Down } else { Action::Up };
                if api.list.act(step, height) {
                    workspace.due.list = Some(now);
                }
                workspace.due.details = Some(now.plus(DETAILS_AFTER));
            }
            Action::Open => self.open_entry_of_history(),
            Action::Filter | Action::Section(_) => {
                api.page = None;
                return false;
            }
            action if action.moves() => {
                scroll(&mut page.scroll, action, most);
                page.act(action, refusals, entries, one_page);
            }
            _ => return false,
        }
        true
    }

    fn open_entry_of_history(&mut self) {
        let Some(api) = self.workspace.as_ref().and_then(Workspace::api) else { return };
        if let Some(row) = api.history_entry(layout::details_fit(self.size)).cloned() {
            self.push(Dialog::trail_entry(row, false));
        }
    }
}
