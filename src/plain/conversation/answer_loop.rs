//! The answer loop: waits for an answer, watches the session meanwhile, warns and locks.

use std::time::Duration;

use crate::hub::HubError;
use crate::plain::io::{Echo, LineEvent};
use crate::secret::Secret;

use super::idle::{Due, Idle};
use super::{Conversation, Exit, Step, WatchedSession};

/// Interval at which a waiting desk checks the idle timeout and the session.
const TICK: Duration = Duration::from_secs(1);

/// ctrl-z, where the terminal does not treat it as a stop.
const STOP: u8 = 0x1a;
const NO_STOP: &str = "ctrl-z does not stop keydesk while a password or a new secret is at hand. Answer first.";

impl Conversation<'_> {
    /// Asks until there is an answer.
    pub(super) fn answer(&mut self, question: &str, echo: Echo) -> Step<Secret> {
        self.prepare(echo)?;
        self.ask(question)?;
        let mut idle = self.begin();
        loop {
            match self.io.read(echo, TICK) {
                LineEvent::Line(line) => {
                    self.open_line = false;
                    match self.heard(line, &mut idle)? {
                        Some(line) => return Ok(line),
                        None => self.ask(question)?,
                    }
                }
                LineEvent::Nothing => self.look(&mut idle, question)?,
                LineEvent::Continued => {
                    self.prepare(echo)?;
                    self.say("")?;
                    self.ask(question)?;
                }
                LineEvent::Interrupted => return Err(Exit::Interrupted),
                LineEvent::End => return Err(Exit::End),
                LineEvent::Gone => return Err(Exit::Gone),
            }
        }
    }

    fn prepare(&mut self, echo: Echo) -> Step {
        self.io.prepare(echo).map_err(|_| Exit::Gone)
    }

    /// Nobody has been idle yet; `None` where nobody is signed in.
    pub(super) fn begin(&self) -> Option<Idle> {
        self.watch.as_ref().map(|watch| Idle::since(watch.hub.now()))
    }

    /// Whether a line is an answer to the question.
    fn heard(&mut self, line: Secret, idle: &mut Option<Idle>) -> Step<Option<Secret>> {
        if let (Some(idle), Some(watch)) = (&mut *idle, &self.watch)
            && idle.is_over(watch.idle_lock, watch.hub.now())
        {
            // After a sleep or a stop it is unknown who types now.
            return Err(Exit::Idle(watch.idle_lock));
        }
        if line.expose().contains(&STOP) {
            return self.refuse(NO_STOP).map(|()| None);
        }
        if line.is_empty() && idle.is_some_and(|idle| idle.warned) {
            // The Enter that the warning asked for does not answer the question.
            *idle = self.begin();
            return Ok(None);
        }
        Ok(Some(line))
    }

    /// Says what is to be told of the store and was not, and what is over; whether it said something.
    pub fn tell_about_store(&mut self) -> Step<bool> {
        let Some(watch) = &mut self.watch else { return Ok(false) };
        let found = watch.hub.store_notices();
        let before = std::mem::replace(&mut watch.told, found.clone());
        let over = before.iter().filter(|notice| !found.iter().any(|is| is.is_like(notice)));
        let over = over.map(|notice| notice.over().to_owned());
        let new = found.iter().filter(|notice| !before.contains(notice));
        let said: Vec<_> = new.map(|notice| format!("Needs attention: {}", notice.sentence())).chain(over).collect();
        said.iter().try_for_each(|sentence| self.say(sentence))?;
        Ok(!said.is_empty())
    }

    fn look(&mut self, idle: &mut Option<Idle>, question: &str) -> Step {
        if self.tell_about_store()? {
            self.ask(question)?;
        }
        let (Some(idle), Some(WatchedSession { hub, actor, idle_lock, .. })) = (idle, &self.watch) else {
            return Ok(());
        };
        // Any other error will be reported by the next call.
        if let Err(HubError::SessionOver(why)) = hub.pulse(actor) {
            return Err(Exit::Over(why));
        }
        match idle.due(*idle_lock, hub.now()) {
            Due::Nothing => Ok(()),
            Due::Lock => Err(Exit::Idle(*idle_lock)),
            Due::Warn(seconds) => {
                self.say(format!(
                    "keydesk locks in {seconds} seconds, because nobody answered. Press Enter to stay signed in, or \
                     answer the question."
                ))?;
                self.ask(question)
            }
        }
    }
}
