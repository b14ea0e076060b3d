//! Signal handling on a thread of its own: ending the process never depends on the conversation.

use std::io::{self, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::stdio::stdin;
use rustix::termios::OptionalActions;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::terminal::SavedModes;

use super::secret_slot::SecretSlot;

/// What wakes a waiting question.
pub const INTERRUPT: u8 = b'i';
/// The process was stopped and goes on.
pub const CONTINUED: u8 = b'c';

/// What the thread shares with the terminal.
#[derive(Clone)]
pub struct SignalState {
    /// The terminal's modes before keydesk.
    pub modes: Arc<SavedModes>,
    /// A secret that can be copied now.
    pub slot: SecretSlot,
    /// ctrl-c was pressed and nobody has looked at it yet.
    pub interrupted: Arc<AtomicBool>,
}

/// Starts listening. ctrl-c and SIGCONT are reported through `wake`; every other signal ends the process.
pub fn watch(state: SignalState, mut wake: UnixStream) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCONT])?;
    let listen = move || {
        for signal in signals.forever() {
            match signal {
                SIGCONT => drop(wake.write_all(&[CONTINUED])),
                // A second ctrl-c always ends the process, even if the store hangs.
                SIGINT if !state.interrupted.swap(true, Ordering::SeqCst) => drop(wake.write_all(&[INTERRUPT])),
                deadly => end(&state, deadly),
            }
        }
    };
    thread::Builder::new().name("keydesk-signals".to_owned()).spawn(listen).map(|_| ())
}

/// Wipes the secret, restores the terminal, notes what was on the screen, and ends the process.
fn end(state: &SignalState, signal: i32) -> ! {
    state.modes.restore(stdin(), OptionalActions::Now);
    let _turn = state.slot.line_dropped();
    // Not `std::process::exit`: its exit handlers may wait for a thread that is stuck.
    signal_hook::low_level::exit(128 + signal)
}
