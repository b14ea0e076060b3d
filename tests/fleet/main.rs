//! Faults of servers and networks: a primary with a standby, a proxy before each, and desks, commands and verifiers that use
//! them.

#[path = "../support/harness.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod harness;
#[path = "../support/house.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod house;
#[path = "../support/made.rs"]
#[allow(dead_code, reason = "desks are made of it for other suites too")]
mod made;
#[path = "../support/need.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod need;
#[path = "../support/proxy/mod.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod proxy;
#[path = "../support/pty_user.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod pty_user;
#[path = "../support/postgres.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod server;
#[path = "../support/verifier/mod.rs"]
#[allow(dead_code, unused_imports, reason = "not every suite needs all of it")]
mod support;

mod failover;
mod line_by_line;
mod lost_changes;
mod network;
mod resources;
mod room;
mod two_primaries;
mod unconfirmed;
