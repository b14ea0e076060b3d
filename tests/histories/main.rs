//! Histories: two desks and three verifiers on one PostgreSQL server do what a seed says while lines break and processes
//! are killed, and what everybody was told is checked afterwards.

#[path = "../support/made.rs"]
#[allow(dead_code, reason = "desks are made of it for other suites too")]
mod made;
#[path = "../support/need.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod need;
#[path = "../support/proxy/mod.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod proxy;
#[path = "../support/postgres.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod server;
#[path = "../support/verifier/mod.rs"]
#[allow(dead_code, unused_imports, reason = "not every suite needs all of it")]
mod support;

mod answers;
mod check;
mod desks;
mod faults;
mod history;
mod model;
mod order;
mod planted;
mod random;
mod run;
mod verifiers;
