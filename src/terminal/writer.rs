//! Writes to standard output past the lock and the buffer of `std::io::stdout`: the signal thread must be able to write
//! while another thread is stuck in a write, and a buffer that nobody wipes must not hold a secret.

use std::io;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::stdio::stdout;

/// Interval at which a full terminal is tried again, and its owner asked.
const RETRY: Duration = Duration::from_secs(1);

/// Writes all of `bytes`.
pub fn write_all(bytes: &[u8]) -> io::Result<()> {
    write_while(bytes, || true)
}

/// Writes all of `bytes` as long as the screen is ours. An error if it is not.
pub fn write_while(mut bytes: &[u8], is_ours: impl Fn() -> bool) -> io::Result<()> {
    while !bytes.is_empty() {
        if !is_ours() {
            return Err(io::ErrorKind::NotConnected.into());
        }
        match rustix::io::write(stdout(), bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(n) => bytes = &bytes[n..],
            Err(Errno::INTR) => {}
            // Another program that shares this terminal may have made it non-blocking.
            Err(Errno::AGAIN) => drop(takes_bytes_within(RETRY)),
            Err(why) => return Err(why.into()),
        }
    }
    Ok(())
}

/// Writes what a terminal takes within `patience`, and drops the rest.
pub fn write_within(mut bytes: &[u8], patience: Duration) {
    let end = Instant::now() + patience;
    while !bytes.is_empty() {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || !takes_bytes_within(left) {
            return;
        }
        match rustix::io::write(stdout(), bytes) {
            Ok(n) => bytes = &bytes[n..],
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => return,
        }
    }
}

/// Waits until standard output takes bytes; whether it does.
fn takes_bytes_within(longest: Duration) -> bool {
    let timeout = Timespec { tv_sec: longest.as_secs() as _, tv_nsec: longest.subsec_nanos().into() };
    let out = stdout();
    let mut fds = [PollFd::new(&out, PollFlags::OUT)];
    matches!(poll(&mut fds, Some(&timeout)), Ok(1..)) && fds[0].revents().contains(PollFlags::OUT)
}
