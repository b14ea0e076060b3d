//! Accidents on purpose, so that tests can watch the real program have them. Empty in a release build.
//!
//! `KEYDESK_TEST_MISCHIEF` names a thread that panics as soon as it has begun.

/// Called by each thread of that kind as it begins.
pub(super) fn begins(thread: &str) {
    #[cfg(debug_assertions)]
    {
        let wanted = std::env::var("KEYDESK_TEST_MISCHIEF").unwrap_or_default();
        assert!(wanted != thread, "made to panic by a test");
    }
    #[cfg(not(debug_assertions))]
    let _ = thread;
}
