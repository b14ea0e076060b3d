//! Actions on API Settings.

mod details;
mod edit;
mod filter;
mod find_by_secret;
mod tick;

use crate::account::Right;
use crate::credential::{Kind, Overlap};
use crate::hub::{CredentialPart, CredentialRow};
use crate::time::Millis;
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{ChangeState, Dialog, Rotate};
use crate::tui::keymap::{Action, Scope};
use crate::tui::screen::{Found, Tab};
use crate::tui::toast::Toast;

/// How long a row must stay selected, in milliseconds, before its details are read: a held arrow key reads nothing.
pub(in crate::tui) const DETAILS_AFTER: i64 = 80;

impl App {
    pub(super) fn act_on_api(&mut self, action: Action) {
        if self.details_handle(action) {
            return;
        }
        let tab = self.workspace.as_ref().and_then(Workspace::api).map_or(Tab::Api, |api| api.tab);
        match (action, tab) {
            (Action::NextTab, _) => self.go_to_tab(tab.plus(1)),
            (Action::PreviousTab, _) => self.go_to_tab(tab.plus(2)),
            (_, Tab::Api) => self.act_on_list(action),
            (_, Tab::Documentation) => self.act_on_docs(action),
            (_, Tab::Activity) => self.act_on_activity(action),
        }
    }

