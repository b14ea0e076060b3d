//! Fault injection for tests of the real program; the verifier has others, in `serve::process::fault_injection`. Compiled to nothing in a release
//! build.
//!
//! `KEYDESK_TEST_FAULTS` holds words: `panic` (the loop panics at F12), `stuck` (the loop sleeps at F12),
//! `worker` (the next overview panics), `slow` (every call takes a third of a second longer).

use crate::tui::keymap::chord::Chord;
use crate::tui::msg::Call;

#[cfg(debug_assertions)]
mod on {
    use std::sync::OnceLock;
    use std::thread;
    use std::time::Duration;

    use crate::tui::keymap::chord::Code;
    use crate::tui::runtime::fault_injection::{Call, Chord};

    fn wanted(what: &str) -> bool {
        static WORDS: OnceLock<String> = OnceLock::new();
        let words = WORDS.get_or_init(|| std::env::var("KEYDESK_TEST_FAULTS").unwrap_or_default());
        words.split(' ').any(|word| word == what)
    }

    pub fn before_key(chord: Chord) {
        if chord != Chord::plain(Code::F(12)) {
            return;
        }
        assert!(!wanted("panic"), "made to panic by a test");
        if wanted("stuck") {
            thread::sleep(Duration::from_secs(30));
        }
    }

    pub fn before_call(call: &Call) {
        if wanted("slow") {
            thread::sleep(Duration::from_millis(333));
        }
        assert!(!(wanted("worker") && matches!(call, Call::Overview(..))), "a worker made to panic by a test");
    }
}

/// Called with each key before the state machine sees it.
pub(super) fn before_key(chord: Chord) {
    #[cfg(debug_assertions)]
    on::before_key(chord);
    #[cfg(not(debug_assertions))]
    let _ = chord;
}

/// Called on a worker with each call.
pub(super) fn before_call(call: &Call) {
    #[cfg(debug_assertions)]
    on::before_call(call);
    #[cfg(not(debug_assertions))]
    let _ = call;
}
