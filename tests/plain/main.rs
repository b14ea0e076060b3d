//! The desk line by line: dialogs played by a script, and the real binary on a real terminal.

#[path = "../hub/support.rs"]
#[allow(dead_code)]
mod support;

mod door;
mod keys;
mod lists;
mod manners;
mod once;
mod people;
mod play;
mod random;
