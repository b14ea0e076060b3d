//! Shutdown from outside the event loop: signals, a dropped connection, a panic.
//!
//! Nothing here depends on the event loop running. The loop is asked to wipe its secrets; if it is stuck, the process
//! ends without it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::hub::{Actor, CredentialId, DisplayEvent, Hub};
use crate::tui::runtime::event::LoopEvent;
use crate::tui::terminal;

/// Exit code of a process whose terminal is gone: what SIGHUP gives.
pub(super) const LINE_GONE: u8 = 128 + signal_hook::consts::SIGHUP as u8;

/// Longest wait for the loop to wipe its secrets.
const WIPE: Duration = Duration::from_millis(200);

/// Limit on the whole shutdown. What remains after the loop was stopped and the terminal restored is for the note in
/// the trail; usually that is all of it.
const ALTOGETHER: Duration = Duration::from_millis(900);

/// The actor and the credentials of the secrets on the screen.
type Shown = (Actor, Vec<CredentialId>);

/// The steps of a shutdown, whatever causes it.
pub(super) struct Shutdown {
    hub: Arc<OnceLock<Hub>>,
    events: Sender<LoopEvent>,
    shown: Mutex<Option<Shown>>,
    begun: AtomicBool,
    began: OnceLock<Instant>,
}

impl Shutdown {
    pub(super) fn new(hub: Arc<OnceLock<Hub>>, events: Sender<LoopEvent>) -> Self {
        Self { hub, events, shown: Mutex::new(None), begun: AtomicBool::new(false), began: OnceLock::new() }
    }

    /// Records which secrets are on the screen now.
    pub(super) fn record_shown(&self, shown: Option<Shown>) {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = shown;
    }

    /// Records in the trail that a secret was on the screen at shutdown. Once, and with a timeout: the store may be the
    /// very thing that hangs.
    pub(super) fn note_dropped(&self) {
        let Some((actor, ids)) = self.shown.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let hub = Arc::clone(&self.hub);
        let (done, written) = channel();
        let note = move || {
            if let Some(hub) = hub.get() {
                for id in ids {
                    // There is no screen left to show an error on.
                    let _ = hub.record_display_event(&actor, id, DisplayEvent::Dropped);
                }
            }
            let _ = done.send(());
        };
        if thread::Builder::new().name("keydesk-note".into()).spawn(note).is_ok() {
            let since = self.began.get().map_or(Duration::ZERO, Instant::elapsed);
            let _ = written.recv_timeout(ALTOGETHER.saturating_sub(since));
        }
    }

    /// Ends the process with `code`, within a second, whatever the loop is doing.
    pub(super) fn end(&self, code: u8) -> ! {
        self.begin();
        let (done, wiped) = channel();
        let _ = self.events.send(LoopEvent::End(done));
        let _ = wiped.recv_timeout(WIPE);
        self.conclude(code)
    }

    /// The same for the event loop itself, which has wiped its secrets.
    pub(super) fn end_from_loop(&self, code: u8) -> ! {
        self.begin();
        self.conclude(code)
    }

    /// The process ends once. A second caller blocks here, so that it does not interrupt what the first is writing.
    pub(super) fn begin(&self) {
        if self.begun.swap(true, Ordering::SeqCst) {
            loop {
                thread::park();
            }
        }
        let _ = self.began.set(Instant::now());
    }

    fn conclude(&self, code: u8) -> ! {
        terminal::leave();
        self.note_dropped();
        // Not `std::process::exit`: its exit handlers may wait for a thread that is stuck.
        signal_hook::low_level::exit(code.into())
    }
}
