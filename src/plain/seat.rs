//! The session: a signed-in user, and how the hub's answers are told.

use std::sync::Arc;

use crate::{
    account::{Right, allows},
    hub::{Actor, Hub, HubError, Session},
    secret::What,
};

use super::talk::{Said, Talk, Watch};

/// A signed-in user's session.
pub struct Seat<'t, 'io> {
    /// The conversation.
    pub talk: &'t mut Talk<'io>,
    /// The use cases.
    pub hub: Arc<Hub>,
    /// The hub's session of the signed-in user.
    pub session: Session,
    /// Address of the verifier for gateways.
    pub verifier: String,
}

impl<'t, 'io> Seat<'t, 'io> {
    /// Begins the session, which is watched from now on.
    pub fn take(talk: &'t mut Talk<'io>, hub: Arc<Hub>, session: Session, verifier: &str) -> Self {
        talk.watch(Some(Watch { hub: Arc::clone(&hub), actor: session.actor.clone(), idle_lock: session.idle_lock }));
        Self { talk, hub, session, verifier: verifier.to_owned() }
    }

    /// The acting user.
    pub fn actor(&self) -> &Actor {
        &self.session.actor
    }

    /// Continues the session with a new confirmation or epoch.
    pub fn renew(&mut self, actor: Actor) {
        self.talk.renew(&actor);
        self.session.actor = actor;
    }

    /// Says a sentence.
    pub fn say(&mut self, sentence: impl AsRef<str>) -> Said {
        self.talk.say(sentence)
    }

    /// Words of a choice, with who may choose it where this user may not.
    pub fn for_whom(&self, words: &str, right: Right) -> String {
        match right {
            _ if allows(self.session.role, right) => words.to_owned(),
            Right::SeeCredentials => format!("{words} Not for Basic Users."),
            _ => format!("{words} Administrators only."),
        }
    }

    /// Whether the role has a right. If not, that is said and written to the trail. A courtesy: the hub asks again.
    pub fn may(&mut self, right: Right) -> Said<bool> {
        if allows(self.session.role, right) {
            return Ok(true);
        }
        // Users who may not even see the keys are told what the help page says: who may manage them.
        let right = if right == Right::SeeCredentials { Right::ManageCredentials } else { right };
        let refused = self.hub.record_denied(self.actor(), right);
        if let Some(denied) = self.told(refused)? {
            self.talk.refuse(denied.to_string())?;
        }
        Ok(false)
    }

    /// Unwraps an answer of the hub; an error is said, and becomes `None`.
    pub fn told<T>(&mut self, answer: Result<T, HubError>) -> Said<Option<T>> {
        match answer {
            Ok(value) => Ok(Some(value)),
            Err(HubError::SessionOver(why)) => Err(super::talk::Leave::Over(why)),
            Err(why) => self.talk.refuse(why.to_string()).map(|()| None),
        }
    }

    /// Runs a call of the hub; an error is said, and becomes `None`.
    pub fn done<T>(&mut self, work: impl FnOnce(&Hub, &Actor) -> Result<T, HubError>) -> Said<Option<T>> {
        let answer = work(&self.hub, self.actor());
        self.told(answer)
    }

    /// Runs a sensitive call of the hub: asks for the user's own password again when that is needed.
    pub fn confirmed<T>(&mut self, work: impl Fn(&Hub, &Actor) -> Result<T, HubError>) -> Said<Option<T>> {
        loop {
            match work(&self.hub, self.actor()) {
                Err(HubError::PasswordNeeded) => {
                    if !self.confirm()? {
                        return Ok(None);
                    }
                }
                answer => return self.told(answer),
            }
        }
    }

    /// Asks for the user's own password until it is right; `false` when the user goes back.
    fn confirm(&mut self) -> Said<bool> {
        self.say("This needs your own password again, because it was not asked for in the last 5 minutes.")?;
        loop {
            let question = "Type your own password; it is not shown. An empty line goes back: ";
            let Some(password) = self.talk.hidden(question, What::Password)? else {
                self.say("Nothing was changed.")?;
                return Ok(false);
            };
            if let Some(actor) = self.done(|hub, actor| hub.confirm_password(actor, &password))? {
                self.renew(actor);
                return Ok(true);
            }
        }
    }
}
