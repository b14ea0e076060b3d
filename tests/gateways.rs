//! Real gateways, set up by the very files of `assets/gateways/`, between raw requests, a verifier that is the real
//! binary, and an API that keeps what arrives.

#[path = "serve/support.rs"]
#[allow(dead_code, reason = "the questions of the verifier's own tests are asked by gateways here")]
mod support;

#[path = "samples/need.rs"]
mod need;

mod gateways {
    #[macro_use]
    pub mod checks;
    pub mod astray;
    pub mod caddy;
    pub mod client;
    pub mod clients;
    pub mod crowds;
    pub mod documented;
    pub mod envoy;
    pub mod haproxy;
    pub mod house;
    pub mod http2;
    pub mod nameless;
    pub mod nginx;
    pub mod pypi;

    pub mod targets;
    pub mod traefik;
    pub mod tunnels;
    pub mod upstream;
}
