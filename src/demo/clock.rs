//! An adjustable clock that lags, so that the demo's history lies in the past.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::time::{Clock, Millis, SystemClock};

/// The machine's clock, less a number of milliseconds that shrinks to nothing while the demo is filled.
#[derive(Debug, Default)]
pub struct DemoClock {
    behind: AtomicI64,
}

impl DemoClock {
    /// From now on it shows the time `ms` milliseconds ago.
    pub fn go_back(&self, ms: i64) {
        self.behind.store(ms, Ordering::SeqCst);
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Millis {
        SystemClock.now().plus(-self.behind.load(Ordering::SeqCst))
    }
}
