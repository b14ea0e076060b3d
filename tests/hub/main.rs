//! The use cases through the public hub, on a real database in a scratch directory or in memory.

#[path = "../support/made.rs"]
mod made;
#[path = "../support/need.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod need;
#[path = "../support/postgres.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod server;
#[path = "../support/desk.rs"]
mod support;

mod attention;
mod desk;
mod edits;
mod feed;
mod lifecycle;
mod lists;
mod races;
mod reports;
mod rights;
mod roles;
mod server_upgrade;
mod sign_in;
mod ssh_keys;
mod tamper;
mod trail;
mod unanswered;
mod upgrade;
mod usage;
mod users;
