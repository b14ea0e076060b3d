//! Actions in the topmost dialog.

use crate::hub::{CredentialEdit, HubError};
use crate::tui::act::{forms, scroll};
use crate::tui::app::App;
use crate::tui::dialog::{ChangeState, Confirmation, CopyPart, Dialog, DialogKind};
use crate::tui::form::{Advance, Fault, Form, Id};
use crate::tui::keymap::Action;
use crate::tui::msg::{Call, Effect, Ticket};
use crate::tui::pending::Slot;
use crate::tui::toast::Toast;

impl App {
    pub(super) fn act_on_dialog(&mut self, action: Action) {
        let (now, most) = (self.now, self.scroll_limit(action));
        let Some(dialog) = self.dialog_mut() else { return };
        match (&mut dialog.kind, action) {
            (_, Action::Back) => self.cancel_dialog(),
            (DialogKind::OneTimeSecret(_), Action::CopyBoth) => self.copy(CopyPart::Both),
            (DialogKind::OneTimeSecret(_), Action::CopySecret) => self.copy(CopyPart::Secret),
            (DialogKind::OneTimeSecret(_), Action::CopyKey) => self.copy(CopyPart::Key),
            (DialogKind::OneTimeSecret(_), Action::CopyAll) => self.copy_all(),
            (DialogKind::OneTimeSecret(_), Action::CopyAs) => self.open_copy_as(),
            (DialogKind::OneTimeSecret(view), Action::NextPage | Action::PreviousPage) if view.pages().len() > 1 => {
                view.turn(action == Action::NextPage)
            }
            (DialogKind::OneTimeSecret(_), Action::NextPage) => self.act_on_dialog(Action::NextField),
            (DialogKind::OneTimeSecret(_), Action::PreviousPage) => self.act_on_dialog(Action::PreviousField),
            (DialogKind::OneTimeSecret(view), Action::Mask) => view.masked = !view.masked,
            (DialogKind::Jump(_), Action::Go | Action::CopyKey | Action::Up | Action::Down) => self.act_on_jump(action),
            (DialogKind::Pick(pick), Action::Pick) => {
                let chosen = pick.chosen();
                self.picked(chosen);
            }
            (DialogKind::Pick(pick), Action::Up | Action::Down) => pick.act(action),
            (DialogKind::Pick(_), action) => self.picked(Some(action)),
            (DialogKind::TrailEntry(_), Action::Up | Action::Down) => self.another_entry(action),
            (DialogKind::TrailEntry(d), Action::PageUp | Action::PageDown) => scroll(&mut d.scroll, action, most),
            (DialogKind::TrailEntry(_), Action::CopyEntry) => self.copy_entry(),
            (DialogKind::TrailCheck(_), Action::CopyLine) => self.copy_line(),
            (DialogKind::TrailCheck(_), Action::GoToTampered) => self.go_to_tampered(),
            (DialogKind::Tampered(_), Action::OpenLog) => self.pressed(Id::See),
            (DialogKind::Tampered(_), Action::Revoke) => self.pressed(Id::Revoke),
            (DialogKind::SshKeys(_), action) => self.act_on_ssh_keys(action, most),
            (DialogKind::UserKeys(_), action) => self.act_on_user_keys(action, most),
            (_, action) => {
                let before = dialog.form.as_ref().and_then(Form::focus);
                let advance = dialog.form.as_mut().and_then(|form| forms::edit(form, action));
                let after = dialog.form.as_ref().and_then(Form::focus);
                if let Some(left) = before.filter(|_| before != after) {
                    dialog.judge(left, now);
                }
                let button = dialog.asks_first(now).then_some(dialog.form.as_mut()).flatten();
                match (advance, button) {
                    (Some(Advance::Submit), Some(form)) => form.focus_on(Id::Submit),
                    (Some(Advance::Submit), None) => self.pressed(Id::Submit),
                    (Some(Advance::Pressed(id)), _) => self.pressed(id),
                    (Some(Advance::Moved) | None, _) => {}
                }
                if matches!(action, Action::Edit(_)) {
                    self.field_changed();
                }
            }
        }
    }

    /// Esc: the answer that loses nothing.
    pub(super) fn cancel_dialog(&mut self) {
        if self.stop_search() || self.stop_asking() || self.stop_change() {
            return;
        }
        let Some(workspace) = &mut self.workspace else { return };
        match workspace.dialog().map(|dialog| &dialog.kind) {
            Some(DialogKind::OneTimeSecret(view)) if !view.saved() => self.ask(Confirmation::Close),
            Some(DialogKind::OwnPassword { forced: true, .. }) => self.sign_out(),
            _ => drop(workspace.dialogs.pop()),
        }
    }

    /// Nobody knows whether the change that the topmost dialog sent was kept.
    pub(in crate::tui) fn asking(&mut self, ticket: Ticket) {
        if self.pending.is_for(ticket, Slot::Form)
            && let Some(dialog) = self.dialog_mut()
        {
            dialog.asking = true;
            self.dirty = true;
        }
    }

    /// Esc meanwhile: the answer is not waited for any longer. `false` if none is.
    fn stop_asking(&mut self) -> bool {
        let asking = self.pending.has(Slot::Form) && self.dialog().is_some_and(|dialog| dialog.asking);
        if asking {
            self.pending.drop_slot(Slot::Form, |ticket| self.out.push(Effect::Cancel(ticket)));
            self.form_failed(HubError::Unknown);
        }
        asking
    }

