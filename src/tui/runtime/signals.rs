//! Signal handling, on a thread of its own.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::{io, thread};

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;

use crate::tui::runtime::event::LoopEvent;
use crate::tui::runtime::shutdown::Shutdown;

/// Listens from now on, even to signals that were ignored when the process was started (`nohup`).
pub(super) fn watch(shutdown: Arc<Shutdown>, events: Sender<LoopEvent>) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])?;
    let listen = move || {
        for signal in signals.forever() {
            let event = match signal {
                SIGWINCH => LoopEvent::Resized,
                SIGTSTP => LoopEvent::Stop,
                SIGCONT => LoopEvent::Continued,
                deadly => shutdown.end(128 + u8::try_from(deadly).unwrap_or_default()),
            };
            if events.send(event).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().name("keydesk-signals".into()).spawn(listen).map(|_| ())
}
