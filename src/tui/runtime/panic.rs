//! The panic hook: restores the terminal first, then prints the message.

use std::cell::Cell;
use std::sync::Arc;
use std::{panic, thread};

use crate::tui::runtime::shutdown::Shutdown;
use crate::tui::terminal;

thread_local! {
    /// On a worker whose panic becomes a reply.
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Exit code of a panic in a detached thread; the same as Rust's for the main thread.
const PANICKED: i32 = 101;

/// Runs `work`, whose panics are caught by it and must not touch the terminal.
pub(super) fn contained<T>(work: impl FnOnce() -> T) -> T {
    CONTAINED.set(true);
    let done = work();
    CONTAINED.set(false);
    done
}

/// From now on a panic hands the terminal back, prints its message there, and notes a secret that was on the screen.
/// Called on the loop's thread.
pub(super) fn watch(shutdown: Arc<Shutdown>) {
    let print = panic::take_hook();
    let loop_thread = thread::current().id();
    panic::set_hook(Box::new(move |what| {
        if CONTAINED.get() {
            return;
        }
        shutdown.begin();
        terminal::leave();
        shutdown.note_dropped();
        print(what);
        if thread::current().id() != loop_thread {
            // The loop would go on without input or signals.
            signal_hook::low_level::exit(PANICKED);
        }
    }));
}
