//! Events of the event loop: everything arrives through one channel.

use std::sync::mpsc::Sender;

use crate::secret::Secret;
use crate::tui::msg::{Msg, Ticket};

/// Something that happened outside the loop.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // A few a second go through the channel; a box would be one more thing to follow.
pub(super) enum LoopEvent {
    /// A message for the state machine.
    Msg(Msg),
    /// The terminal may have been resized (SIGWINCH).
    Resized,
    /// The process is asked to stop (SIGTSTP).
    Stop,
    /// The process was continued (SIGCONT).
    Continued,
    /// The desktop's clipboard failed: copy through the terminal instead.
    CopyByTerminal(Ticket, Secret),
    /// The terminal is gone: there is nothing to read any more.
    Gone,
    /// The process ends: wipe the secrets, stop drawing, and confirm.
    End(Sender<()>),
}
