//! The desk behind a real sshd, on loopback, in a mount, network and process namespace of its own: needs root.

#[path = "../support/harness.rs"]
#[allow(dead_code, reason = "other suites do more with a terminal")]
mod harness;
#[path = "../support/need.rs"]
mod need;

mod clipboard;
mod commands;
mod connection;
mod endings;
mod hostile;
mod keys;
mod room;
mod security_keys;
mod setups;
mod sign_in;
mod terminal;
mod upkeep;
