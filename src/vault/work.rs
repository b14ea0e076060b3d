//! Counts cryptographic operations, so that a test can hold the work equal for every caller. Built for tests only.

use std::cell::Cell;

/// Operations that this thread has run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Digests computed.
    pub hashes: u32,
    /// MACs computed.
    pub macs: u32,
    /// Comparisons in constant time.
    pub compares: u32,
    /// Argon2id hashes computed.
    pub slow: u32,
}

thread_local!(static DONE: Cell<Work> = const { Cell::new(Work { hashes: 0, macs: 0, compares: 0, slow: 0 }) });

/// Counts one operation.
pub fn count(add: impl FnOnce(&mut Work)) {
    DONE.with(|done| {
        let mut work = done.get();
        add(&mut work);
        done.set(work);
    });
}

/// The result of `run` and the operations that it took.
pub fn of<T>(run: impl FnOnce() -> T) -> (T, Work) {
    DONE.with(|done| done.set(Work::default()));
    let result = run();
    (result, DONE.with(Cell::get))
}
