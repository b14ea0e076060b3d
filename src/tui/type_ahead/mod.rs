//! Type-ahead: keys wait for the reply that they were typed for, so that a fast burst has the same effect as slow
//! typing.

pub mod buffer;

use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::keymap::{self, Action, Meaning};
use crate::tui::msg::Effect;
use crate::tui::pending::{Pending, Slot};
use crate::tui::screen::{Api, MENU, Menu, MenuFocus, Screen, Tab, Topic};
use crate::tui::toast::{Severity, Toast};
use crate::tui::type_ahead::buffer::Typed;

impl App {
    /// Whether a dialog waits for its reply.
    pub fn is_waiting(&self) -> bool {
        match self.sign_in {
            Some(_) => self.pending.has(Slot::SignIn),
            None => self.pending.has(Slot::Form) || self.pending.copying(),
        }
    }

    /// Replays the type-ahead, up to the key that has to wait. After each key its effects go out first: only then is it
    /// known what the next one waits for.
    pub(super) fn replay_type_ahead(&mut self) {
        while let Some(typed) = self.type_ahead.next() {
            // The next key would only close the error: it was typed for something else.
            if self.toast.as_ref().is_some_and(|t| t.severity == Severity::Error) {
                return self.drop_type_ahead();
            }
            if self.must_wait(typed) {
                return self.read_details_now();
            }
            let Some(typed) = self.type_ahead.pop() else { return };
            self.run_typed(&typed);
            self.send_due_reads();
            // Leaving or suspending hands the terminal to somebody else.
            if self.out.iter().any(|effect| matches!(effect, Effect::Quit | Effect::Lines)) {
                self.type_ahead.clear();
                return;
            }
        }
    }

    /// Details are read a moment after the selection has come to rest; not when a key waits for them.
    fn read_details_now(&mut self) {
        if let Some(workspace) = &mut self.workspace {
            workspace.due.details = workspace.due.details.map(|at| at.min(self.now));
        }
        self.send_due_reads();
    }

    /// Drops the type-ahead and says so: it was meant for another view than the one that opened.
    pub(super) fn drop_type_ahead(&mut self) {
        if !self.type_ahead.clear() {
            return;
        }
        const SAID: &str = "What you typed ahead was not used.";
        match &mut self.toast {
            Some(toast) if toast.severity == Severity::Error => toast.text = format!("{} {SAID}", toast.text),
            _ => self.toast = Some(Toast::note(self.now, SAID)),
        }
    }

    /// Whether this key needs a reply that is still on its way.
    fn must_wait(&self, typed: &Typed) -> bool {
        let action = match typed {
            Typed::Paste(_) => None,
            Typed::Key(chord) => match keymap::resolve(&self.scopes(), *chord) {
                Meaning::Bound(binding) => Some(binding.action),
                Meaning::Typed(_) | Meaning::Nothing => None,
            },
        };
        if self.is_waiting() {
            // A change of many can be stopped while it runs, and so can the question whether a change was kept.
            let running = self.dialog().is_some_and(|dialog| dialog.so_far > 0 || dialog.asking);
            return !(running && action == Some(Action::Back));
        }
        let Some(workspace) = self.workspace.as_ref().filter(|_| self.sign_in.is_none() && self.help.is_none()) else {
            return false;
        };
        match action {
            Some(Action::Back) if self.pending.has(Slot::Ticks) => false,
            Some(
                Action::Help | Action::Lock | Action::Quit | Action::Interrupt | Action::Repaint | Action::Suspend,
            ) => false,
            // Another screen is about to open, and every key is meant for that one.
            _ if self.pending.has(Slot::GoTo) => true,
            // Esc never waits, except to clear a filter, which keeps the row that it found selected.
            Some(Action::Back) => {
                workspace.dialogs.is_empty() && workspace.filtered().is_some_and(|api| self.awaits_rows(api))
            }
            // What is read leads to another screen.
            _ if self.pending.has(Slot::GoTo) => true,
            action => match workspace.dialog() {
                Some(dialog) => dialog_waits(dialog, action, &self.pending),
                None => self.screen_waits(workspace, action),
            },
        }
    }

    fn screen_waits(&self, workspace: &Workspace, action: Option<Action>) -> bool {
        match workspace.screen() {
            Some(Screen::Menu(menu)) => self.pending.has(Slot::Overview) && attention_matters(menu, action),
            Some(Screen::Api(api)) => match api.tab {
                // Letters for the filter do not wait for its rows.
                Tab::Api if api.search.open => false,
                // Changing the section needs no rows of this one.
                Tab::Api if changes_section(action) => self.pending.has(Slot::Ticks),
                Tab::Api if action == Some(Action::StopOld) => {
                    self.awaits_rows(api) || self.awaits_details(workspace, api)
                }
                // The arrows move in what the page about one credential reads.
                Tab::Api if api.page.is_some() => {
                    self.awaits_rows(api) || self.awaits_details(workspace, api) || self.pending.has(Slot::History)
                }
                Tab::Api => self.awaits_rows(api) || self.pending.has(Slot::Ticks),
                Tab::Documentation => self.awaits_rows(api) || self.pending.has(Slot::Overview),
                Tab::Activity => self.pending.has(Slot::Trail),
            },
            Some(Screen::Docs(_)) => self.pending.has(Slot::Overview),
            Some(Screen::Users(users)) => !users.search.open && self.pending.has(Slot::Users),
            // Letters for the filter do not wait for its rows.
            Some(Screen::Trail(list)) => !list.search.open && self.pending.has(Slot::Trail),
            Some(Screen::Page(Topic::Security, _)) => self.pending.has(Slot::Security),
            Some(Screen::Page(Topic::SignIns, _)) => self.pending.has(Slot::SignIns),
            Some(Screen::Settings(_) | Screen::Account(_)) | None => false,
        }
    }

    /// Whether requested rows have not arrived yet.
    fn awaits_rows(&self, api: &Api) -> bool {
        let asked = (!api.loaded && api.problem.is_none()) || api.awaited || !api.list.is_settled();
        asked && self.pending.has(Slot::List)
    }

    /// Whether the details of the row have not arrived yet, or may be older than the last change.
    fn awaits_details(&self, workspace: &Workspace, api: &Api) -> bool {
        let on_the_way = self.pending.has(Slot::Details) || workspace.due.details.is_some();
        on_the_way && api.list.selected().is_some()
    }
}

impl Workspace {
    /// The list with its filter line, if it is on the screen.
    fn filtered(&self) -> Option<&Api> {
        self.api().filter(|api| api.on_list() && api.search.shown())
    }
}

fn changes_section(action: Option<Action>) -> bool {
    matches!(action, Some(Action::Section(_) | Action::NextSection | Action::PreviousSection))
}

fn dialog_waits(dialog: &Dialog, action: Option<Action>, pending: &Pending) -> bool {
    match &dialog.kind {
        DialogKind::Jump(jump) => action == Some(Action::Go) && !jump.answered && pending.has(Slot::Jump),
        DialogKind::UserKeys(_) => pending.has(Slot::UserKeys),
        DialogKind::SshKeys(_) => pending.has(Slot::SshKeys),
        _ => false,
    }
}

/// Whether a key depends on the attention list of the menu.
fn attention_matters(menu: &Menu, action: Option<Action>) -> bool {
    let below = matches!(action, Some(Action::NextTab | Action::PreviousTab | Action::Last | Action::PageDown));
    below || menu.focus != MenuFocus::Rows || (action == Some(Action::Down) && menu.rows.selected + 1 >= MENU.len())
}
