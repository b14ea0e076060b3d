//! Real gateways with the shipped files of `assets/gateways/`, between raw requests, the real verifier, and an API that
//! records what arrives.

#[path = "../support/made.rs"]
#[allow(dead_code, reason = "desks are made of it for other suites too")]
mod made;
#[path = "../support/need.rs"]
mod need;
#[path = "../support/postgres.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod server;
#[path = "../support/verifier/mod.rs"]
#[allow(dead_code, unused_imports, reason = "gateways send the requests here")]
mod support;

#[macro_use]
mod checks;
mod caddy;
mod client;
mod clients;
mod documentation;
mod envoy;
mod haproxy;
mod house;
mod http2;
mod many_fields;
mod misdirected;
mod missing_parts;
mod nginx;
mod pypi;
mod targets;
mod traefik;
mod tunnels;
mod upstream;
