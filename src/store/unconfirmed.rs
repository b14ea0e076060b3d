//! Commits that are on the disk of one server alone.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Counts the commits of a store that no standby has confirmed, since one last did.
#[derive(Clone, Debug, Default)]
pub struct Unconfirmed(Arc<AtomicU64>);

impl Unconfirmed {
    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.load(Relaxed)
    }

    /// Whether there is one.
    pub fn is_any(&self) -> bool {
        self.count() > 0
    }

    /// One more.
    pub fn note(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    /// A later commit was confirmed, and so are all before it.
    pub fn clear(&self) {
        self.0.store(0, Relaxed);
    }

    /// The same if none was added to those that were counted before.
    pub fn clear_those(&self, counted: u64) {
        let _ = self.0.compare_exchange(counted, 0, Relaxed, Relaxed);
    }
}
