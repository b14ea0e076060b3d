//! Detects a hung-up terminal when no SIGHUP arrives.
//!
//! A process that was started with SIGHUP ignored, or whose session leader swallows it, is not notified when its
//! terminal goes away. crossterm 0.29 then reads in a loop for ever, at a whole core, with the keys in memory.

use std::sync::Arc;
use std::{io, thread};

use crate::terminal;
use crate::tui::runtime::shutdown::{LINE_GONE, Shutdown};

/// Ends the process when the terminal is gone.
pub(super) fn watch(shutdown: Arc<Shutdown>) -> io::Result<()> {
    let wait = move || {
        if terminal::wait_for_hangup() {
            shutdown.end(LINE_GONE);
        }
    };
    thread::Builder::new().name("keydesk-hangup".into()).spawn(wait).map(|_| ())
}
