//! A desk, a verifier that is its real binary, and questions as raw bytes.

mod desk;
mod process;
mod question;

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

pub use desk::{Desk, Key, basic, open_at};
pub use process::{Connection, Verifier};
pub use question::Question;

/// Long enough for a loaded machine; a test that waits for it has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);
pub const CLIENT: &str = "203.0.113.9";

/// An address of loopback that nobody listens at now.
pub fn free_port() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap()
}
