//! Terminal output that bypasses the lock of `std::io::stdout`: the signal thread must be able to write while the event
//! loop is stuck in a write.

use std::io::{self, IsTerminal as _, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::stdio::stdout;
use rustix::termios::tcgetwinsize;

/// Whether the screen is ours. Once it is handed back nothing more may be drawn on it.
static OPEN: AtomicBool = AtomicBool::new(false);

/// Whether both ends of the desk are a terminal.
pub fn is_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Columns and rows. Some terminals on serial lines report none: then the smallest size that everything has.
pub fn size() -> Size {
    match tcgetwinsize(stdout()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => Size::new(size.ws_col, size.ws_row),
        _ => Size::new(80, 24),
    }
}

/// The screen is ours from now on.
pub(super) fn open() {
    OPEN.store(true, Ordering::SeqCst);
}

/// The screen is not ours any more; whether it was.
pub(super) fn close() -> bool {
    OPEN.swap(false, Ordering::SeqCst)
}

/// Writes all of `bytes`, if the screen is ours.
pub fn write(mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        if !OPEN.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::NotConnected.into());
        }
        match rustix::io::write(stdout(), bytes) {
            Ok(n) => bytes = &bytes[n..],
            Err(Errno::INTR) => {}
            // Another program that shares this terminal may have made it non-blocking.
            Err(Errno::AGAIN) => wait(Duration::from_secs(1)),
            Err(why) => return Err(why.into()),
        }
    }
    Ok(())
}

/// Writes what can be written within `patience`, even after the terminal was restored, and drops the rest.
pub(super) fn write_last(mut bytes: &[u8], patience: Duration) {
    let end = Instant::now() + patience;
    while !bytes.is_empty() {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || !wait_for(left) {
            return;
        }
        match rustix::io::write(stdout(), bytes) {
            Ok(n) => bytes = &bytes[n..],
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => return,
        }
    }
}

fn wait(longest: Duration) {
    wait_for(longest);
}

/// Waits until the terminal takes bytes; whether it does.
fn wait_for(longest: Duration) -> bool {
    let timeout = Timespec { tv_sec: longest.as_secs() as _, tv_nsec: longest.subsec_nanos().into() };
    let out = stdout();
    let mut fds = [PollFd::new(&out, PollFlags::OUT)];
    matches!(poll(&mut fds, Some(&timeout)), Ok(1..)) && fds[0].revents().contains(PollFlags::OUT)
}

/// The terminal as a writer.
#[derive(Debug, Default)]
pub struct Tty;

impl Write for Tty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
