//! The desk behind a real sshd, on loopback, in a mount, network and process namespace of its own: needs root.
//!
//! Security keys (sk-…) are not signed in with here: that needs a token, and Debian packages no software one. That they are
//! accepted is tested with their public halves.

#[path = "../support/harness.rs"]
#[allow(dead_code, reason = "other suites do more with a terminal")]
mod harness;
#[path = "../support/need.rs"]
mod need;

mod commands;
mod hostile;
mod keys;
mod room;
mod sign_in;
mod terminal;
mod upkeep;
