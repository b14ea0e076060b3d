//! Actions on the activity log.

use crate::{
    hub::TrailQuery,
    tui::{
        app::{App, Room},
        dialog::{Dialog, Export, NarrowForm, Reading},
        keymap::Action,
        layout,
        msg::Call,
        pending::Slot,
        screen::{Narrow, Screen},
        toast::Toast,
        view,
    },
};

impl App {
    pub(super) fn act_on_trail(&mut self, action: Action) {
        let height = layout::trail_rows(self.size, false);
        let Some(room) = &mut self.room else { return };
        let Some(Screen::Trail(list)) = room.screen_mut() else { return };
        let mut narrow = list.narrow.clone();
        match action {
            Action::Open => self.open_entry(),
            Action::Filter => room.dialogs.push(Dialog::Narrow(Box::new(NarrowForm::new(&narrow)))),
            Action::Export => room.dialogs.push(Dialog::Export(Box::new(Export::new(narrow.words(), self.now)))),
            Action::ByWho => {
                let who = list.selected().and_then(|row| row.who.clone());
                if narrow.who.is_none() && who.is_none() {
                    let said = match list.selected() {
                        Some(_) => "Nobody was signed in there: there is no user to show.",
                        None => "There is no entry here to take a user from. Press / to type a name.",
                    };
                    self.toast = Some(Toast::note(self.now, said));
                    return;
                }
                narrow.who = if narrow.who.is_none() { who } else { None };
                self.show_part(narrow);
            }
            Action::NextClass => {
                narrow.class = narrow.next_class();
                self.show_part(narrow);
            }
            Action::Verify if self.pending.has(Slot::Verify) => {}
            Action::Verify => {
                let call = Call::Verify(room.actor());
                if let Some(list) = room.log_mut() {
                    list.so_far = 0;
                }
                self.call(Slot::Verify, call);
            }
            action => {
                let other_rows = list.act(action, height);
                room.due.trail = other_rows.then_some(self.now).or(room.due.trail);
            }
        }
    }

    /// The Activity tab: the trail of credentials, or what was refused.
    pub(super) fn act_on_activity(&mut self, action: Action) {
        let (now, height) = (self.now, layout::trail_rows(self.size, true));
        if action == Action::Open {
            return match self.room.as_ref().is_some_and(|room| room.refused().is_some()) {
                true => self.open_refused(),
                false => self.open_entry(),
            };
        }
        let Some(room) = &mut self.room else { return };
        if action == Action::RefusedRequests {
            if let Some(api) = room.api_mut() {
                api.shows_refused = !api.shows_refused;
            }
            room.due.trail = Some(now);
            return;
        }
        let other_rows = match (action, room.refused_mut()) {
            (Action::ByKey, Some(list)) => {
                list.turn();
                true
            }
            (action, Some(list)) => list.roll.act(action, height),
            (action, None) => room.trail_mut().is_some_and(|list| list.act(action, height)),
        };
        room.due.trail = other_rows.then_some(now).or(room.due.trail);
    }

    /// All about the selected entry.
    fn open_entry(&mut self) {
        if let Some(row) = self.room.as_ref().and_then(Room::trail).and_then(|list| list.selected()).cloned() {
            self.push(Dialog::Entry(Box::new(Reading { what: row, scroll: 0 })));
        }
    }

    /// All about the selected request that was refused.
    fn open_refused(&mut self) {
        let selected = self.room.as_ref().and_then(Room::refused).and_then(|list| list.roll.selected());
        let Some(row) = selected else { return };
        let (title, lines) = (format!("Refused: {}", row.name), view::refused_sentences(self, row));
        self.notice(&title, lines);
    }

    /// Shows another part of the trail.
    fn show_part(&mut self, to: Narrow) {
        let now = self.now;
        let Some(room) = &mut self.room else { return };
        if let Some(Screen::Trail(list)) = room.screen_mut() {
            list.narrow_to(to);
            room.due.trail = Some(now);
        }
    }

    /// Submits the export of the shown part.
    pub(super) fn send_export(&mut self) {
        let Some(room) = &mut self.room else { return };
        let (actor, narrow) = (room.actor(), room.log_mut().map(|list| list.narrow.clone()).unwrap_or_default());
        let Some(Dialog::Export(export)) = room.dialogs.last_mut() else { return };
        export.problem = None;
        export.form.clear_faults();
        match export.wanted() {
            Ok((path, format)) => {
                let query = narrow.put(TrailQuery::default());
                self.call(Slot::Form, Call::Export { actor, query, path, format });
            }
            Err(fault) => self.fault(fault),
        }
    }

    /// The form was sent: it is read here, and the trail again.
    pub(super) fn send_narrow(&mut self, all: bool) {
        let now = self.now;
        let Some(room) = &mut self.room else { return };
        let Some(Dialog::Narrow(dialog)) = room.dialogs.last_mut() else { return };
        dialog.form.clear_faults();
        let wanted = if all { Ok(Narrow::default()) } else { dialog.narrow(now) };
        match wanted {
            Ok(narrow) => {
                room.dialogs.pop();
                self.show_part(narrow);
            }
            Err(fault) => self.fault(fault),
        }
    }
}

impl Room {
    /// The activity log, if it is the screen that is shown.
    pub(in crate::tui) fn log_mut(&mut self) -> Option<&mut crate::tui::screen::TrailList> {
        match self.screen_mut() {
            Some(Screen::Trail(list)) => Some(list),
            _ => None,
        }
    }
}
