//! The verifier process: the real binary, asked over real sockets with raw bytes.

#[path = "pty/need.rs"]
mod need;

#[path = "vectors/place.rs"]
mod place;

mod serve {
    pub mod answers;
    pub mod astray;
    pub mod claims;
    pub mod contract;
    pub mod hangup;
    pub mod kept;
    pub mod limits;
    pub mod listeners;
    pub mod logs;
    pub mod passwords;
    pub mod recordings;
    pub mod replay;
    pub mod reports;
    pub mod revocation;
    pub mod sight;
    pub mod support;
    pub mod threads;
    pub mod traefik;
    pub mod tricks;
    pub mod units;
}
