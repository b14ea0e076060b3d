//! Where a verifier listens, and why it cannot.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::{fmt, io};

/// A place to listen at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenAddress {
    /// A Unix socket.
    Unix(PathBuf),
    /// An address and port.
    Tcp(SocketAddr),
}

/// Why the verifier cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The text is neither of the two forms.
    #[error(
        "{0:?} is not a place to listen at. Write unix:/path/to/socket, or an address and port such as 127.0.0.1:8730."
    )]
    NotAnAddress(String),
    /// A TCP listener without a token.
    #[error(
        "{0} needs a gateway token: without one, any program that reaches that port could guess passwords and choose its own client address. Name a file with --gateway-token-file, or listen at a Unix socket."
    )]
    NoToken(SocketAddr),
    /// Another process listens there.
    #[error("{0} is in use by another process. Stop it, or listen elsewhere with --listen.")]
    InUse(String),
    /// Something that is not a socket is in the way.
    #[error("{0} exists already and is not a socket. It was left alone; listen elsewhere with --listen.")]
    NotASocket(String),
    /// A stale socket that belongs to another user.
    #[error(
        "{0} exists already, and the socket belongs to another user (uid {1}). Remove it, or listen elsewhere with --listen."
    )]
    WrongOwner(String, u32),
    /// The system refused.
    #[error("The verifier cannot listen at {0}: {1}. Check the place, or listen elsewhere with --listen.")]
    Io(String, io::Error),
    /// systemd handed over something that is not a stream socket.
    #[error("systemd handed over a socket that is neither a Unix nor a TCP stream ({0}). Correct the socket unit.")]
    Activation(io::Error),
}

impl FromStr for ListenAddress {
    type Err = ListenError;

    fn from_str(text: &str) -> Result<Self, ListenError> {
        match text.strip_prefix("unix:") {
            Some(path) if !path.is_empty() => Ok(Self::Unix(path.into())),
            _ => text.parse().map(Self::Tcp).map_err(|_| ListenError::NotAnAddress(text.chars().take(100).collect())),
        }
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Tcp(address) => address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listen_addresses_are_parsed() {
        assert_eq!("unix:/run/a.sock".parse::<ListenAddress>().unwrap(), ListenAddress::Unix("/run/a.sock".into()));
        assert_eq!("127.0.0.1:8730".parse::<ListenAddress>().unwrap().to_string(), "127.0.0.1:8730");
        assert_eq!("[::1]:8730".parse::<ListenAddress>().unwrap().to_string(), "[::1]:8730");
        for wrong in ["", "unix:", "8730", "localhost:8730", "/run/a.sock", "http://127.0.0.1:1"] {
            assert!(matches!(wrong.parse::<ListenAddress>(), Err(ListenError::NotAnAddress(_))), "{wrong}");
        }
    }
}
