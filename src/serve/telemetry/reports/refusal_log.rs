//! Refusals in the log, and which of them are diagnosed: both with a limit per second.

use std::time::{Duration, Instant};

use crate::serve::telemetry::reports::Denial;

/// Limit on refusals in the log per second; the rest is counted.
const LOGGED_PER_SECOND: u32 = 200;
/// Limit on diagnosed requests per second, each of which takes a millisecond at most. Of the others only the reason is
/// reported.
const DIAGNOSED_PER_SECOND: u32 = 200;

/// The refusals in the log, with a limit per second.
pub(super) struct RefusalLog {
    second: Instant,
    logged: u32,
    suppressed: u64,
    diagnosed: u32,
}

impl Default for RefusalLog {
    fn default() -> Self {
        Self { second: Instant::now(), logged: 0, suppressed: 0, diagnosed: 0 }
    }
}

impl RefusalLog {
    pub(super) fn log(&mut self, denial: &Denial) {
        self.log_suppressed();
        if self.logged >= LOGGED_PER_SECOND {
            self.suppressed += 1;
            return;
        }
        self.logged += 1;
        let (kind, key) = denial.credential.as_ref().map(|(_, kind, key)| (kind.as_str(), key.as_str())).unzip();
        tracing::info!(
            reason = denial.reason.as_str(),
            component = denial.component,
            clock_offset = denial.clock_offset,
            mistake = denial.mistake,
            kind,
            key,
            client = denial.client.map(tracing::field::display),
            endpoint = denial.endpoint,
            "refused"
        );
    }

    /// Whether one more request may be diagnosed in this second.
    pub(super) fn may_diagnose(&mut self) -> bool {
        self.log_suppressed();
        self.diagnosed += 1;
        self.diagnosed <= DIAGNOSED_PER_SECOND
    }

    /// Logs at the end of a second how many refusals were suppressed.
    pub(super) fn log_suppressed(&mut self) {
        if self.second.elapsed() < Duration::from_secs(1) {
            return;
        }
        if self.suppressed > 0 {
            tracing::info!(count = self.suppressed, "refused more than are told one by one");
        }
        *self = Self::default();
    }
}
