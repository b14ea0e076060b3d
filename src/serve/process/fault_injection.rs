//! Fault injection for tests of the real program; the screen has others, in `tui::runtime::fault_injection`. Compiled to nothing in a release
//! build.
//!
//! `KEYDESK_TEST_FAULTS` names a thread that panics as soon as it starts. `KEYDESK_TEST_DELAY` names a place and the
//! milliseconds to wait there, as in `load=3000`. A fault that is named `unknown-commit` happens once: the first batch of
//! counts is committed, and the writer is told that nobody knows. With `deaf` hints of commits are not listened to.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

/// Called by a thread of that name as it starts.
pub(in crate::serve) fn panic_if_asked(thread: &str) {
    #[cfg(debug_assertions)]
    {
        let wanted = std::env::var("KEYDESK_TEST_FAULTS").unwrap_or_default();
        assert!(wanted != thread, "made to panic by a test");
    }
    #[cfg(not(debug_assertions))]
    let _ = thread;
}

/// Whether a fault of that name is due: once in the life of the process.
pub(in crate::serve) fn once(fault: &str) -> bool {
    static HAPPENED: AtomicBool = AtomicBool::new(false);
    cfg!(debug_assertions)
        && std::env::var("KEYDESK_TEST_FAULTS").is_ok_and(|wanted| wanted == fault)
        && !HAPPENED.swap(true, Relaxed)
}

/// Whether a fault of that name goes on for the whole life of the process.
pub(in crate::serve) fn always(fault: &str) -> bool {
    cfg!(debug_assertions) && std::env::var("KEYDESK_TEST_FAULTS").is_ok_and(|wanted| wanted == fault)
}

/// Called where something starts that may take long.
pub(in crate::serve) fn delay_if_asked(place: &str) {
    #[cfg(debug_assertions)]
    {
        let wanted = std::env::var("KEYDESK_TEST_DELAY").unwrap_or_default();
        let delay = wanted.split_once('=').filter(|(named, _)| *named == place).and_then(|(_, ms)| ms.parse().ok());
        std::thread::sleep(std::time::Duration::from_millis(delay.unwrap_or_default()));
    }
    #[cfg(not(debug_assertions))]
    let _ = place;
}
