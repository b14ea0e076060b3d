//! Actions on Users and in its dialogs.

use crate::account::UserState;
use crate::credential::Filter;
use crate::hub::{ListQuery, UserRow};
use crate::tui::act::forms;
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{Dialog, DialogKind, Scrollable, UserAction, UserKeys};
use crate::tui::keymap::Action;
use crate::tui::layout;
use crate::tui::msg::Call;
use crate::tui::pending::Slot;
use crate::tui::screen::{RowSelection, Screen, UserSearch};
use crate::tui::toast::Toast;

/// Limit on the listed credentials of one user.
const LISTED: u32 = 200;

impl App {
    pub(super) fn act_on_users(&mut self, action: Action) {
        let height = layout::trail_rows(self.size, false);
        let Some(Screen::Users(users)) = self.workspace.as_mut().and_then(Workspace::screen_mut) else { return };
        match action {
            Action::Create => return self.push(Dialog::user(UserAction::Add)),
            Action::Filter => {
                users.search.open = true;
                return;
            }
            _ => {}
        }
        let Some(row) = users.selected().cloned() else { return };
        match action {
            Action::Open => self.open_user_keys(&row.name),
            Action::SshKeys => self.open_ssh_keys(&row.name, row.has_password),
            Action::SetRole => self.push(Dialog::user(UserAction::Role(row))),
            Action::SetPassword => self.set_password(row),
            Action::EditNote => self.push(Dialog::user(UserAction::Note(row))),
            Action::DisableEnable => {
                let to = if row.state == UserState::Active { UserState::Disabled } else { UserState::Active };
                self.push(Dialog::user(UserAction::State(row, to)));
            }
            Action::Unlock if row.locked_until.is_none_or(|end| end <= self.now) => {
                let message = format!("{} is not locked: there is nothing to unlock.", row.name);
                self.toast = Some(Toast::note(self.now, message));
            }
            Action::Unlock => self.push(Dialog::user(UserAction::Unlock(row))),
            action => users.act(action, height),
        }
    }

    /// Keys of the filter line while it is open, and the esc that takes a filter away; `true` if the action was one of
    /// them.
    pub(super) fn user_filter_handles(&mut self, action: Action) -> bool {
        let (now, height) = (self.now, layout::trail_rows(self.size, false));
        let Some(Screen::Users(users)) = self.workspace.as_mut().and_then(Workspace::screen_mut) else { return false };
        let search = &mut users.search;
        match action {
            Action::Back if search.shown() => *search = UserSearch::default(),
            Action::Interrupt if search.open => *search = UserSearch::default(),
            action if !search.takes(action) => return false,
            Action::Advance => {
                search.open = !search.understood();
                return true;
            }
            action => {
                let _ = forms::edit(&mut search.form, action);
                search.read(now);
            }
        }
        users.narrow(height, now);
        true
    }

    /// The text of the open filter line changed.
    pub(super) fn user_filter_typed(&mut self) {
        let (now, height) = (self.now, layout::trail_rows(self.size, false));
        if let Some(Screen::Users(users)) = self.workspace.as_mut().and_then(Workspace::screen_mut)
            && users.search.open
            && users.search.read(now)
        {
            users.narrow(height, now);
        }
    }

    /// One's own password is changed with the old one, like any user's.
    fn set_password(&mut self, row: UserRow) {
        let Some(workspace) = &mut self.workspace else { return };
        if row.name == workspace.session.actor.user.as_str() {
            return workspace.dialogs.push(Dialog::own_password(false));
        }
        self.push(Dialog::user(UserAction::Password(row)));
    }

    /// Opens the list of live credentials that a user created.
    pub(super) fn open_user_keys(&mut self, name: &str) {
        let Some(workspace) = &mut self.workspace else { return };
        let keys = Scrollable::new(UserKeys { who: name.to_owned(), rows: None, more: false, selected: 0 });
        workspace.dialogs.push(Dialog::to_read(DialogKind::UserKeys(Box::new(keys))));
        let filter = Filter { by: Some(name.to_owned()), ..Filter::default() };
        let query = ListQuery { filter, limit: LISTED, ..ListQuery::default() };
        let call = Call::List(workspace.actor(), query);
        self.call(Slot::UserKeys, call);
    }

    /// Moves through the keys that a user created, or goes to the selected one.
    pub(super) fn act_on_user_keys(&mut self, action: Action, most: usize) {
        let height = layout::sheet_rows(self.size);
        let Some(workspace) = &mut self.workspace else { return };
        let Some(Dialog { kind: DialogKind::UserKeys(keys), .. }) = workspace.dialog_mut() else { return };
        if action == Action::Open {
            if let Some(row) = keys.content.row().cloned() {
                // The dialog below, to disable the user, can be opened again.
                workspace.dialogs.clear();
                self.open_api(row.kind, Some(&row), "");
            }
            return;
        }
        if !action.moves() {
            return;
        }
        let len = keys.content.rows.as_ref().map_or(0, Vec::len);
        let mut rows = RowSelection { selected: keys.content.selected };
        rows.act(action, len);
        keys.content.selected = rows.selected;
        // There is a gap above the first row, and with the last row the text below it is shown.
        let line = rows.selected + 1;
        let follows = keys.scroll.clamp((line + 1).saturating_sub(height), line);
        keys.scroll = if rows.selected + 1 >= len { most } else { follows.min(most) };
    }

    /// The hub requires the password again before it does what the topmost dialog asks for.
    pub(in crate::tui) fn ask_for_password(&mut self) {
        if let Some(workspace) = self.workspace.as_mut().filter(|_| self.sign_in.is_none()) {
            workspace.dialogs.push(Dialog::reauthenticate());
        }
    }
}
