//! CPU priority of background threads: nice values and voluntary pauses. Responses come first; on an idle machine the
//! threads lose nothing.

use std::fs;
use std::time::Duration;

/// Nice value of a thread; each step takes about a fifth of its share of a busy core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Nice {
    /// About a tenth of the share of a request thread: enough to make progress on a machine that is never idle.
    Hashing = 10,
    /// The lowest priority: on a saturated machine, last uses are reported late.
    Reporting = 19,
}

impl Nice {
    /// Sets the nice value of the calling thread alone, as Linux allows. Where that fails, the thread keeps its
    /// priority and the others are slower.
    pub(in crate::serve) fn apply(self) {
        let _ = rustix::process::setpriority_process(None, self as i32);
    }
}

/// While others want the core, this thread gets one part in so many: less than the hundredth that would show in the
/// 99th percentile of response times.
const SHARE: u32 = 150;
/// The longest pause.
const MAX_PAUSE: Duration = Duration::from_millis(500);

/// Cooperative yielding for a thread that works in small pieces. The kernel's scheduling is fair, but in time slices of
/// some milliseconds, which show in response times.
#[derive(Debug)]
pub(in crate::serve) struct CooperativeYield(Option<SchedStat>);

/// Scheduler statistics of a thread: how long it ran, and how long it was runnable but had no core.
#[derive(Clone, Copy, Debug, Default)]
struct SchedStat {
    ran: Duration,
    waited: Duration,
}

impl CooperativeYield {
    /// To be called before the first piece.
    pub(in crate::serve) fn start() -> Self {
        Self(SchedStat::current())
    }

    /// To be called after each piece: pauses if the thread had to wait for a core meanwhile. Without scheduler
    /// statistics it never pauses.
    pub(in crate::serve) fn after_piece(&mut self) {
        let (before, now) = (self.0, SchedStat::current());
        if let (Some(before), Some(now)) = (before, now) {
            std::thread::sleep(now.pause_since(before));
        }
        self.0 = SchedStat::current();
    }
}

impl SchedStat {
    fn current() -> Option<Self> {
        Self::read(&fs::read_to_string("/proc/thread-self/schedstat").ok()?)
    }

    /// proc(5): time spent on the CPU, time spent waiting for one, turns; nanoseconds.
    fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split_ascii_whitespace().map(|n| n.parse().ok().map(Duration::from_nanos));
        Some(Self { ran: numbers.next()??, waited: numbers.next()?? })
    }

    fn pause_since(self, before: Self) -> Duration {
        let ran = self.ran.saturating_sub(before.ran);
        let eviction_index = self.waited.saturating_sub(before.waited) > ran;
        if eviction_index { (ran * SHARE).min(MAX_PAUSE) } else { Duration::ZERO }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_thread_that_waited_longer_than_it_ran_pauses() {
        let stat = |ran, waited| SchedStat { ran: Duration::from_micros(ran), waited: Duration::from_micros(waited) };
        let before = stat(1_000, 7_000);
        assert_eq!(stat(2_000, 7_100).pause_since(before), Duration::ZERO, "there was a core for it");
        assert_eq!(stat(2_000, 9_000).pause_since(before), Duration::from_millis(150));
        assert_eq!(stat(90_000, 900_000).pause_since(before), MAX_PAUSE);
    }

    #[test]
    fn scheduler_statistics_are_read() {
        let read = SchedStat::read("101791 2132191 2\n").unwrap();
        assert_eq!((read.ran.as_nanos(), read.waited.as_nanos()), (101_791, 2_132_191));
        for no_count in ["", "12", "a b c"] {
            assert!(SchedStat::read(no_count).is_none(), "{no_count:?}");
        }
        // A loop that runs for a while shows in the statistics of this very system.
        let (before, began) = (SchedStat::current().unwrap(), Instant::now());
        while began.elapsed() < Duration::from_millis(20) {
            std::hint::spin_loop();
        }
        assert!(SchedStat::current().unwrap().ran > before.ran);
    }
}
