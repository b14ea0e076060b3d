//! Actions of the filter line of the list.

use crate::account::Right;
use crate::tui::act::forms;
use crate::tui::app::{App, Workspace};
use crate::tui::form::Form;
use crate::tui::keymap::Action;
use crate::tui::pending::Slot;
use crate::tui::screen::{Screen, Tab};

impl App {
    pub(in crate::tui::act) fn open_filter(&mut self) {
        let size = self.size;
        let Some(api) = self.workspace.as_mut().and_then(Workspace::api_mut) else { return };
        // The page about one credential gives way to the list.
        api.page = None;
        api.search.open = true;
        let height = api.height(size);
        api.list.resized(height);
    }

    /// Keys of the field while it is open, and the esc that takes a filter away; `true` if the action was one of them.
    pub(in crate::tui::act) fn filter_handles(&mut self, action: Action) -> bool {
        let Some(workspace) = self.workspace.as_mut().filter(|workspace| workspace.may(Right::SeeCredentials)) else {
            return false;
        };
        let Some(api) = workspace.api_mut().filter(|api| api.on_list()) else { return false };
        match action {
            // The first esc stops what is going on or unticks, the next one clears the filter.
            Action::Back if !api.search.open && (api.ticks.read_so_far().is_some() || !api.ticks.is_empty()) => {
                if !self.stop_ticking()
                    && let Some(api) = self.workspace.as_mut().and_then(Workspace::api_mut)
                {
                    api.ticks.clear();
                }
            }
            Action::Back if api.search.shown() => self.clear_filter(),
            Action::Interrupt if api.search.open => self.clear_filter(),
            action if !api.search.takes(action) => return false,
            Action::Advance => api.search.open = !api.search.understood(),
            action => {
                let _ = forms::edit(&mut api.search.form, action);
                self.filter_typed();
            }
        }
        true
    }

    fn clear_filter(&mut self) {
        let (now, size) = (self.now, self.size);
        let Some(workspace) = &mut self.workspace else { return };
        let Some(kind) = workspace.api().map(|api| api.kind) else { return };
        let fits = workspace.section_fits(kind);
        let Some(api) = workspace.api_mut() else { return };
        let narrowed = api.search.clear();
        let height = api.height(size);
        api.list.resized(height);
        if narrowed {
            // The row that was found stays selected among all the others.
            match api.list.selected().cloned() {
                Some(row) => api.list.seek_in(&row, fits),
                None => api.list.reset(),
            }
            workspace.read_list(now);
        }
    }

    /// The text of the field changed: other rows are read, and no key waits for them.
    pub(in crate::tui::act) fn filter_typed(&mut self) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        let Some(api) = workspace.api_mut().filter(|api| api.search.open) else { return };
        if api.search.read(now) {
            api.hits = None;
            // A term for the kind selects its section.
            if let Some(kind) = api.search.filter().kind {
                api.kind = kind;
            }
            api.list.reset();
            workspace.read_list(now);
            self.cancel(Slot::Hits);
        }
    }
}

impl Workspace {
    /// The form that letters go into: the topmost dialog's, or that of an open filter line.
    pub(in crate::tui) fn form(&self) -> Option<&Form> {
        match (self.dialogs.last(), self.screen()) {
            (Some(dialog), _) => dialog.form.as_ref(),
            (None, Some(Screen::Trail(list))) => Some(&list.search.form).filter(|_| list.search.open),
            (None, Some(Screen::Users(users))) => Some(&users.search.form).filter(|_| users.search.open),
            (None, Some(Screen::Api(api))) if api.tab == Tab::Api => Some(&api.search.form).filter(|_| api.search.open),
            (None, _) => None,
        }
    }

    pub(in crate::tui) fn form_mut(&mut self) -> Option<&mut Form> {
        if let Some(dialog) = self.dialogs.last_mut() {
            return dialog.form.as_mut();
        }
        match self.screens.last_mut() {
            Some(Screen::Trail(list)) if list.search.open => Some(&mut list.search.form),
            Some(Screen::Users(users)) if users.search.open => Some(&mut users.search.form),
            Some(Screen::Api(api)) if api.search.open && api.tab == Tab::Api => Some(&mut api.search.form),
            _ => None,
        }
    }
}
