//! Critical threads. One that panics ends the process: the rest would go on answering from what it last knew, and a key
//! revoked since would pass for ever. The service manager restarts the process, and until then gateways get no answer
//! and let nobody through.

use std::{
    io,
    panic::{self, AssertUnwindSafe},
    process,
    thread::{self, JoinHandle},
};

use super::{listen, mischief};

/// Exit code after a panic.
const DIED: i32 = 1;

/// Starts a thread that ends when its work is done, and the process with it if it panics.
pub(super) fn begin(name: &'static str, work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    let watched = move || {
        let died = panic::catch_unwind(AssertUnwindSafe(|| {
            mischief::begins(name);
            work();
        }));
        if died.is_err() {
            tracing::error!(
                thread = name,
                "the verifier ends, for it cannot do without this thread: it is to be started anew"
            );
            // Nothing unwinds to where they would be removed.
            listen::take_away();
            process::exit(DIED);
        }
    };
    thread::Builder::new().name(name.to_owned()).spawn(watched)
}

/// From here on the log shows only the location of a panic: its message may hold any data.
pub(super) fn tell_panics() {
    panic::set_hook(Box::new(|what| {
        let place = what.location().map(ToString::to_string);
        tracing::error!(thread = thread::current().name(), place, "a mistake of keydesk's own: a thread panicked");
    }));
}
