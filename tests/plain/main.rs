//! The desk line by line: dialogs played by a script, and the real binary on a real terminal.

// What the other tests have and these need a part of.
#[path = "../pty/harness.rs"]
#[allow(dead_code)]
mod harness;
#[path = "../pty/house.rs"]
#[allow(dead_code)]
mod house;
#[path = "../pty/need.rs"]
mod need;
#[path = "../hub/support.rs"]
#[allow(dead_code)]
mod support;

mod docs;
mod door;
mod keys;
mod line;
mod lists;
mod manners;
mod once;
mod people;
mod play;
mod random;
mod real;
mod signals;
