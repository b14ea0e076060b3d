//! Threads that step back: what they do matters less than an answer, and on a machine that is not busy costs them nothing.

use std::{fs, time::Duration};

/// How far a thread steps back; each number is a fifth less of a busy core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepBack {
    /// A tenth of what a thread that answers has: enough to get on with on a machine that is never idle.
    Hashing = 10,
    /// Hardly anything: on a machine that has nothing to spare, last uses are told late.
    Telling = 19,
}

impl StepBack {
    /// The calling thread alone steps back, as Linux has it. Where it may not, it is as quick as before and others are
    /// slower.
    pub(super) fn now(self) {
        let _ = rustix::process::setpriority_process(None, self as i32);
    }
}

/// One part in so many of a core is for this thread, as long as others want the core: less than the hundredth that would
/// show in the slowest hundredth of all answers.
const PART: u32 = 150;
/// The longest rest.
const LONGEST: Duration = Duration::from_millis(500);

/// What a thread that works in small pieces takes of a core. The system's own sharing is fair, but in turns of some
/// milliseconds; whoever waits for an answer feels each of them.
#[derive(Debug)]
pub(super) struct Pieces(Option<Turns>);

/// What the system has counted of a thread: how long it ran, and how long it could have run but had no core.
#[derive(Clone, Copy, Debug, Default)]
struct Turns {
    ran: Duration,
    waited: Duration,
}

impl Pieces {
    /// The first piece begins.
    pub(super) fn begin() -> Self {
        Self(Turns::now())
    }

    /// A piece is done: rests if the thread had to wait for a core while it worked on it. Where the system does not
    /// count, it never rests.
    pub(super) fn done(&mut self) {
        let (before, now) = (self.0, Turns::now());
        if let (Some(before), Some(now)) = (before, now) {
            std::thread::sleep(now.rest_since(before));
        }
        self.0 = Turns::now();
    }
}

impl Turns {
    fn now() -> Option<Self> {
        Self::read(&fs::read_to_string("/proc/thread-self/schedstat").ok()?)
    }

    /// proc(5): time spent on the CPU, time spent waiting for one, turns; nanoseconds.
    fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split_ascii_whitespace().map(|n| n.parse().ok().map(Duration::from_nanos));
        Some(Self { ran: numbers.next()??, waited: numbers.next()?? })
    }

    fn rest_since(self, before: Self) -> Duration {
        let ran = self.ran.saturating_sub(before.ran);
        let crowded = self.waited.saturating_sub(before.waited) > ran;
        if crowded { (ran * PART).min(LONGEST) } else { Duration::ZERO }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn whoever_waited_longer_than_it_worked_rests_in_proportion() {
        let turns = |ran, waited| Turns { ran: Duration::from_micros(ran), waited: Duration::from_micros(waited) };
        let before = turns(1_000, 7_000);
        assert_eq!(turns(2_000, 7_100).rest_since(before), Duration::ZERO, "there was a core for it");
        assert_eq!(turns(2_000, 9_000).rest_since(before), Duration::from_millis(150));
        assert_eq!(turns(90_000, 900_000).rest_since(before), LONGEST);
    }

    #[test]
    fn the_systems_own_count_is_read() {
        let read = Turns::read("101791 2132191 2\n").unwrap();
        assert_eq!((read.ran.as_nanos(), read.waited.as_nanos()), (101_791, 2_132_191));
        for no_count in ["", "12", "a b c"] {
            assert!(Turns::read(no_count).is_none(), "{no_count:?}");
        }
        // On this system too: a loop that runs for a while has run.
        let (before, began) = (Turns::now().unwrap(), Instant::now());
        while began.elapsed() < Duration::from_millis(20) {
            std::hint::spin_loop();
        }
        assert!(Turns::now().unwrap().ran > before.ran);
    }
}
