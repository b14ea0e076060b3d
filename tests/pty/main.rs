//! The real binary on a real pseudo-terminal.

mod clipboard;
mod colour;
mod face;
mod harness;
mod house;
mod journey;
mod leave;
mod need;
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
