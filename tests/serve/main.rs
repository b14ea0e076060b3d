//! The verifier process: the real binary, asked over real sockets with raw bytes.

#[path = "../support/lock.rs"]
mod lock;
#[path = "../support/made.rs"]
#[allow(dead_code, reason = "desks are made of it for other suites too")]
mod made;
#[path = "../support/need.rs"]
mod need;
#[path = "../support/one_store.rs"]
#[allow(dead_code, reason = "its lists are read by the house")]
mod one_store;
#[path = "../support/place.rs"]
mod place;
#[path = "../support/postgres.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod server;
#[path = "../support/steps.rs"]
mod steps;
#[path = "../support/verifier/mod.rs"]
mod support;

mod attacker;
mod changes;
mod contract;
mod critical_threads;
mod fleet;
mod identity_fields;
mod limits;
mod listeners;
mod logs;
mod misdirected;
mod newer_steps;
mod older_rows;
mod passwords;
mod recordings;
mod reload;
mod replay;
mod reports;
mod responses;
mod role_stores;
mod store_copy;
mod store_replaced;
mod swap;
mod systemd_units;
mod tampered_rows;
mod traefik;
mod unreadable_rows;
mod verifier_files;
