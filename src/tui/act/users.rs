//! Actions on Users and in its dialogs.

use crate::{
    account::UserState,
    credential::Filter,
    hub::{ListQuery, UserRow},
    tui::{
        app::{App, Room},
        dialog::{Again, ChangePassword, Dialog, Doing, Live, Person, Reading},
        form::Id,
        keymap::Action,
        layout,
        msg::Call,
        pending::Slot,
        screen::{Rows, Screen},
        toast::Toast,
    },
};

/// Limit on the listed credentials of one user.
const LISTED: u32 = 200;

impl App {
    pub(super) fn act_on_people(&mut self, action: Action) {
        let height = layout::trail_rows(self.size, false);
        let Some(Screen::People(people)) = self.room.as_mut().and_then(Room::screen_mut) else { return };
        if action == Action::Create {
            return self.show(Person::new(Doing::Add));
        }
        let Some(row) = people.selected().cloned() else { return };
        match action {
            Action::Open => self.see_keys(&row.name),
            Action::SetRole => self.show(Person::new(Doing::Role(row))),
            Action::SetPassword => self.set_password(row),
            Action::DisableEnable => {
                let to = if row.state == UserState::Active { UserState::Disabled } else { UserState::Active };
                self.show(Person::new(Doing::State(row, to)));
            }
            Action::Unlock if row.locked_until.is_none_or(|end| end <= self.now) => {
                let said = format!("{} is not locked: there is nothing to unlock.", row.name);
                self.toast = Some(Toast::note(self.now, said));
            }
            Action::Unlock => self.show(Person::new(Doing::Unlock(row))),
            action => people.act(action, height),
        }
    }

    fn show(&mut self, person: Person) {
        if let Some(room) = &mut self.room {
            room.dialogs.push(Dialog::Person(Box::new(person)));
        }
    }

    /// One's own password is changed in the way that is open to every user: with the old one.
    fn set_password(&mut self, row: UserRow) {
        let Some(room) = &mut self.room else { return };
        if row.name == room.session.actor.user.as_str() {
            return room.dialogs.push(Dialog::Password(Box::new(ChangePassword::new(false))));
        }
        self.show(Person::new(Doing::Password(row)));
    }

    /// Opens the list of live credentials that a user created.
    pub(super) fn see_keys(&mut self, name: &str) {
        let Some(room) = &mut self.room else { return };
        let live = Live { who: name.to_owned(), rows: None, more: false, selected: 0 };
        room.dialogs.push(Dialog::Live(Box::new(Reading { what: live, scroll: 0 })));
        let filter = Filter { by: Some(name.to_owned()), ..Filter::default() };
        let query = ListQuery { filter, limit: LISTED, ..ListQuery::default() };
        let call = Call::List(room.actor(), query);
        self.call(Slot::Live, call);
    }

    /// Moves through the keys that somebody made, or goes to the selected one.
    pub(super) fn act_on_live(&mut self, action: Action, most: usize) {
        let height = layout::dialog_rows(self.size);
        let Some(room) = &mut self.room else { return };
        let Some(Dialog::Live(live)) = room.dialogs.last_mut() else { return };
        if action == Action::Open {
            if let Some(row) = live.what.row().cloned() {
                // The question under it, whether to disable the user, can be asked again.
                room.dialogs.clear();
                self.open_api(row.kind, Some(&row), "");
            }
            return;
        }
        let len = live.what.rows.as_ref().map_or(0, Vec::len);
        let mut rows = Rows { selected: live.what.selected };
        rows.act(action, len);
        live.what.selected = rows.selected;
        // A gap stands above the first; what is said below the last comes into sight with it.
        let line = rows.selected + 1;
        let follows = live.scroll.clamp((line + 1).saturating_sub(height), line);
        live.scroll = if rows.selected + 1 >= len { most } else { follows.min(most) };
    }

    /// Submits the dialog about a user.
    pub(super) fn send_person(&mut self) {
        let Some(room) = &mut self.room else { return };
        let actor = room.actor();
        let Some(Dialog::Person(person)) = room.dialogs.last_mut() else { return };
        person.problem = None;
        person.form.clear_faults();
        match person.change() {
            Ok(change) => self.call(Slot::Form, Call::ChangeUser(actor, change)),
            Err(fault) => self.fault(fault),
        }
    }

    /// Sends the password that was typed again.
    pub(super) fn send_again(&mut self) {
        let Some(room) = &mut self.room else { return };
        let actor = room.actor();
        let Some(Dialog::Again(again)) = room.dialogs.last_mut() else { return };
        again.problem = None;
        again.form.clear_faults();
        match again.form.password(Id::Old).filter(|typed| !typed.is_empty()) {
            Some(typed) => {
                let call = Call::Confirm(actor, typed.to_secret());
                self.call(Slot::Form, call);
            }
            None => self.fault((Id::Old, "Type your password.".to_owned())),
        }
    }

    /// The hub wants the password again before it does what the dialog on top asked for.
    pub(in crate::tui) fn ask_again(&mut self) {
        if let Some(room) = self.room.as_mut().filter(|_| self.door.is_none()) {
            room.dialogs.push(Dialog::Again(Box::new(Again::new())));
        }
    }
}
