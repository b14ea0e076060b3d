//! The session of a signed-in user: calls to the hub, and how errors are reported.

use std::sync::Arc;

use crate::account::{Right, allows};
use crate::hub::{Actor, Hub, HubError, Session};
use crate::secret::What;

use super::conversation::{Conversation, Exit, Step, WatchedSession};

/// A signed-in user's session.
pub struct SignedIn<'t, 'io> {
    /// The conversation.
    pub conversation: &'t mut Conversation<'io>,
    /// The desk.
    pub hub: Arc<Hub>,
    /// The signed-in user, as the hub knows them.
    pub login: Session,
    /// Address of the verifier for gateways.
    pub verifier: String,
}

impl<'t, 'io> SignedIn<'t, 'io> {
    /// Begins the session, which is watched from now on.
    pub fn begin(conversation: &'t mut Conversation<'io>, hub: Arc<Hub>, login: Session, verifier: &str) -> Self {
        conversation.watch(Some(WatchedSession {
            hub: Arc::clone(&hub),
            actor: login.actor.clone(),
            idle_lock: login.idle_lock,
            told: Vec::new(),
        }));
        Self { conversation, hub, login, verifier: verifier.to_owned() }
    }

    /// The acting user.
    pub fn actor(&self) -> &Actor {
        &self.login.actor
    }

    /// Continues the session with a new confirmation or epoch.
    pub fn renew(&mut self, actor: Actor) {
        self.conversation.renew(&actor);
        self.login.actor = actor;
    }

    /// Says a sentence.
    pub fn say(&mut self, sentence: impl AsRef<str>) -> Step {
        self.conversation.say(sentence)
    }

    /// The label of a choice; one that the role may not choose says who may.
    pub fn choice_label(&self, words: &str, right: Right) -> String {
        match right {
            _ if allows(self.login.role, right) => words.to_owned(),
            Right::SeeCredentials => format!("{words} Not for Basic Users."),
            _ => format!("{words} {} only.", right.holders()),
        }
    }

    /// Whether the role has a right. If not, says so and writes a refusal to the trail. The hub checks again.
    pub fn has_right(&mut self, right: Right) -> Step<bool> {
        if allows(self.login.role, right) {
            return Ok(true);
        }
        // Users who may not even see the keys are told what the help page says: who may manage them.
        let right = if right == Right::SeeCredentials { Right::ManageCredentials } else { right };
        let refused = self.hub.record_denied(self.actor(), right);
        if let Some(denied) = self.report(refused)? {
            self.conversation.refuse(denied.to_string())?;
        }
        Ok(false)
    }

    /// Unwraps a result of the hub; an error is reported and becomes `None`.
    pub fn report<T>(&mut self, answer: Result<T, HubError>) -> Step<Option<T>> {
        match answer {
            Ok(value) => Ok(Some(value)),
            Err(HubError::SessionOver(why)) => Err(Exit::Over(why)),
            Err(why) => self.conversation.refuse(why.to_string()).map(|()| None),
        }
    }

    /// Calls the hub; an error is reported and becomes `None`.
    pub fn call<T: Send>(&mut self, work: impl FnOnce(&Hub, &Actor) -> Result<T, HubError> + Send) -> Step<Option<T>> {
        let answer = self.conversation.call(|| work(&self.hub, &self.login.actor))?;
        self.report(answer)
    }

    /// Calls the hub for something sensitive: asks for the user's own password again if that is needed.
    pub fn call_confirmed<T: Send>(
        &mut self,
        work: impl Fn(&Hub, &Actor) -> Result<T, HubError> + Sync,
    ) -> Step<Option<T>> {
        loop {
            match self.conversation.call(|| work(&self.hub, &self.login.actor))? {
                Err(HubError::PasswordNeeded) => {
                    if !self.confirm()? {
                        return Ok(None);
                    }
                }
                answer => return self.report(answer),
            }
        }
    }

    /// Asks for the user's own password until it is right; `false` when the user goes back.
    fn confirm(&mut self) -> Step<bool> {
        self.say("This needs your own password again, because it was not asked for in the last 5 minutes.")?;
        loop {
            let question = "Type your own password; it is not shown. An empty line goes back: ";
            let Some(password) = self.conversation.hidden(question, What::Password)? else {
                self.say("Nothing was changed.")?;
                return Ok(false);
            };
            if let Some(actor) = self.call(|hub, actor| hub.confirm_password(actor, &password))? {
                self.renew(actor);
                return Ok(true);
            }
        }
    }
}
