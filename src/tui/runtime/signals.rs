//! Signal handling, on a thread of its own.

use std::{
    io,
    sync::{Arc, mpsc::Sender},
    thread,
};

use signal_hook::{
    consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH},
    iterator::Signals,
};

use crate::tui::runtime::{event::Event, shutdown::Ending};

/// Listens from now on; also to signals that were ignored when the process was started (`nohup`).
pub(super) fn watch(ending: Arc<Ending>, events: Sender<Event>) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])?;
    let listen = move || {
        for signal in signals.forever() {
            let event = match signal {
                SIGWINCH => Event::Resized,
                SIGTSTP => Event::Stop,
                SIGCONT => Event::Continued,
                deadly => ending.end(128 + u8::try_from(deadly).unwrap_or_default()),
            };
            if events.send(event).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().name("keydesk-signals".into()).spawn(listen).map(|_| ())
}
