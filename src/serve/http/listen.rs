//! Listeners: Unix sockets, TCP with a gateway token, or sockets that systemd hands over (socket activation).

use std::io;
use std::os::unix::net as unix;

use tokio::net::{TcpListener, UnixListener};

use crate::serve::http::listen_address::{ListenAddress, ListenError};
use crate::serve::http::socket_file::{self, SocketFileGuard};

/// Listen backlog. Beyond it a gateway's first packet is dropped and sent again after a second.
const BACKLOG: i32 = 4_096;

/// A socket that listens.
#[derive(Debug)]
pub(in crate::serve) enum Listener {
    /// The file is removed before the socket is closed: as long as this process answers there, no other takes the
    /// place.
    Unix(#[expect(dead_code, reason = "held until the socket is closed")] Option<SocketFileGuard>, UnixListener),
    Tcp(TcpListener),
}

/// An accepted connection that no worker has yet.
#[derive(Debug)]
pub(in crate::serve) enum AcceptedStream {
    Unix(unix::UnixStream),
    Tcp(std::net::TcpStream),
}

impl Listener {
    /// Waits for the next connection.
    pub(in crate::serve) async fn accept(&self) -> io::Result<AcceptedStream> {
        match self {
            Self::Unix(_, listener) => listener.accept().await?.0.into_std().map(AcceptedStream::Unix),
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Small responses must not wait for more.
                let _ = stream.set_nodelay(true);
                stream.into_std().map(AcceptedStream::Tcp)
            }
        }
    }

    /// Whether it is a TCP socket, which anybody who reaches the port can connect to.
    pub(in crate::serve) fn is_tcp(&self) -> bool {
        matches!(self, Self::Tcp(_))
    }

    /// Where it listens, in words.
    pub(in crate::serve) fn address(&self) -> String {
        match self {
            Self::Unix(_, listener) => match listener.local_addr().ok().as_ref().and_then(|a| a.as_pathname()) {
                Some(path) => format!("unix:{}", path.display()),
                None => "unix:".to_owned(),
            },
            Self::Tcp(listener) => listener.local_addr().map_or_else(|why| why.to_string(), |a| a.to_string()),
        }
    }
}

/// The sockets that systemd handed over, otherwise those that were asked for. Must be called inside the runtime.
pub(in crate::serve) fn open(addresses: &[ListenAddress], token: bool) -> Result<Vec<Listener>, ListenError> {
    let mut listeners = from_systemd()?;
    if listeners.is_empty() {
        listeners = addresses.iter().map(bind).collect::<Result<_, _>>()?;
    }
    for listener in &listeners {
        if let Listener::Tcp(listener) = listener
            && !token
        {
            let address = listener.local_addr().map_err(ListenError::Activation)?;
            return Err(ListenError::NoToken(address));
        }
    }
    Ok(listeners)
}

fn from_systemd() -> Result<Vec<Listener>, ListenError> {
    let mut handed = listenfd::ListenFd::from_env();
    (0..handed.len()).map(|i| take_listener(&mut handed, i).map_err(ListenError::Activation)).collect()
}

fn take_listener(handed: &mut listenfd::ListenFd, i: usize) -> io::Result<Listener> {
    // For a socket of another family this fails and leaves it in place.
    if let Ok(Some(listener)) = handed.take_unix_listener(i) {
        listener.set_nonblocking(true)?;
        return Ok(Listener::Unix(None, UnixListener::from_std(listener)?));
    }
    let listener = handed.take_tcp_listener(i)?.ok_or(io::ErrorKind::NotFound)?;
    listener.set_nonblocking(true)?;
    Ok(Listener::Tcp(TcpListener::from_std(listener)?))
}

fn bind(address: &ListenAddress) -> Result<Listener, ListenError> {
    let io = |why: io::Error| match why.kind() {
        io::ErrorKind::AddrInUse => ListenError::InUse(address.to_string()),
        _ => ListenError::Io(address.to_string(), why),
    };
    match address {
        ListenAddress::Tcp(socket) => {
            let listener = std::net::TcpListener::bind(socket).map_err(io)?;
            rustix::net::listen(&listener, BACKLOG).map_err(|why| io(why.into()))?;
            listener.set_nonblocking(true).map_err(io)?;
            TcpListener::from_std(listener).map(Listener::Tcp).map_err(io)
        }
        ListenAddress::Unix(path) => {
            socket_file::remove_stale(path)?;
            // The process's umask keeps the group out until the mode is set.
            let listener = unix::UnixListener::bind(path).map_err(io)?;
            rustix::net::listen(&listener, BACKLOG).map_err(|why| io(why.into()))?;
            let file = SocketFileGuard::created(path).map_err(io)?;
            file.grant_to_group().map_err(io)?;
            listener.set_nonblocking(true).map_err(io)?;
            UnixListener::from_std(listener).map(|listener| Listener::Unix(Some(file), listener)).map_err(io)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn a_listener_that_ends_leaves_the_socket_of_another_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        let address = ListenAddress::Unix(path.clone());
        let first = bind(&address).unwrap();
        // Renamed, not removed: its inode stays in use, so that the second file gets another.
        fs::rename(&path, dir.path().join("away")).unwrap();
        let second = bind(&address).unwrap();
        drop(first);
        assert!(unix::UnixStream::connect(&path).is_ok(), "the second is still reached");
        // An administrator may change its mode meanwhile.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        drop(second);
        assert!(!path.exists());
    }
}
