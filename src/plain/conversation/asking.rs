//! While nobody knows whether a change was kept: the store is asked until it is known, or until somebody wants to know no more.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use crate::hub::{HubError, UNANSWERED, asking_while};
use crate::plain::io::{Echo, LineEvent};

use super::idle::{Due, Idle};
use super::{Conversation, Exit, Step};

/// How often it is looked whether the answer is there.
const TICK: Duration = Duration::from_millis(250);

impl Conversation<'_> {
    /// Makes a call of the hub beside this thread, which listens meanwhile: if the commit of a change gets no answer, this is
    /// said, and Enter stops asking.
    pub fn call<T: Send>(&mut self, call: impl FnOnce() -> Result<T, HubError> + Send) -> Step<Result<T, HubError>> {
        let (told, asks) = channel();
        let stopped = Arc::new(AtomicBool::new(false));
        let goes_on = goes_on(told, Arc::clone(&stopped));
        let (answer, left) = thread::scope(|scope| {
            let worker = scope.spawn(move || asking_while(goes_on, call));
            // An error where nothing had to be asked: whoever would tell is gone with the call.
            let left = match asks.recv() {
                Ok(()) => self.listen(&|| worker.is_finished()),
                Err(_) => Ok(()),
            };
            stopped.store(true, Ordering::SeqCst);
            (worker.join().unwrap_or_else(|panic| resume_unwind(panic)), left)
        });
        match (answer, left) {
            (answer, Ok(())) => Ok(answer),
            // It is unknown who sits there now.
            (_, Err(exit @ Exit::Idle(_))) => Err(exit),
            // It is known after all, and whoever leaves hears of it first.
            (Ok(value), Err(_)) => Ok(Ok(value)),
            (Err(why), Err(exit)) => {
                self.say(why.to_string())?;
                Err(exit)
            }
        }
    }

    /// Says that the store is asked, and waits until it answered or somebody stops that.
    fn listen(&mut self, is_known: &dyn Fn() -> bool) -> Step {
        let said = format!("{UNANSWERED} Press Enter to stop asking.");
        self.refuse(&said)?;
        let mut idle = self.begin();
        while !is_known() {
            match self.io.read(Echo::Shown, TICK) {
                // The Enter that the warning asked for stops nothing.
                LineEvent::Line(_) if idle.is_some_and(|idle| idle.warned) => idle = self.begin(),
                LineEvent::Line(_) => return self.say("keydesk stops asking."),
                LineEvent::Nothing => self.watch_idle(&mut idle)?,
                LineEvent::Continued => self.say(&said)?,
                LineEvent::Interrupted => return Err(Exit::Interrupted),
                LineEvent::End => return Err(Exit::End),
                LineEvent::Gone => return Err(Exit::Gone),
            }
        }
        // What was typed meanwhile was meant to stop it, and is no answer to what comes next.
        self.io.forget_typed_ahead();
        Ok(())
    }

    fn watch_idle(&mut self, idle: &mut Option<Idle>) -> Step {
        let (Some(idle), Some(watch)) = (idle, &self.watch) else { return Ok(()) };
        match idle.due(watch.idle_lock, watch.hub.now()) {
            Due::Nothing => Ok(()),
            Due::Lock => Err(Exit::Idle(watch.idle_lock)),
            Due::Warn(seconds) => self.say(format!(
                "keydesk locks in {seconds} seconds, because nobody answered. Press Enter to stay signed in."
            )),
        }
    }
}

/// Whether to go on asking; the first time it tells that it is asked.
fn goes_on(told: Sender<()>, stopped: Arc<AtomicBool>) -> impl FnMut() -> bool + Send + 'static {
    let mut first = true;
    move || {
        if std::mem::take(&mut first) {
            // Whoever does not listen any more has stopped it too.
            let _ = told.send(());
        }
        !stopped.load(Ordering::SeqCst)
    }
}
