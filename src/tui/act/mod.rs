//! Actions: what each does, by what is on top: help, sign-in, dialog, screen.

mod api;
mod appearance;
mod copies;
mod dialogs;
mod docs;
mod forms;
mod jump;
mod screens;
mod security;
mod ssh_keys;
mod trail;
mod trail_sheets;
mod users;

pub(super) use api::DETAILS_AFTER;

use crate::tui::app::App;
use crate::tui::dialog::{Confirmation, Dialog, DialogKind, OneTimeSecret, Scrollable};
use crate::tui::keymap::Action;
use crate::tui::msg::{Call, Effect};
use crate::tui::pending::Slot;
use crate::tui::screen::Screen;
use crate::tui::toast::Toast;

impl App {
    /// Runs an action.
    pub(super) fn act(&mut self, action: Action) {
        self.dirty = true;
        match action {
            Action::Quit => self.quit(),
            Action::Interrupt => self.interrupt(),
            Action::Repaint => self.repaint(),
            Action::Suspend => self.suspend(),
            Action::Lock if self.unsaved() && !self.asks_to_lock() => self.ask(Confirmation::Lock),
            Action::Lock => self.lock_now(),
            Action::Help => self.toggle_help(),
            Action::Jump => self.open_jump(),
            Action::Export if self.is_demo() => {
                self.toast = Some(Toast::note(self.now, "This is the demo: it writes no file."));
            }
            Action::Export if self.by_ssh_key() => {
                let sentence = "Over SSH the log goes to your machine: ssh keydesk@HOST 'audit export' > FILE";
                self.toast = Some(Toast::note(self.now, sentence));
            }
            _ if self.help.is_some() => self.act_on_help(action),
            _ if self.sign_in.is_some() => self.act_on_sign_in(action),
            _ if self.workspace.as_ref().is_some_and(|r| !r.dialogs.is_empty()) => self.act_on_dialog(action),
            _ => self.act_on_screen(action),
        }
    }

    /// Quits; asks first if a secret is on the screen that was not copied.
    pub(super) fn quit(&mut self) {
        self.dirty = true;
        if self.unsaved() {
            return self.ask(Confirmation::Quit);
        }
        self.leave();
    }

    /// ctrl-c: closes what is open, a sheet or a filter; on a page it quits. Twice in a row quits from everywhere. Never
    /// loses a secret that was not copied, and works while the store is silent.
    pub(super) fn interrupt(&mut self) {
        self.dirty = true;
        let again = std::mem::replace(&mut self.interrupted, true);
        let sheet = self.dialog().is_some_and(|dialog| !matches!(dialog.kind, DialogKind::OneTimeSecret(_)));
        if again || self.sign_in.is_some() || self.is_waiting() || self.unsaved() {
            return self.quit();
        }
        if self.help.take().is_some() {
            return;
        }
        if sheet {
            self.drop_type_ahead();
            return self.cancel_dialog();
        }
        let interrupt = Action::Interrupt;
        if !self.filter_handles(interrupt)
            && !self.log_filter_handles(interrupt)
            && !self.user_filter_handles(interrupt)
        {
            self.quit();
        }
    }

    /// Leaves.
    pub(super) fn leave(&mut self) {
        self.leave_for(Effect::Quit);
    }

    /// Signs out and ends the desk; `last` is its last effect.
    pub(super) fn leave_for(&mut self, last: Effect) {
        let signed_in = self.workspace.as_ref().filter(|_| self.sign_in.is_none()).map(|workspace| workspace.actor());
        self.drop_secrets();
        if let Some(actor) = signed_in {
            self.call(Slot::Unwatched, Call::SignOut(actor));
        }
        self.out.push(last);
    }

    fn repaint(&mut self) {
        self.out.push(Effect::Repaint);
        if let Some(workspace) = &mut self.workspace {
            workspace.reload(self.now);
        }
    }

    fn suspend(&mut self) {
        match self.unsaved() {
            true => self.ask(Confirmation::Suspend),
            false => self.stop(),
        }
    }

    /// Suspends. Secrets are wiped before the desk comes back.
    pub(super) fn stop(&mut self) {
        self.close_one_time_view();
        self.out.push(Effect::Suspend);
    }

    /// Whether it is being asked whether to lock: the key again locks.
    fn asks_to_lock(&self) -> bool {
        matches!(self.dialog().map(|dialog| &dialog.kind), Some(DialogKind::Confirm(Confirmation::Lock)))
    }

