//! Replies to set-up, sign-in and unlock.

use crate::hub::{HubError, Session, SignIn};
use crate::tui::app::{App, PULSE};
use crate::tui::dialog::Dialog;
use crate::tui::form::Id;
use crate::tui::msg::{Call, Effect};
use crate::tui::pending::Slot;
use crate::tui::sign_in::{self, SignInKind, SignInMessage, SignInScreen};

impl App {
    pub(super) fn signed_in(&mut self, outcome: SignIn) {
        match outcome {
            SignIn::Welcome(session) => self.welcome(session),
            SignIn::Wrong { left, pause } => self.show_sign_in_message(SignInMessage::Wrong(left, pause)),
            SignIn::Locked { until } => self.show_sign_in_message(SignInMessage::Locked(until)),
        }
    }

    /// Set-up or sign-in failed: at the field that is wrong, or in a sentence.
    pub(super) fn sign_in_failed(&mut self, why: HubError) {
        let set_up = self.sign_in.as_mut().filter(|sign_in| sign_in.kind == SignInKind::SetUp);
        match (why, set_up) {
            (HubError::Invalid { field, sentence }, Some(set_up)) => match sign_in::entry_of(field) {
                Some(id) => {
                    set_up.form.fault(id, sentence);
                    self.drop_type_ahead();
                }
                None => self.show_sign_in_message(SignInMessage::Sentence(sentence)),
            },
            (why, _) => self.show_sign_in_message(SignInMessage::Sentence(why.to_string())),
        }
    }

    /// The desk is set up. Who did it is signed in with the password that was typed, by the way that everybody takes.
    pub(super) fn set_up(&mut self, account: String) {
        self.account = account;
        let Some(set_up) = self.sign_in.take() else { return };
        let (name, password) = (set_up.form.text(Id::Name).trim().to_owned(), set_up.form.secret(Id::Password));
        self.sign_in = Some(SignInScreen::sign_in(&name));
        if !password.expose().is_empty() {
            self.call(Slot::SignIn, Call::SignIn { name, password });
        }
    }

    /// Signed in, or unlocked: then everything is as it was left.
    fn welcome(&mut self, session: Session) {
        let forced = session.must_change_password;
        let same = self.workspace.as_ref().is_some_and(|r| r.session.actor.user == session.actor.user);
        self.last_key = self.now;
        let name = session.actor.user.as_str();
        if self.last_name.as_ref().is_some_and(|last| last != name) {
            self.last_name = Some(name.to_owned());
            self.out.push(Effect::RememberName(name.to_owned()));
        }
        match self.workspace.as_mut().filter(|_| same && !forced) {
            Some(workspace) => {
                workspace.session = session;
                workspace.due.pulse = Some(self.now.plus(PULSE));
                workspace.reload(self.now);
                if let Some(api) = workspace.api_mut() {
                    api.awaited = true;
                }
                self.sign_in = None;
            }
            None => {
                self.pending.clear();
                let typed = self.sign_in.take().map(|sign_in| sign_in.form.secret(Id::Password));
                self.enter(session);
                // It was typed a moment ago, and need not be typed again to choose another.
                let typed = typed.filter(|typed| forced && !typed.expose().is_empty());
                if let (Some(workspace), Some(old)) = (&mut self.workspace, typed) {
                    workspace.dialogs = vec![Dialog::forced_password(old)];
                }
            }
        }
        // The keys were not typed for the password dialog.
        if forced {
            self.drop_type_ahead();
        }
    }
}
