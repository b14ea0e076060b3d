//! The real binary on a real pseudo-terminal.

mod harness;
mod house;
mod leave;
mod need;
mod start;
mod stop;
