//! A progress line on standard error for work that takes more than a second, on a terminal only.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// A progress line that appears after a second.
pub struct Progress {
    terminal: bool,
    next: Instant,
    shown: bool,
}

impl Progress {
    const WAIT: Duration = Duration::from_secs(1);
    const AGAIN: Duration = Duration::from_millis(200);

    /// For work that starts now.
    pub fn new(terminal: bool, now: Instant) -> Self {
        Self { terminal, next: now + Self::WAIT, shown: false }
    }

    /// Shows how far the work is.
    pub fn show(&mut self, words: impl fmt::Display) {
        if self.due(Instant::now()) {
            let _ = write!(io::stderr(), "\r{words}");
        }
    }

    /// Removes the line: the work is done.
    pub fn clear(&self) {
        if self.shown {
            let _ = io::stderr().write_all(b"\r\x1b[K");
        }
    }

    fn due(&mut self, now: Instant) -> bool {
        let due = self.terminal && now >= self.next;
        if due {
            (self.next, self.shown) = (now + Self::AGAIN, true);
        }
        due
    }
}

/// Says how far a desk of an older keydesk has been brought up to date, on a terminal.
pub fn upgrading() -> impl FnMut(i64, i64) {
    let mut progress = Progress::new(io::stderr().is_terminal(), Instant::now());
    move |done, all| {
        progress.show(format_args!("The desk of an older keydesk is brought up to date: {done} of {all} keys"));
        if done >= all {
            progress.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_shows_after_a_second_and_only_on_a_terminal() {
        let start = Instant::now();
        let due = |terminal| {
            let mut progress = Progress::new(terminal, start);
            [0, 999, 1_000, 1_100, 1_250].map(|ms| progress.due(start + Duration::from_millis(ms)))
        };
        assert_eq!(due(true), [false, false, true, false, true]);
        assert_eq!(due(false), [false; 5]);
    }
}
