//! CPU priority of background threads (nice values and voluntary pauses): what they do matters less than a response,
//! and on an idle machine costs them nothing.

use std::{fs, time::Duration};

/// Nice value of a thread; each step takes about a fifth of its share of a busy core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepBack {
    /// About a tenth of the share of a request thread: enough to make progress on a machine that is never idle.
    Hashing = 10,
    /// The lowest priority: on a saturated machine, last uses are reported late.
    Telling = 19,
}

impl StepBack {
    /// Sets the nice value of the calling thread alone, as Linux allows. Where that fails, the thread keeps its
    /// priority and the others are slower.
    pub(super) fn now(self) {
        let _ = rustix::process::setpriority_process(None, self as i32);
    }
}

/// While others want the core, this thread gets one part in so many: less than the hundredth that would show in the
/// 99th percentile of response times.
const PART: u32 = 150;
/// The longest pause.
const LONGEST: Duration = Duration::from_millis(500);

/// Cooperative yielding for a thread that works in small pieces. The kernel's scheduling is fair, but in time slices of
/// some milliseconds, which show in response times.
#[derive(Debug)]
pub(super) struct Pieces(Option<Turns>);

/// Scheduler statistics of a thread: how long it ran, and how long it was runnable but had no core.
#[derive(Clone, Copy, Debug, Default)]
struct Turns {
    ran: Duration,
    waited: Duration,
}

impl Pieces {
    /// To be called before the first piece.
    pub(super) fn begin() -> Self {
        Self(Turns::now())
    }

    /// To be called after each piece: pauses if the thread had to wait for a core meanwhile. Without scheduler
    /// statistics it never pauses.
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
