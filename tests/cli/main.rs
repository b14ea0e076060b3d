//! The command line as a script sees it: the real binary, its two streams and its exit code.

#[path = "../support/need.rs"]
mod need;
#[path = "../support/postgres.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod server;
#[path = "../support/steps.rs"]
mod steps;

mod accept;
mod auditor;
mod authorized_keys;
mod break_glass;
mod broken;
mod csv;
mod demo;
mod desk;
mod edit;
mod explain;
mod init;
mod input;
mod keys;
mod kill;
mod line_ends;
mod manual;
mod postgres;
mod process;
mod secrets;
mod settings;
mod shells;
mod sign;
mod ssh_advice;
mod ssh_keys;
mod store_copy;
mod streams;
mod tamper;
mod timestamps;
mod trail;
mod typed;
mod unfinished;
mod users;
mod words;
