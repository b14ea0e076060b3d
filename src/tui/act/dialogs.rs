//! Actions in the topmost dialog.

use crate::{
    credential::Verb,
    hub::Target,
    tui::{
        act::{forms, scroll},
        app::App,
        dialog::{Change, Confirmation, CopyPart, Dialog},
        form::{Advance, Id},
        keymap::Action,
        msg::{Call, CopyOutcome, Effect},
        pending::Slot,
    },
};

impl App {
    pub(super) fn act_on_dialog(&mut self, action: Action) {
        let most = self.scroll_limit(action);
        let Some(dialog) = self.workspace.as_mut().and_then(|r| r.dialogs.last_mut()) else { return };
        match (dialog, action) {
            (_, Action::Back) => self.safe_answer(),
            (Dialog::Secret(_), Action::CopyBoth) => self.copy(CopyPart::Both),
            (Dialog::Secret(_), Action::CopySecret) => self.copy(CopyPart::Secret),
            (Dialog::Secret(_), Action::CopyKey) => self.copy(CopyPart::Key),
            (Dialog::Secret(view), Action::Mask) => view.masked = !view.masked,
            (Dialog::Details(d), action) => scroll(&mut d.scroll, action, most),
            (Dialog::TrailEntry(d), action) => scroll(&mut d.scroll, action, most),
            (Dialog::UserKeys(_), action) => self.act_on_user_keys(action, most),
            (dialog, action) => {
                let advance = dialog.form_mut().and_then(|form| forms::edit(form, action));
                match advance {
                    Some(Advance::Submit) => self.pressed(Id::Submit),
                    Some(Advance::Pressed(id)) => self.pressed(id),
                    Some(Advance::Moved) | None => {}
                }
                if matches!(action, Action::Edit(_)) {
                    self.edited();
                }
            }
        }
    }

    /// Esc: the answer that loses nothing.
    fn safe_answer(&mut self) {
        if self.stopped_finding() {
            return;
        }
        let Some(workspace) = &mut self.workspace else { return };
        match workspace.dialogs.last() {
            Some(Dialog::Secret(view)) if !view.saved => self.ask(Confirmation::Close),
            Some(Dialog::Password(d)) if d.forced => self.sign_out(),
            _ => drop(workspace.dialogs.pop()),
        }
    }

    /// A button was pressed, or Enter sent the form.
    fn pressed(&mut self, id: Id) {
        let Some(dialog) = self.workspace.as_mut().and_then(|r| r.dialogs.last_mut()) else { return };
        match (dialog, id) {
            (Dialog::Ask(ask), Id::Ok) => {
                let confirmation = ask.confirmation;
                self.lose(confirmation);
            }
            (_, Id::Cancel | Id::Ok) => self.safe_answer(),
            (Dialog::Create(create), Id::Generate) => {
                create.generate = !create.generate;
                create.form.wipe_passwords();
                create.form.focus_on(if create.generate { Id::Submit } else { Id::Password });
            }
            (Dialog::NewPassword(d), Id::Generate) => {
                d.generate = !d.generate;
                d.form.wipe_passwords();
                d.form.focus_on(if d.generate { Id::Submit } else { Id::Password });
            }
            (Dialog::Create(_), _) => self.send_create(),
            (Dialog::Edit(_), Id::Another) => self.open_new_password(),
            (Dialog::Edit(_), _) => self.send_edit(),
            (Dialog::NewPassword(_), _) => self.send_new_password(),
            (Dialog::Find(_), _) => self.send_find(),
            (Dialog::Found(_), _) => self.stop_found(),
            (Dialog::StopOld(_), _) => self.send_stop_old(),
            (Dialog::Rotate(_), _) => self.send_rotate(),
            (Dialog::Password(_), _) => self.send_password(),
            (Dialog::User(d), Id::See) => {
                let name = d.action.row().map(|row| row.name.clone()).unwrap_or_default();
                self.see_keys(&name);
            }
            (Dialog::User(_), _) => self.send_user(),
            (Dialog::TrailFilter(_), id) => self.send_trail_filter(id == Id::ShowAll),
            (Dialog::Settings(_), _) => self.send_settings(),
            (Dialog::Export(_), _) => self.send_export(),
            (Dialog::Reauthenticate(_), _) => self.send_reauthentication(),
            (Dialog::Change(_), Id::Disable) => self.send_change(Some(Verb::Disable)),
            (Dialog::Change(_), _) => self.send_change(None),
            (Dialog::Secret(_), Id::Revoke) => self.revoke_it(),
            _ => {}
        }
    }

