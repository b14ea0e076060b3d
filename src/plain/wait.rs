//! The answer loop: waits for an answer, watches the session meanwhile, warns and locks.

use std::time::Duration;

use crate::{hub::HubError, secret::Secret};

use super::{
    idle::{Due, Idle},
    io::{Echo, Read},
    talk::{Leave, Said, Talk, Watch},
};

/// Interval at which a waiting desk checks the idle timeout and the session.
const TICK: Duration = Duration::from_secs(1);

/// ctrl-z where the terminal does not take it for a stop, and why it does not.
const STOP: u8 = 0x1a;
const NO_STOP: &str = "ctrl-z does not stop keydesk while a password or a new secret is at hand. Answer first.";

impl Talk<'_> {
    /// Asks until there is an answer.
    pub(super) fn answer(&mut self, question: &str, echo: Echo) -> Said<Secret> {
        self.prepare(echo)?;
        self.ask(question)?;
        let mut idle = self.begin();
        loop {
            match self.io.read(echo, TICK) {
                Read::Line(line) => {
                    self.open_line = false;
                    match self.heard(line, &mut idle)? {
                        Some(line) => return Ok(line),
                        None => self.ask(question)?,
                    }
                }
                Read::Nothing => self.look(&mut idle, question)?,
                Read::Continued => {
                    self.prepare(echo)?;
                    self.say("")?;
                    self.ask(question)?;
                }
                Read::Interrupted => return Err(Leave::Interrupted),
                Read::End => return Err(Leave::End),
                Read::Gone => return Err(Leave::Gone),
            }
        }
    }

    fn prepare(&mut self, echo: Echo) -> Said {
        self.io.prepare(echo).map_err(|_| Leave::Gone)
    }

    /// Nobody has been idle yet; `None` where nobody is signed in.
    fn begin(&self) -> Option<Idle> {
        self.watch.as_ref().map(|watch| Idle::since(watch.hub.now()))
    }

    /// Whether a line is an answer to the question.
    fn heard(&mut self, line: Secret, idle: &mut Option<Idle>) -> Said<Option<Secret>> {
        if let (Some(idle), Some(watch)) = (&mut *idle, &self.watch)
            && idle.is_over(watch.idle_lock, watch.hub.now())
        {
            // After a machine slept or a process was stopped, it is unknown who types now.
            return Err(Leave::Idle(watch.idle_lock));
        }
        if line.expose().contains(&STOP) {
            return self.refuse(NO_STOP).map(|()| None);
        }
        if line.is_empty() && idle.is_some_and(|idle| idle.warned) {
            // The Enter that the warning asked for is no answer to the question.
            *idle = self.begin();
            return Ok(None);
        }
        Ok(Some(line))
    }

    fn look(&mut self, idle: &mut Option<Idle>, question: &str) -> Said {
        let (Some(idle), Some(Watch { hub, actor, idle_lock })) = (idle, &self.watch) else { return Ok(()) };
        // Any other error concerns what is asked next, which will say so.
        if let Err(HubError::SessionOver(why)) = hub.pulse(actor) {
            return Err(Leave::Over(why));
        }
        match idle.due(*idle_lock, hub.now()) {
            Due::Nothing => Ok(()),
            Due::Lock => Err(Leave::Idle(*idle_lock)),
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