    /// Whether a secret is on the screen that was not copied.
    fn unsaved(&self) -> bool {
        self.one_time_view().is_some_and(|view| !view.saved())
    }

    fn one_time_view(&self) -> Option<&OneTimeSecret> {
        let workspace = self.workspace.as_ref().filter(|_| self.sign_in.is_none())?;
        workspace.dialogs.iter().find_map(|dialog| match &dialog.kind {
            DialogKind::OneTimeSecret(view) => Some(&**view),
            _ => None,
        })
    }

    /// Names of the credentials whose new secret was not copied.
    pub(super) fn uncopied(&self) -> Vec<&str> {
        let view = self.one_time_view();
        view.into_iter().flat_map(|view| view.unsaved().map(|page| page.holder.name())).collect()
    }

    /// Whether some of several new secrets were copied.
    pub(super) fn copied_some(&self) -> bool {
        self.one_time_view().is_some_and(|view| view.pages().len() > view.unsaved().count())
    }

    /// Closes the one-time view and everything over it.
    pub(super) fn close_one_time_view(&mut self) {
        let Some(workspace) = &mut self.workspace else { return };
        if let Some(i) = workspace.dialogs.iter().position(|d| matches!(d.kind, DialogKind::OneTimeSecret(_))) {
            workspace.dialogs.truncate(i);
        }
    }

    pub(super) fn ask(&mut self, confirmation: Confirmation) {
        self.help = None;
        let Some(workspace) = &mut self.workspace else { return };
        // A second confirmation replaces the first, and takes the place of a choice.
        workspace.dialogs.retain(|d| !matches!(d.kind, DialogKind::Confirm(_) | DialogKind::Pick(_)));
        workspace.dialogs.push(Dialog::confirm(confirmation));
        self.drop_type_ahead();
    }

    fn toggle_help(&mut self) {
        self.help = match self.help.take() {
            Some(_) => None,
            None => Some(Scrollable::new(self.scopes())),
        };
    }

    fn act_on_help(&mut self, action: Action) {
        let most = self.scroll_limit(action);
        match (action, &mut self.help) {
            (Action::Back, help) => *help = None,
            (action, Some(help)) => scroll(&mut help.scroll, action, most),
            (_, None) => {}
        }
    }

    /// Signs out: the next user finds the sign-in screen.
    pub(super) fn sign_out(&mut self) {
        if self.by_ssh_key() {
            return self.leave();
        }
        let Some(workspace) = self.workspace.take() else { return };
        self.pending.clear();
        self.help = None;
        self.call(Slot::Unwatched, Call::SignOut(workspace.actor()));
        self.sign_in = Some(self.nobody());
    }

    /// One step back; from the menu there is none.
    pub(super) fn back(&mut self) {
        let Some(workspace) = &mut self.workspace else { return };
        if workspace.screens.len() > 1 {
            workspace.screens.pop();
            workspace.due.overview = Some(self.now);
            self.cancel(Slot::List);
            self.cancel(Slot::Ticks);
            self.cancel(Slot::Hits);
            self.cancel(Slot::UsedDays);
            self.cancel(Slot::Details);
            self.cancel(Slot::Trail);
            self.cancel(Slot::TrailCount);
            self.cancel(Slot::Users);
            self.cancel(Slot::Verify);
            self.cancel(Slot::Security);
            self.cancel(Slot::SignIns);
        }
    }

    /// Opens a screen.
    pub(super) fn open(&mut self, screen: Screen) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        workspace.screens.push(screen);
        workspace.due.list = Some(now);
        workspace.due.trail = Some(now);
        workspace.due.users = Some(now);
        workspace.due.ssh_keys = Some(now);
        workspace.due.overview = Some(now);
    }
}

/// Moves through something longer than the screen, of which `most` lines do not fit.
pub(super) fn scroll(at: &mut usize, action: Action, most: usize) {
    *at = match action {
        Action::Up => at.saturating_sub(1),
        Action::Down => *at + 1,
        Action::PageUp => at.saturating_sub(10),
        Action::PageDown => *at + 10,
        Action::HalfUp => at.saturating_sub(5),
        Action::HalfDown => *at + 5,
        Action::First => 0,
        Action::Last => most,
        _ => return,
    }
    .min(most);
}
