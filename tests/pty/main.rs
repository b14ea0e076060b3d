//! The real binary on a real pseudo-terminal.

#[path = "../support/harness.rs"]
mod harness;
#[path = "../support/house.rs"]
mod house;
#[path = "../support/need.rs"]
mod need;

mod clipboard;
mod colour;
mod forms;
mod job_control;
mod journey;
mod line_by_line;
mod one_time_secret;
mod output_volume;
mod paste;
mod resize;
mod shutdown;
mod start;
mod terminal_reports;
mod tmux;
mod type_ahead;
mod walk;
