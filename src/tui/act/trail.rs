//! Actions on the activity log.

use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{Dialog, DialogKind, Scrollable};
use crate::tui::keymap::Action;
use crate::tui::layout;
use crate::tui::msg::Call;
use crate::tui::pending::Slot;
use crate::tui::screen::{Screen, TrailFilter};
use crate::tui::toast::Toast;

impl App {
    pub(super) fn act_on_trail(&mut self, action: Action) {
        let height = layout::trail_rows(self.size, false);
        let Some(workspace) = &mut self.workspace else { return };
        let Some(Screen::Trail(list)) = workspace.screen_mut() else { return };
        let mut filter = list.filter.clone();
        match action {
            Action::Open => self.open_entry(),
            Action::Filter => workspace.dialogs.push(Dialog::trail_filter(&filter)),
            Action::Export => workspace.dialogs.push(Dialog::export(filter, self.now)),
            Action::ByWho => {
                let who = list.selected().and_then(|row| row.who.clone());
                if filter.who.is_none() && who.is_none() {
                    let message = match list.selected() {
                        Some(_) => "Nobody was signed in there: there is no user to show.",
                        None => "There is no entry here to take a user from. Press / to type a name.",
                    };
                    self.toast = Some(Toast::note(self.now, message));
                    return;
                }
                filter.who = if filter.who.is_none() { who } else { None };
                self.apply_trail_filter(filter);
            }
            Action::NextClass => {
                filter.class = filter.next_class();
                self.apply_trail_filter(filter);
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

    /// All about the selected entry.
    fn open_entry(&mut self) {
        if let Some(row) = self.workspace.as_ref().and_then(Workspace::trail).and_then(|list| list.selected()).cloned()
        {
            self.push(Dialog::to_read(DialogKind::TrailEntry(Box::new(Scrollable::new(row)))));
        }
    }

    /// All about the selected request that was refused.
    fn open_refused(&mut self) {
        let selected = self.workspace.as_ref().and_then(Workspace::refused).and_then(|list| list.list.selected());
        if let Some(row) = selected.cloned() {
            self.push(Dialog::to_read(DialogKind::RefusedRequest(Box::new(row))));
            self.drop_type_ahead();
        }
    }

    /// Shows another part of the trail.
    fn apply_trail_filter(&mut self, to: TrailFilter) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        if let Some(Screen::Trail(list)) = workspace.screen_mut() {
            list.set_filter(to);
            workspace.due.trail = Some(now);
        }
    }

    /// Shows the part of the trail that the filter form asks for, or all of it.
    pub(super) fn send_trail_filter(&mut self, all: bool) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        let Some(form) = workspace.dialog_mut().and_then(|dialog| dialog.form.as_mut()) else { return };
        form.clear_faults();
        match if all { Ok(TrailFilter::default()) } else { TrailFilter::typed(form, now) } {
            Ok(filter) => {
                workspace.dialogs.pop();
                self.apply_trail_filter(filter);
            }
            Err(fault) => self.fault(fault),
        }
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
