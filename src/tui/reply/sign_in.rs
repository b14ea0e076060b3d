//! Replies to set-up, sign-in and unlock.

use crate::{
    hub::{HubError, Session, SignIn},
    tui::{
        app::{App, PULSE},
        form::Id,
        msg::Reply,
        sign_in::{self, SignInMessage, SignInScreen},
        toast::Toast,
    },
};

impl App {
    pub(super) fn sign_in_replied(&mut self, reply: Reply) {
        match reply {
            Reply::SetUp(Ok(account)) => self.set_up(account),
            Reply::SignIn(Ok(SignIn::Welcome(session))) | Reply::Session(session) => self.welcome(session),
            Reply::SignIn(Ok(SignIn::Wrong { left, pause })) => {
                self.show_sign_in_message(SignInMessage::Wrong(left, pause))
            }
            Reply::SignIn(Ok(SignIn::Locked { until })) => self.show_sign_in_message(SignInMessage::Locked(until)),
            Reply::SetUp(Err(HubError::Invalid { field, sentence })) => {
                let entry = sign_in::entry_of(field);
                match (entry, &mut self.sign_in) {
                    (Some(id), Some(sign_in)) => sign_in.form.fault(id, sentence),
                    _ => return self.show_sign_in_message(SignInMessage::Sentence(sentence)),
                }
                self.drop_ahead();
            }
            Reply::SetUp(Err(why)) | Reply::SignIn(Err(why)) => {
                self.show_sign_in_message(SignInMessage::Sentence(why.to_string()))
            }
            _ => {}
        }
    }

    fn set_up(&mut self, account: String) {
        let name = self.sign_in.as_ref().map(|d| d.form.text(Id::Name).trim().to_owned()).unwrap_or_default();
        self.account = account;
        self.sign_in = Some(SignInScreen::sign_in(&name));
        let said = format!("The desk is set up. Keep a copy of {} elsewhere.", self.places.master_key);
        self.toast = Some(Toast::done(self.now, said));
    }

    /// Signed in, or back from the lock: then one is where one was.
    fn welcome(&mut self, session: Session) {
        let forced = session.must_change_password;
        let same = self.workspace.as_ref().is_some_and(|r| r.session.actor.user == session.actor.user);
        self.last_key = self.now;
        match self.workspace.as_mut().filter(|_| same && !forced) {
            Some(workspace) => {
                workspace.session = session;
                workspace.due.pulse = Some(self.now.plus(PULSE));
                workspace.read_again(self.now);
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
        // The password dialog was not what the keys were typed for.
        if forced {
            self.drop_ahead();
        }
    }
}
