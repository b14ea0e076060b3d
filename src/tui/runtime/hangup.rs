//! Detects a hung-up terminal when no SIGHUP arrives.
//!
//! A process that was started with SIGHUP ignored, or whose session leader swallows it, is not notified when its
//! terminal goes away. crossterm 0.29 then reads in a loop for ever, at a whole core, with the keys in memory.

use std::{io, sync::Arc, thread};

use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
    stdio::stdin,
};

use crate::tui::runtime::shutdown::{LINE_GONE, Shutdown};

/// Ends the process when the terminal is gone.
pub(super) fn watch(shutdown: Arc<Shutdown>) -> io::Result<()> {
    let wait = move || {
        if is_gone() {
            shutdown.end(LINE_GONE);
        }
    };
    thread::Builder::new().name("keydesk-hangup".into()).spawn(wait).map(|_| ())
}

/// Blocks until the terminal is gone; `false` where that cannot be watched.
fn is_gone() -> bool {
    let terminal = stdin();
    loop {
        // No events are requested, so only those that are always reported wake us: hang-up and error.
        let mut fds = [PollFd::new(&terminal, PollFlags::empty())];
        match poll(&mut fds, None) {
            Ok(_) if fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR) => return true,
            // Some systems cannot poll a terminal; polling again at once would burn a core.
            Ok(_) if !fds[0].revents().is_empty() => return false,
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}
