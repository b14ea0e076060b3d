//! The clipboard worker: a thread that copies, so that neither tmux nor a display can block the event loop.

use std::sync::mpsc::{Sender, channel};
use std::{io, thread};

use crate::clipboard::{self, CopyMethod, CopyOutcome, Desktop};
use crate::secret::Secret;
use crate::tui::msg::{Msg, Ticket};
use crate::tui::runtime::event::LoopEvent;

/// Copies by the method that was chosen at the start.
pub(super) struct ClipboardWorker {
    method: CopyMethod,
    /// Whether the client came by SSH.
    over_ssh: bool,
    events: Sender<LoopEvent>,
    /// Started by the first copy that needs it.
    worker: Option<Sender<(Ticket, Secret)>>,
}

impl ClipboardWorker {
    pub(super) fn new(method: CopyMethod, over_ssh: bool, events: Sender<LoopEvent>) -> Self {
        Self { method, over_ssh, events, worker: None }
    }

    /// What is known of a text that the loop wrote to the terminal.
    pub(super) fn sent(&self) -> CopyOutcome {
        CopyOutcome::sent(&|name| std::env::var(name).ok(), self.over_ssh)
    }

    /// Copies, and reports to the event loop; returns the text when the loop itself has to write it (OSC 52).
    pub(super) fn copy(&mut self, ticket: Ticket, text: Secret) -> Option<Secret> {
        if self.method == CopyMethod::Terminal {
            return Some(text);
        }
        if self.worker.is_none() {
            self.worker = start(self.method, self.events.clone()).ok();
        }
        match &self.worker {
            None => Some(text),
            Some(worker) => worker.send((ticket, text)).err().map(|unsent| unsent.0.1),
        }
    }
}

fn start(method: CopyMethod, events: Sender<LoopEvent>) -> io::Result<Sender<(Ticket, Secret)>> {
    let (jobs, queue) = channel();
    let work = move || {
        let mut desktop = Desktop::default();
        for (ticket, text) in queue {
            let event = match clipboard::copy(method, &mut desktop, &text) {
                Some(outcome) => LoopEvent::Msg(Msg::Copied(ticket, outcome)),
                None => LoopEvent::CopyByTerminal(ticket, text),
            };
            if events.send(event).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().name("keydesk-copy".into()).spawn(work)?;
    Ok(jobs)
}
