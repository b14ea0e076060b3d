//! The command line as a script sees it: the real binary, its two streams and its exit code.

#[path = "../support/need.rs"]
mod need;

mod broken;
mod demo;
mod desk;
mod edit;
mod explain;
mod init;
mod input;
mod keys;
mod kill;
mod manual;
mod mended;
mod moments;
mod people;
mod process;
mod secrets;
mod settings;
mod sheets;
mod shells;
mod sign;
mod streams;
mod surrounds;
mod tamper;
mod trail;
mod typed;
