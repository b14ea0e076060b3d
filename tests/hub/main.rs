//! The use cases through the public hub, on a real database in a scratch directory or in memory.

#[path = "../support/made.rs"]
mod made;
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
mod sign_in;
mod ssh_keys;
mod tamper;
mod trail;
mod upgrade;
mod usage;
mod users;
