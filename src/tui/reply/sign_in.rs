//! Replies to set-up, sign-in and unlock.

use crate::hub::{HubError, Session, SignIn};
use crate::tui::app::{App, PULSE};
use crate::tui::form::Id;
use crate::tui::sign_in::{self, SignInKind, SignInMessage, SignInScreen};
use crate::tui::toast::Toast;

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

    pub(super) fn set_up(&mut self, account: String) {
        let name = self.sign_in.as_ref().map(|d| d.form.text(Id::Name).trim().to_owned()).unwrap_or_default();
        self.account = account;
        self.sign_in = Some(SignInScreen::sign_in(&name));
        let message = format!("The desk is set up. Keep a copy of {} elsewhere.", self.places.master_key);
        self.toast = Some(Toast::done(self.now, message));
    }

    /// Signed in, or unlocked: then everything is as it was left.
    fn welcome(&mut self, session: Session) {
        let forced = session.must_change_password;
        let same = self.workspace.as_ref().is_some_and(|r| r.session.actor.user == session.actor.user);
        self.last_key = self.now;
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
                self.enter(session);
            }
        }
        // The keys were not typed for the password dialog.
        if forced {
            self.drop_type_ahead();
        }
    }
}
