//! The desk behind the machine's own sshd: what sshd asks before it lets a key in, and what the forced command must find
//! out about the connection that it serves.
//!
//! Nothing of the client is believed but the key that sshd checked.

mod authorized_keys;
mod connection;
mod environment;
mod handover;
mod key_used;
mod setup;
mod verbs;
mod words;

pub use authorized_keys::{Offer, authorized_line, in_time, tried_line};
pub use connection::connected_at;
pub use environment::{is_kept, kept};
pub use handover::{Handover, number};
pub use key_used::key_used;
pub use setup::{Enabled, Finding, Level, check, enable};
pub use verbs::{CONFIRM, REFUSED_FLAGS, REFUSED_VERBS, VERBS, Verb, allowed};
pub use words::{LONGEST, words};
