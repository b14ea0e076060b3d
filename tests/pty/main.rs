//! The real binary on a real pseudo-terminal.

#[path = "../support/harness.rs"]
mod harness;
#[path = "../support/house.rs"]
mod house;
#[path = "../support/need.rs"]
mod need;

mod clipboard;
mod colour;
mod face;
mod journey;
mod leave;
mod paste;
mod quiet;
mod reports;
mod resize;
mod secret;
mod start;
mod stop;
mod tmux;
mod typing;
mod walk;
