//! A desk, the real verifier, and requests as raw bytes.

mod desk;
mod gateway_request;
mod process;

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

pub use desk::{Desk, Key, basic, open_at};
pub use gateway_request::GatewayRequest;
pub use process::{Connection, Verifier};

/// Deadline of waiting tests, generous enough for a loaded machine.
pub const PATIENCE: Duration = Duration::from_secs(60);
pub const CLIENT: &str = "203.0.113.9";

/// An address of loopback that nobody listens at now.
pub fn free_port() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap()
}
