//! Events of the event loop: everything arrives through one channel.

use std::sync::mpsc::Sender;

use crate::{
    secret::Secret,
    tui::msg::{Msg, Ticket},
};

/// Something that happened outside the loop.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // A few a second go through the channel; a box would be one more thing to follow.
pub(super) enum LoopEvent {
    /// A message for the state machine.
    Msg(Msg),
    /// The terminal may have another size now.
    Resized,
    /// The process is asked to stop (SIGTSTP).
    Stop,
    /// The process was continued (SIGCONT).
    Continued,
    /// The desktop's clipboard did not take it: the terminal is tried.
    CopyByTerminal(Ticket, Secret),
    /// Keys cannot be read any more: the terminal is gone.
    Gone,
    /// The process ends: wipe the secrets, draw no more, and say when that is done.
    End(Sender<()>),
}
