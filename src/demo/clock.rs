//! An adjustable clock that lags, so that the demo's history lies in the past.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::time::{Clock, Millis, SystemClock};

/// Another clock, less a number of milliseconds that shrinks to nothing while the demo is filled.
pub struct DemoClock {
    base: Arc<dyn Clock>,
    behind: AtomicI64,
}

impl Default for DemoClock {
    fn default() -> Self {
        Self::over(Arc::new(SystemClock))
    }
}

impl DemoClock {
    /// It lags behind this clock.
    pub fn over(base: Arc<dyn Clock>) -> Self {
        Self { base, behind: AtomicI64::default() }
    }

    /// From now on it shows the time `ms` milliseconds ago.
    pub fn go_back(&self, ms: i64) {
        self.behind.store(ms, Ordering::SeqCst);
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Millis {
        self.base.now().plus(-self.behind.load(Ordering::SeqCst))
    }
}
