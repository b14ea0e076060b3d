//! The use cases through the public hub, on a real database in a scratch directory or in memory.

#[path = "../support/lock.rs"]
mod lock;
#[path = "../support/made.rs"]
mod made;
#[path = "../support/need.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod need;
#[path = "../support/one_store.rs"]
#[allow(dead_code, reason = "its lists are read by the house")]
mod one_store;
#[path = "../support/proxy/mod.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod proxy;
#[path = "../support/postgres.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod server;
#[path = "../support/steps.rs"]
mod steps;
#[path = "../support/desk.rs"]
mod support;
#[path = "../support/trips.rs"]
mod trips;

mod attention;
mod desk;
mod edits;
mod feed;
mod lifecycle;
mod lists;
mod planted_rows;
mod races;
mod reports;
mod rights;
mod roles;
mod round_trips;
mod server_upgrade;
mod sign_in;
mod ssh_keys;
mod store_copy;
mod tamper;
mod trail;
mod unanswered;
mod upgrade;
mod usage;
mod users;
mod went_back;
