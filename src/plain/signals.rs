//! Signal handling on a thread of its own: ending the process never depends on the conversation.

use std::{
    io::{self, Write as _},
    os::unix::net::UnixStream,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use signal_hook::{
    consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM},
    iterator::Signals,
};

use super::{held::Slot, modes::Modes};

/// What wakes a waiting question.
pub const INTERRUPT: u8 = b'i';
/// The process was stopped and goes on.
pub const CONTINUED: u8 = b'c';

/// What the thread shares with the terminal.
#[derive(Clone)]
pub struct Shared {
    /// How the terminal was found.
    pub modes: Arc<Modes>,
    /// A secret that can be copied now.
    pub slot: Slot,
    /// ctrl-c was pressed and nobody has looked at it yet.
    pub interrupted: Arc<AtomicBool>,
}

/// Starts listening. ctrl-c and SIGCONT are reported through `wake`; every other signal ends the process.
pub fn watch(shared: Shared, mut wake: UnixStream) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCONT])?;
    let listen = move || {
        for signal in signals.forever() {
            match signal {
                SIGCONT => drop(wake.write_all(&[CONTINUED])),
                // A second ctrl-c means it, also when the store hangs.
                SIGINT if !shared.interrupted.swap(true, Ordering::SeqCst) => drop(wake.write_all(&[INTERRUPT])),
                deadly => end(&shared, deadly),
            }
        }
    };
    thread::Builder::new().name("keydesk-signals".to_owned()).spawn(listen).map(|_| ())
}

/// Wipes the secret, hands the terminal back, notes what was on the screen, and ends the process.
fn end(shared: &Shared, signal: i32) -> ! {
    shared.modes.restore();
    let _turn = shared.slot.line_dropped();
    // Not `std::process::exit`: its exit handlers may wait for a thread that is stuck.
    signal_hook::low_level::exit(128 + signal)
}
