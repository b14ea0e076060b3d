//! Actions on the activity log.

use crate::hub::TrailClass;
use crate::tui::act::forms;
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::keymap::Action;
use crate::tui::layout;
use crate::tui::msg::Call;
use crate::tui::pending::Slot;
use crate::tui::screen::{LogSearch, Screen, TrailList};
use crate::tui::toast::Toast;

impl App {
    pub(super) fn act_on_trail(&mut self, action: Action) {
        let (now, height) = (self.now, layout::trail_rows(self.size, false));
        let Some(workspace) = &mut self.workspace else { return };
        let Some(Screen::Trail(list)) = workspace.screen_mut() else { return };
        match action {
            Action::Open => self.open_entry(),
            Action::Filter => list.search.open = true,
            Action::Export => {
                let count = list.count.map(|count| count.found);
                let dialog = Dialog::export_trail(list.part(), list.search.typed(), count, now);
                workspace.dialogs.push(dialog);
            }
            Action::ByWho => {
                let who = list.selected().and_then(|row| row.who.clone());
                let shown = list.search.filter().who.is_some();
                if !shown && who.is_none() {
                    let message = match list.selected() {
                        Some(_) => "Nobody was signed in there: there is no user to show.",
                        None => "There is no entry here to take a user from. Press / to type a name.",
                    };
                    self.toast = Some(Toast::note(now, message));
                    return;
                }
                list.search.set_term("who:", who.filter(|_| !shown).as_deref(), now);
                self.log_narrowed();
            }
            Action::NextClass => {
                let next = list.search.filter().class.map_or(0, |class| class as usize + 1);
                list.search.set_term("type:", TrailClass::ALL.get(next).map(|class| class.as_str()), now);
                self.log_narrowed();
            }
            Action::Verify if self.pending.has(Slot::Verify) => {}
            Action::Verify => {
                let call = Call::Verify(workspace.actor());
                if let Some(list) = workspace.log_mut() {
                    list.so_far = 0;
                }
                self.call(Slot::Verify, call);
            }
            action => {
                let other_rows = list.act(action, height);
                workspace.due.trail = other_rows.then_some(self.now).or(workspace.due.trail);
            }
        }
    }

    /// The Activity tab: the trail of credentials, or what was refused.
    pub(super) fn act_on_activity(&mut self, action: Action) {
        let (now, height) = (self.now, layout::trail_rows(self.size, true));
        if action == Action::Open {
            return match self.workspace.as_ref().is_some_and(|workspace| workspace.refused().is_some()) {
                true => self.open_refused(),
                false => self.open_entry(),
            };
        }
        let Some(workspace) = &mut self.workspace else { return };
        if action == Action::RefusedRequests {
            if let Some(api) = workspace.api_mut() {
                api.shows_refused = !api.shows_refused;
            }
            workspace.due.trail = Some(now);
            return;
        }
        let other_rows = match (action, workspace.refused_mut()) {
            (Action::ByKey, Some(list)) => {
                list.toggle_only();
                true
            }
            (action, Some(list)) => list.list.act(action, height),
            (action, None) => workspace.trail_mut().is_some_and(|list| list.act(action, height)),
        };
        workspace.due.trail = other_rows.then_some(now).or(workspace.due.trail);
    }

    /// All about the selected request that was refused.
    fn open_refused(&mut self) {
        let selected = self.workspace.as_ref().and_then(Workspace::refused).and_then(|list| list.list.selected());
        if let Some(row) = selected.cloned() {
            self.push(Dialog::to_read(DialogKind::RefusedRequest(Box::new(row))));
            self.drop_type_ahead();
        }
    }

    /// Opens the activity log, narrowed to what these words say.
    pub(super) fn open_log(&mut self, filter: &str) {
        let list = TrailList::of(filter, self.now);
        self.open(Screen::Trail(Box::new(list)));
    }

    /// Keys of the filter line while it is open, and the esc that takes a filter away; `true` if the action was one of
    /// them.
    pub(super) fn log_filter_handles(&mut self, action: Action) -> bool {
        let now = self.now;
        let Some(list) = self.workspace.as_mut().and_then(Workspace::log_mut) else { return false };
        let search = &mut list.search;
        match action {
            Action::Back if search.shown() => *search = LogSearch::default(),
            Action::Interrupt if search.open => *search = LogSearch::default(),
            action if !search.takes(action) => return false,
            Action::Advance => {
                search.open = !search.understood();
                return true;
            }
            action => {
                let _ = forms::edit(&mut search.form, action);
                if !search.read(now) {
                    return true;
                }
            }
        }
        self.log_narrowed();
        true
    }

    /// The text of the open filter line changed.
    pub(super) fn log_filter_typed(&mut self) {
        let now = self.now;
        let Some(list) = self.workspace.as_mut().and_then(Workspace::log_mut).filter(|list| list.search.open) else {
            return;
        };
        if list.search.read(now) {
            self.log_narrowed();
        }
    }

    /// Other rows are shown, from the newest on. No letter waits for them.
    fn log_narrowed(&mut self) {
        let now = self.now;
        if let Some(workspace) = &mut self.workspace {
            if let Some(list) = workspace.log_mut() {
                list.filter_changed();
            }
            workspace.due.trail = Some(now);
        }
        self.cancel(Slot::TrailCount);
    }
}

impl Workspace {
    /// The activity log, if it is the screen that is shown.
    pub(in crate::tui) fn log_mut(&mut self) -> Option<&mut crate::tui::screen::TrailList> {
        match self.screen_mut() {
            Some(Screen::Trail(list)) => Some(list),
            _ => None,
        }
    }
}
