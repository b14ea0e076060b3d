//! Fault injection for tests of the real program. Compiled to nothing in a release build.
//!
//! `KEYDESK_TEST_MISCHIEF` names a thread that panics as soon as it has begun; `KEYDESK_TEST_DELAY` names something and the
//! milliseconds that it takes longer, as in `load=3000`.

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

/// Called where something that may take long begins.
pub(super) fn delays(what: &str) {
    #[cfg(debug_assertions)]
    {
        let wanted = std::env::var("KEYDESK_TEST_DELAY").unwrap_or_default();
        let delay = wanted.split_once('=').filter(|(named, _)| *named == what).and_then(|(_, ms)| ms.parse().ok());
        std::thread::sleep(std::time::Duration::from_millis(delay.unwrap_or_default()));
    }
    #[cfg(not(debug_assertions))]
    let _ = what;
}
