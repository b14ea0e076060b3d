//! The verifier process: the real binary, asked over real sockets with raw bytes.

#[path = "../support/made.rs"]
#[allow(dead_code, reason = "desks are made of it for other suites too")]
mod made;
#[path = "../support/need.rs"]
mod need;
#[path = "../support/place.rs"]
mod place;
#[path = "../support/verifier/mod.rs"]
mod support;

mod altered;
mod answers;
mod astray;
mod attack;
mod claims;
mod contract;
mod hangup;
mod kept;
mod limits;
mod listeners;
mod logs;
mod passwords;
mod recordings;
mod replay;
mod reports;
mod revocation;
mod sight;
mod threads;
mod traefik;
mod tricks;
mod units;
mod unread;
