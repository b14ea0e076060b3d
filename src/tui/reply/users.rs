//! Replies about users, and to reauthentication.

use crate::{
    account::{Role, UserState},
    hub::{Actor, Page, UserRow},
    tui::{
        app::{App, Room},
        dialog::{Dialog, Doing},
        layout,
        screen::Screen,
        toast::Toast,
    },
};

impl App {
    pub(super) fn people(&mut self, rows: Vec<UserRow>) {
        let height = layout::trail_rows(self.size, false);
        if let Some(Screen::People(people)) = self.room.as_mut().and_then(Room::screen_mut) {
            people.take(rows, height);
        }
    }

    pub(super) fn live(&mut self, page: Page) {
        if let Some(Dialog::Live(live)) = self.room.as_mut().and_then(|r| r.dialogs.last_mut()) {
            live.what.more = page.more_after;
            live.what.rows = Some(page.rows);
        }
    }

    pub(super) fn user_changed(&mut self, row: &UserRow) {
        let now = self.now;
        let Some(room) = &mut self.room else { return };
        let Some(Dialog::Person(person)) = room.dialogs.pop() else { return };
        if let Some(Screen::People(people)) = room.screen_mut() {
            people.seek(&row.name);
        }
        room.due.people = Some(now);
        room.due.overview = Some(now);
        self.toast = Some(Toast::done(now, said(&person.doing, row)));
    }

    /// The password was right: what wanted it goes on.
    pub(super) fn confirmed(&mut self, actor: Actor) {
        let Some(room) = &mut self.room else { return };
        room.session.actor = actor;
        let asked = matches!(room.dialogs.last(), Some(Dialog::Again(_)));
        if asked && self.door.is_none() {
            room.dialogs.pop();
            self.send_what_waited();
        }
    }
}

/// What became of it.
fn said(doing: &Doing, row: &UserRow) -> String {
    let name = &row.name;
    // The hub leaves a row alone that is as it should be already.
    let already = doing.row().is_some_and(|was| was.version == row.version);
    match doing {
        Doing::Add => format!("{name} was added and chooses an own password at the first sign-in."),
        Doing::Password(_) => format!("{name} has the new password and must change it at the next sign-in."),
        Doing::Unlock(_) => format!("{name} can sign in again."),
        Doing::Role(_) if already => format!("{name} is {} already.", article(row.role)),
        Doing::Role(_) => format!("{name} is {} now.", article(row.role)),
        Doing::State(_, state) if already => format!("{name} is {} already.", state.as_str()),
        Doing::State(_, UserState::Disabled) => format!("{name} is disabled and signed out everywhere."),
        Doing::State(_, UserState::Active) => format!("{name} can sign in again."),
    }
}

fn article(role: Role) -> String {
    match role {
        Role::Administrator | Role::Advanced => format!("an {role}"),
        Role::Basic => format!("a {role}"),
    }
}
