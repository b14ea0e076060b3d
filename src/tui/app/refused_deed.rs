//! Refusals of the screen: what was asked, and of which credential or user.

use crate::account::{Right, UserState};
use crate::credential::State;
use crate::hub::RefusedDeed;
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::keymap::Action;
use crate::tui::msg::Call;
use crate::tui::pending::Slot;
use crate::tui::screen::Screen;

impl App {
    /// Shows at once that the role may not do this, and notes it in the trail.
    pub(in crate::tui) fn refuse_action(&mut self, action: Action, right: Right) {
        let deed = self.workspace.as_ref().map(|workspace| workspace.refused_deed(action, right));
        self.refuse_deed(deed.unwrap_or_else(|| RefusedDeed::of(right)));
    }

    /// The same where only the right is known.
    pub(in crate::tui) fn refuse(&mut self, right: Right) {
        self.refuse_deed(RefusedDeed::of(right));
    }

    fn refuse_deed(&mut self, deed: RefusedDeed) {
        let Some(workspace) = &mut self.workspace else { return };
        let denied = workspace.denied(deed.right);
        workspace.dialogs.push(Dialog::to_read(DialogKind::Denied(denied)));
        let actor = workspace.actor();
        self.dirty = true;
        self.call(Slot::Refused, Call::Refused(actor, deed));
        self.drop_type_ahead();
    }
}

impl Workspace {
    /// What was asked, by the words of the hub's calls.
    fn refused_deed(&self, action: Action, right: Right) -> RefusedDeed {
        let of = RefusedDeed::of(right);
        match (self.screen(), right) {
            (Some(Screen::Api(api)), Right::ManageCredentials) => {
                let row = api.list.selected();
                let is_disabled = row.is_some_and(|row| matches!(row.state, State::Disabled));
                let (asked, has_subject) = match action {
                    Action::Create => ("create", false),
                    Action::Find => ("find by secret", false),
                    Action::EditKeys => ("edit", true),
                    Action::Rotate => ("rotate", true),
                    Action::StopOld => ("stop old secret", true),
                    Action::DisableEnable if is_disabled => ("enable", true),
                    Action::DisableEnable => ("disable", true),
                    Action::Revoke => ("revoke", true),
                    _ => return of,
                };
                RefusedDeed { asked, credential: row.filter(|_| has_subject).map(|row| row.id), ..of }
            }
            (Some(Screen::Users(users)), Right::ManageUsers) => {
                let row = users.selected();
                let is_disabled = row.is_some_and(|row| matches!(row.state, UserState::Disabled));
                let asked = match action {
                    Action::Create => return RefusedDeed { asked: "add user", ..of },
                    Action::SetRole => "set role",
                    Action::SetPassword => "set password",
                    Action::EditNote => "change note of user",
                    Action::Unlock => "unlock user",
                    Action::DisableEnable if is_disabled => "enable user",
                    Action::DisableEnable => "disable user",
                    _ => return of,
                };
                RefusedDeed { asked, user: row.map(|row| row.name.clone()), ..of }
            }
            _ => of,
        }
    }
}
