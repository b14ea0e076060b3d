//! The desk line by line: dialogs played by a script, and the real binary on a real terminal.

#[path = "../support/harness.rs"]
#[allow(dead_code, reason = "the screens of the desk are looked at in more ways")]
mod harness;
#[path = "../support/house.rs"]
#[allow(dead_code, reason = "the screens of the desk need more of it")]
mod house;
#[path = "../support/made.rs"]
mod made;
#[path = "../support/need.rs"]
mod need;
#[path = "../support/proxy/mod.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod proxy;
#[path = "../support/pty_user.rs"]
mod pty_user;
#[path = "../support/postgres.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod server;
#[path = "../support/desk.rs"]
#[allow(dead_code, unused_imports, reason = "the hub's own tests need more of it")]
mod support;

mod asking;
mod bulk;
mod copied;
mod credentials;
mod docs;
mod lists;
mod log;
mod one_time_secret;
mod properties;
mod questions;
mod real_terminal;
mod roles;
mod script;
mod sign_in;
mod signals;
mod ssh_keys;
mod users;
