//! Fault injection for tests of the real program. Compiled to nothing in a release build.
//!
//! With `KEYDESK_TEST_FAULTS` set to `killed-at=N` the program is killed at the Nth place that is marked here, as by `kill -9`.

#[cfg(debug_assertions)]
static PASSED: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

/// A place where a program may be killed.
pub fn may_be_killed() {
    #[cfg(debug_assertions)]
    {
        let wanted = std::env::var("KEYDESK_TEST_FAULTS").unwrap_or_default();
        let Some(at) = wanted.strip_prefix("killed-at=").and_then(|at| at.parse::<u32>().ok()) else { return };
        if PASSED.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1 == at {
            let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        }
    }
}
