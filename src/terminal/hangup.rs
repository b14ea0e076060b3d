//! Waits for a terminal to hang up where no SIGHUP tells.

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::stdio::stdin;

/// Blocks until the terminal is gone; `false` where that cannot be watched.
pub fn wait_for_hangup() -> bool {
    let terminal = stdin();
    loop {
        // No events are asked for, so only what is always reported wakes us: hang-up and error.
        let mut fds = [PollFd::new(&terminal, PollFlags::empty())];
        match poll(&mut fds, None) {
            Ok(_) if fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR) => return true,
            // Some systems cannot poll a terminal; asking again at once would burn a core.
            Ok(_) if !fds[0].revents().is_empty() => return false,
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}
