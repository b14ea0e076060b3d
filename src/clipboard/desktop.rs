//! The desktop clipboard of this machine.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use arboard::Clipboard;
#[cfg(target_os = "macos")]
use arboard::SetExtApple as _;
#[cfg(all(unix, not(target_os = "macos")))]
use arboard::SetExtLinux as _;

use crate::secret::Secret;

/// A display that hangs must not hang a copy.
const PATIENCE: Duration = Duration::from_secs(2);

/// Keeps the clipboard for the whole session: on X11 the text is gone when its owner is.
#[derive(Default)]
pub struct Desktop {
    owner: Option<Sender<Job>>,
}

type Job = (Secret, Sender<bool>);

impl Desktop {
    /// Whether the desktop took `text`.
    pub fn copy(&mut self, text: &Secret) -> bool {
        let (answer, answered) = channel();
        if self.owner.is_none() {
            let (jobs, queue) = channel();
            let own = thread::Builder::new().name("keydesk-desktop".into()).spawn(move || own(&queue));
            self.owner = own.is_ok().then_some(jobs);
        }
        let asked = self.owner.as_ref().is_some_and(|owner| owner.send((text.duplicate(), answer)).is_ok());
        let took = asked && answered.recv_timeout(PATIENCE).unwrap_or(false);
        if !took {
            self.owner = None;
        }
        took
    }
}

/// Owns the clipboard until the session ends.
fn own(jobs: &Receiver<Job>) {
    let Ok(mut clipboard) = Clipboard::new() else { return };
    for (text, answer) in jobs {
        let Some(text) = text.expose_text() else { return };
        // Clipboard managers that honour the hint keep it out of their history.
        let set = clipboard.set().exclude_from_history().text(text);
        if answer.send(set.is_ok()).is_err() {
            return;
        }
    }
}
