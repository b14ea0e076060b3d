//! The documentation samples, run as pasted against a server that has what arrived proved by Python and openssl.

#[path = "../support/need.rs"]
mod need;

mod cases;
mod languages;
mod runner;
mod sdk;
mod server;
mod shown;
