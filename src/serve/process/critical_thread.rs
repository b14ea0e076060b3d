//! Critical threads. If one of them panics, the process ends: the others would go on answering from old data, and a key
//! that was revoked since would pass for ever. The service manager restarts the process; until then gateways get no
//! response and let nobody through.

use std::panic::{self, AssertUnwindSafe};
use std::thread::{self, JoinHandle};
use std::{io, process};

use crate::serve::http::socket_file;
use crate::serve::process::fault_injection;

/// Exit code after a panic.
const PANICKED: i32 = 1;

/// Starts a thread that ends when its work is done, and the process with it if it panics.
pub(in crate::serve) fn spawn(name: &'static str, work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    let guarded = move || {
        let result = panic::catch_unwind(AssertUnwindSafe(|| {
            fault_injection::panic_if_asked(name);
            work();
        }));
        if result.is_err() {
            tracing::error!(
                thread = name,
                "the verifier ends, for it cannot do without this thread: it is to be started anew"
            );
            // `exit` runs no destructors.
            socket_file::remove_all();
            process::exit(PANICKED);
        }
    };
    thread::Builder::new().name(name.to_owned()).spawn(guarded)
}

/// From now on only the location of a panic is logged: its message may hold any data.
pub(in crate::serve) fn log_panics() {
    panic::set_hook(Box::new(|what| {
        let place = what.location().map(ToString::to_string);
        tracing::error!(thread = thread::current().name(), place, "a mistake of keydesk's own: a thread panicked");
    }));
}