    fn go_to_tab(&mut self, tab: Tab) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        if tab == Tab::Activity && !workspace.may(Right::ReadTrail) {
            return self.refuse(Right::ReadTrail);
        }
        let sees = workspace.may(Right::SeeCredentials);
        let Some(api) = workspace.api_mut() else { return };
        api.tab = tab;
        api.docs.scroll = 0;
        workspace.due.trail = (tab == Tab::Activity).then_some(now);
        if tab == Tab::Api && sees {
            workspace.due.list = Some(now);
        }
    }

    fn act_on_list(&mut self, action: Action) {
        let (now, size) = (self.now, self.size);
        let Some(workspace) = &mut self.workspace else { return };
        let Some(api) = workspace.api_mut() else { return };
        let height = api.height(size);
        match action {
            Action::Create => {
                let dialog = Dialog::create(api.kind);
                return workspace.dialogs.push(dialog);
            }
            Action::Section(kind) if kind != api.kind => {
                api.go_to(kind);
                return workspace.read_list(now);
            }
            Action::NextSection | Action::PreviousSection => {
                let by = if action == Action::NextSection { 1 } else { Kind::ALL.len() - 1 };
                let kind = Kind::ALL[(api.kind as usize + by) % Kind::ALL.len()];
                api.go_to(kind);
                return workspace.read_list(now);
            }
            Action::Order => {
                let dialog = Dialog::pick(Scope::Order, Action::OrderBy(api.list.order()));
                return workspace.dialogs.push(dialog);
            }
            Action::TickAll | Action::TickEveryKind => return self.tick_all(action == Action::TickEveryKind),
            Action::Filter => return self.open_filter(),
            Action::Export => return self.open_export(),
            Action::Find => return self.open_find(),
            Action::ShowRevoked => {
                api.revoked = !api.revoked;
                api.list.recount();
                api.list.reload();
                return workspace.read_list(now);
            }
            _ => {}
        }
        if api.list.act(action, height) {
            workspace.due.list = Some(now);
        }
        match action {
            action if action.moves() => workspace.due.details = Some(now.plus(DETAILS_AFTER)),
            _ => self.act_on_rows(action),
        }
    }

    /// Writes what the list shows into a file: the ticked rows, or all that the filter finds.
    fn open_export(&mut self) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        let Some(api) = workspace.api_mut() else { return };
        let dialog = if api.page.is_some() || !api.ticks.is_empty() {
            let ids: Vec<_> = api.targets().map(|row| row.id).collect();
            let count = ids.len() as i64;
            Dialog::export_credentials(CredentialPart::These(ids), None, Some(count), now)
        } else {
            let (found, query) = api.all_found(false);
            let part = CredentialPart::Found(Box::new(query));
            Dialog::export_credentials(part, Some(found), api.list.length(), now)
        };
        workspace.dialogs.push(dialog);
    }

    /// Actions that need a row.
    fn act_on_rows(&mut self, action: Action) {
        let Some(api) = self.workspace.as_mut().and_then(Workspace::api_mut) else { return };
        let Some(row) = api.list.selected().cloned() else {
            return self.report_no_row(action);
        };
        match action {
            Action::Open => self.open_details(),
            Action::OpenLog => self.open_log(&format!("key:{}", row.key)),
            Action::CopyKey => self.copy_rows(None),
            Action::CopyAs => self.open_copy_as(),
            Action::Tick => {
                api.ticks.toggle(row);
                self.act_on_list(Action::Down);
            }
            Action::Rotate => {
                if let Some((rows, left_out)) = self.whole_targets() {
                    let all_of = self.all_of(rows.len());
                    self.open_rotate(Rotate { all_of, ..Rotate::of(rows) }, Overlap::Day, left_out);
                }
            }
            Action::EditKeys => self.open_edit(),
            Action::StopOld => self.open_stop_old(row),
            Action::DisableEnable | Action::Revoke => self.change(action),
            _ => {}
        }
    }

    fn change(&mut self, action: Action) {
        let targets = match action {
            // What was changed outside keydesk can be revoked as well.
            Action::Revoke => self.live_targets(),
            _ => self.whole_targets(),
        };
        if let Some((rows, left_out)) = targets {
            let all_of = self.all_of(rows.len());
            let change = if action == Action::Revoke { ChangeState::revoke(rows) } else { ChangeState::toggle(rows) };
            self.push(Dialog::change_state(ChangeState { all_of, ..change }).without(left_out));
        }
    }

    /// What so many rows of a change are all of, for its dialog.
    pub(super) fn all_of(&self, rows: usize) -> Option<Found> {
        self.workspace.as_ref().and_then(Workspace::api).and_then(|api| api.all_of(rows)).cloned()
    }

    /// Puts a dialog in the place of the topmost.
    pub(super) fn replace(&mut self, dialog: Dialog) {
        if let Some(workspace) = &mut self.workspace {
            workspace.dialogs.pop();
            workspace.dialogs.push(dialog);
        }
    }

    pub(super) fn push(&mut self, dialog: Dialog) {
        if let Some(workspace) = &mut self.workspace {
            workspace.dialogs.push(dialog);
        }
    }

    pub(super) fn report_revoked_is_final(&mut self, row: &CredentialRow) {
        let message = format!("{} is revoked, which is final. Press n to create a new key instead.", row.name);
        self.toast = Some(Toast::note(self.now, message));
    }

    fn report_no_row(&mut self, action: Action) {
        let loaded = self.workspace.as_ref().and_then(Workspace::api).is_some_and(|api| api.loaded);
        let wants_row = !matches!(action, Action::Section(_));
        if wants_row {
            let narrowed = self.workspace.as_ref().and_then(Workspace::api).is_some_and(|api| api.search.narrows());
            let message = if narrowed {
                "No key is in the filtered list. Press esc to clear the filter."
            } else if loaded {
                "There is no key here yet. Press n to create one."
            } else {
                "The list could not be read. Leave it with esc and open it again."
            };
            self.toast = Some(Toast::note(self.now, message));
        }
    }
}

impl Workspace {
    /// Reads the rows that are wanted now; keys wait for them.
    pub(in crate::tui) fn read_list(&mut self, now: Millis) {
        self.due.list = Some(now);
        self.due.details = Some(now.plus(DETAILS_AFTER));
        if let Some(api) = self.api_mut() {
            api.awaited = true;
        }
    }

    /// Reads everything on the screen again.
    pub(in crate::tui) fn reload(&mut self, now: Millis) {
        self.due.overview = Some(now);
        self.due.trail = Some(now);
        self.due.users = Some(now);
        self.due.ssh_keys = Some(now);
        let sees = self.may(Right::SeeCredentials);
        if let Some(api) = self.api_mut().filter(|_| sees) {
            api.list.reload();
            // No key caused this read: keys typed now mean the rows that are shown.
            let awaited = api.awaited;
            self.read_list(now);
            if let Some(api) = self.api_mut() {
                api.awaited = awaited;
            }
        }
    }
}