    /// Esc while many are changed: the worker takes everything back, unless it was faster. `false` if none are.
    fn stop_change(&mut self) -> bool {
        let changing = self.pending.has(Slot::Form) && self.dialog().is_some_and(|dialog| dialog.so_far > 0);
        if changing {
            self.pending.each(Slot::Form, |ticket| self.out.push(Effect::Cancel(ticket)));
        }
        changing
    }

    /// Something was chosen from a sheet.
    fn picked(&mut self, chosen: Option<Action>) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        workspace.dialogs.pop_if(|dialog| matches!(dialog.kind, DialogKind::Pick(_)));
        match chosen {
            Some(Action::OrderBy(order)) => {
                if let Some(api) = workspace.api_mut() {
                    api.order_by(order);
                }
                workspace.read_list(now);
            }
            Some(Action::CopyIn(form)) => self.copy_in(form),
            _ => {}
        }
    }

    /// A button was pressed, or Enter sent the form.
    pub(super) fn pressed(&mut self, id: Id) {
        let Some(Dialog { form: Some(form), kind, .. }) = self.dialog_mut() else { return };
        match (kind, id) {
            (DialogKind::Confirm(Confirmation::Lock), Id::Submit) => self.copy_and_lock(),
            (DialogKind::Confirm(confirmation), Id::Ok) => {
                let confirmation = *confirmation;
                self.carry_out(confirmation);
            }
            (_, Id::Cancel | Id::Ok) => self.cancel_dialog(),
            (DialogKind::Create(create), Id::Generate) => generate(&mut create.generate, form),
            (DialogKind::NewPassword(new), Id::Generate) => generate(&mut new.generate, form),
            (DialogKind::Edit(_), Id::Another) => self.open_new_password(),
            (DialogKind::FindBySecret { .. }, _) => self.send_find(),
            (DialogKind::FoundSecret(_), _) => self.stop_found(),
            (DialogKind::User(action), Id::See) => {
                let name = action.row().map(|row| row.name.clone()).unwrap_or_default();
                self.open_user_keys(&name);
            }
            (DialogKind::TrailEntry(_), _) => self.go_to_credential(),
            (DialogKind::TrailCheck(_), Id::CopyLine) => self.copy_line(),
            (DialogKind::TrailCheck(_), _) => self.compare_line(),
            (DialogKind::OneTimeSecret(_), Id::Revoke) => self.ask_to_revoke(),
            (DialogKind::Tampered(sheet), Id::Revoke) => {
                let change = ChangeState::revoke(vec![sheet.row.clone()]);
                self.replace(Dialog::change_state(change));
            }
            (DialogKind::Tampered(sheet), Id::See) => {
                let filter = format!("key:{}", sheet.row.key);
                if let Some(workspace) = &mut self.workspace {
                    workspace.dialogs.pop();
                }
                self.open_log(&filter);
            }
            (_, id) => self.send(id),
        }
    }

    /// Submits the topmost dialog again, after the password was confirmed.
    pub(in crate::tui) fn resend(&mut self) {
        self.pressed(Id::Submit);
    }

    /// Sends the form of the topmost dialog as a call, or shows which of its fields is at fault.
    fn send(&mut self, button: Id) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        let actor = workspace.actor();
        let Some(dialog) = workspace.dialog_mut() else { return };
        (dialog.problem, dialog.so_far, dialog.asking) = (None, 0, false);
        dialog.judge_all(now);
        match dialog.call(button, actor, now) {
            Some(Ok(Call::Edit(_, _, edit))) if edit == CredentialEdit::default() => {
                workspace.dialogs.pop();
                self.toast = Some(Toast::note(now, "Nothing was changed."));
            }
            Some(Ok(Call::SetSettings(_, wanted))) if wanted.is_empty() => {
                workspace.dialogs.pop();
                self.toast = Some(Toast::note(now, "Nothing was changed."));
            }
            Some(Ok(call)) => self.call(Slot::Form, call),
            Some(Err(fault)) => self.fault(fault),
            None => {}
        }
    }

    /// Does what was confirmed. A secret that was not copied is lost.
    fn carry_out(&mut self, confirmation: Confirmation) {
        // A lock notes which secrets were lost before it wipes them.
        if !matches!(confirmation, Confirmation::Lock) {
            self.close_one_time_view();
        }
        match confirmation {
            Confirmation::Close => {}
            Confirmation::Quit => self.leave(),
            Confirmation::Suspend => self.stop(),
            Confirmation::Lock => self.lock_now(),
            Confirmation::Lines => self.continue_line_by_line(),
        }
    }

    /// Shows a validation error at its field; nothing is sent.
    pub(super) fn fault(&mut self, (id, message): Fault) {
        if let Some(form) = self.dialog_mut().and_then(|dialog| dialog.form.as_mut()) {
            form.fault(id, message);
        }
        self.drop_type_ahead();
    }

    /// From the one-time view: asks whether to revoke the key that was just created.
    fn ask_to_revoke(&mut self) {
        let Some(DialogKind::OneTimeSecret(view)) = self.dialog().map(|dialog| &dialog.kind) else { return };
        let Some(row) = view.credential() else { return };
        let change = ChangeState { over_secret: true, ..ChangeState::revoke(vec![row.clone()]) };
        self.push(Dialog::change_state(change));
    }
}

/// Switches between a generated password and a typed one.
fn generate(generate: &mut bool, form: &mut Form) {
    *generate = !*generate;
    form.wipe_passwords();
    form.focus_on(if *generate { Id::Submit } else { Id::Password });
}