    /// Submits the topmost dialog again: what it waited for has arrived.
    pub(in crate::tui) fn send_what_waited(&mut self) {
        self.pressed(Id::Submit);
    }

    /// Does what the confirmation was about. A secret that nobody copied is lost.
    fn lose(&mut self, confirmation: Confirmation) {
        self.close_one_time_view();
        match confirmation {
            Confirmation::Close => {}
            Confirmation::Quit => self.leave(),
            Confirmation::Suspend => self.stop(),
            Confirmation::Lines => self.go_on_line_by_line(),
        }
    }

    /// Shows a validation error at its field; nothing is sent.
    pub(super) fn fault(&mut self, (id, said): (Id, String)) {
        if let Some(form) = self.workspace.as_mut().and_then(|r| r.dialogs.last_mut()).and_then(Dialog::form_mut) {
            form.fault(id, said);
        }
        self.drop_ahead();
    }

    fn send_create(&mut self) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        let actor = workspace.actor();
        let Some(Dialog::Create(create)) = workspace.dialogs.last_mut() else { return };
        create.problem = None;
        create.form.clear_faults();
        match create.wanted(now) {
            Ok(wanted) => self.call(Slot::Form, Call::Create(actor, wanted)),
            Err(fault) => self.fault(fault),
        }
    }

    fn send_rotate(&mut self) {
        let Some(workspace) = &mut self.workspace else { return };
        let actor = workspace.actor();
        let Some(Dialog::Rotate(rotate)) = workspace.dialogs.last_mut() else { return };
        rotate.problem = None;
        let call = Call::Rotate(actor, rotate.row.target(), rotate.overlap());
        self.call(Slot::Form, call);
    }

    fn send_password(&mut self) {
        let Some(workspace) = &mut self.workspace else { return };
        let actor = workspace.actor();
        let Some(Dialog::Password(d)) = workspace.dialogs.last_mut() else { return };
        d.problem = None;
        d.form.clear_faults();
        if let Err(fault) = d.check(actor.user.as_str()) {
            return self.fault(fault);
        }
        let (Some(old), Some(new)) = (d.form.password(Id::Old), d.form.password(Id::Password)) else { return };
        let call = Call::ChangeOwnPassword { actor, old: old.to_secret(), new: new.to_secret() };
        self.call(Slot::Form, call);
    }

    /// Sends the change; `instead` is the milder one that the revoke dialog offers.
    fn send_change(&mut self, instead: Option<Verb>) {
        let Some(workspace) = &mut self.workspace else { return };
        let actor = workspace.actor();
        let Some(Dialog::Change(change)) = workspace.dialogs.last_mut() else { return };
        change.problem = None;
        if instead.is_none() && !change.confirmed() {
            let said = format!("Type {} to confirm, or press esc.", change.to_type());
            return self.fault((Id::Confirm, said));
        }
        let targets: Vec<Target> = change.rows.iter().map(|row| row.target()).collect();
        let call = Call::SetState(actor, targets, instead.unwrap_or(change.verb));
        self.call(Slot::Form, call);
    }

    /// From the one-time view: the key that was just made is not wanted after all.
    fn revoke_it(&mut self) {
        let Some(workspace) = &mut self.workspace else { return };
        let Some(Dialog::Secret(view)) = workspace.dialogs.last() else { return };
        let change = Change { over_secret: true, ..Change::new(Verb::Revoke, vec![view.row.clone()]) };
        workspace.dialogs.push(Dialog::Change(Box::new(change)));
    }

    fn copy(&mut self, what: CopyPart) {
        let Some(Dialog::Secret(view)) = self.workspace.as_mut().and_then(|r| r.dialogs.last_mut()) else { return };
        if let Some(why) = &self.no_clipboard {
            view.copied = Some((what, CopyOutcome::Impossible(why.clone())));
            return self.drop_ahead();
        }
        let text = view.to_copy(what);
        let ticket = self.pending.add(Slot::Copying(what));
        self.out.push(Effect::Copy(ticket, text));
    }
}
