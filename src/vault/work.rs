//! Counts what the vault was asked to compute, so that a test can hold it equal whoever asks. Built for tests only.

use std::cell::Cell;

/// Calls made on this thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Digests.
    pub hashes: u32,
    /// MACs.
    pub macs: u32,
    /// Comparisons in constant time.
    pub compares: u32,
    /// Argon2id runs.
    pub slow: u32,
}

thread_local!(static DONE: Cell<Work> = const { Cell::new(Work { hashes: 0, macs: 0, compares: 0, slow: 0 }) });

/// Notes one call.
pub fn count(add: impl FnOnce(&mut Work)) {
    DONE.with(|done| {
        let mut work = done.get();
        add(&mut work);
        done.set(work);
    });
}

/// What `run` cost.
pub fn of<T>(run: impl FnOnce() -> T) -> (T, Work) {
    DONE.with(|done| done.set(Work::default()));
    let result = run();
    (result, DONE.with(Cell::get))
}
