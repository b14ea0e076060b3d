//! Where questions come in: Unix sockets, TCP with a gateway token, or what systemd hands over.

use std::{
    fmt, fs, io,
    net::SocketAddr,
    os::unix::{
        fs::{FileTypeExt as _, PermissionsExt as _},
        net as unix,
    },
    path::{Path, PathBuf},
    str::FromStr,
};

use tokio::net::{TcpListener, UnixListener};

/// A Unix socket is for the owner and its group: put the gateway's user into that group.
const SOCKET_MODE: u32 = 0o660;

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// A Unix socket.
    Unix(PathBuf),
    /// An address and port.
    Tcp(SocketAddr),
}

/// Why the verifier cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Neither form.
    #[error(
        "{0:?} is not a place to listen at. Write unix:/path/to/socket, or an address and port such as 127.0.0.1:8730."
    )]
    NotAPlace(String),
    /// A TCP listener without a token.
    #[error(
        "{0} needs a gateway token: without one, any program that reaches that port could guess passwords and choose its own client address. Name a file with --gateway-token-file, or listen at a Unix socket."
    )]
    NoToken(SocketAddr),
    /// Somebody answers there.
    #[error("{0} is in use by another process. Stop it, or listen elsewhere with --listen.")]
    InUse(String),
    /// Something that is no socket is in the way.
    #[error("{0} is there already and is no socket. It was left alone; listen elsewhere with --listen.")]
    InTheWay(String),
    /// The system said no.
    #[error("The verifier cannot listen at {0}: {1}. Check the place, or listen elsewhere with --listen.")]
    Io(String, io::Error),
    /// systemd handed over what is no stream socket.
    #[error("systemd handed over a socket that is neither a Unix nor a TCP stream ({0}). Correct the socket unit.")]
    Activation(io::Error),
}

impl FromStr for Listen {
    type Err = ListenError;

    fn from_str(text: &str) -> Result<Self, ListenError> {
        match text.strip_prefix("unix:") {
            Some(path) if !path.is_empty() => Ok(Self::Unix(path.into())),
            _ => text.parse().map(Self::Tcp).map_err(|_| ListenError::NotAPlace(text.chars().take(100).collect())),
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Tcp(address) => address.fmt(f),
        }
    }
}

/// A socket that listens.
#[derive(Debug)]
pub(super) enum Socket {
    Unix(UnixListener, #[expect(dead_code, reason = "held until the socket is closed")] Option<SocketFile>),
    Tcp(TcpListener),
}

/// A connection that was accepted and is not yet anybody's.
#[derive(Debug)]
pub(super) enum Accepted {
    Unix(unix::UnixStream),
    Tcp(std::net::TcpStream),
}

impl Socket {
    /// Waits for the next connection.
    pub(super) async fn accept(&self) -> io::Result<Accepted> {
        match self {
            Self::Unix(listener, _) => listener.accept().await?.0.into_std().map(Accepted::Unix),
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Small answers must not wait for more.
                let _ = stream.set_nodelay(true);
                stream.into_std().map(Accepted::Tcp)
            }
        }
    }

    /// Whether anybody who reaches the port can come by it.
    pub(super) fn is_tcp(&self) -> bool {
        matches!(self, Self::Tcp(_))
    }

    /// Where it listens, in words.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Unix(listener, _) => match listener.local_addr().ok().as_ref().and_then(|a| a.as_pathname()) {
                Some(path) => format!("unix:{}", path.display()),
                None => "unix:".to_owned(),
            },
            Self::Tcp(listener) => listener.local_addr().map_or_else(|why| why.to_string(), |a| a.to_string()),
        }
    }
}

/// A socket's file that this process made and takes away again.
#[derive(Debug)]
pub(super) struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // If it is gone already, somebody else took it away.
        let _ = fs::remove_file(&self.0);
    }
}

/// The sockets that systemd handed over, else those that were asked for. To be called inside the runtime.
pub(super) fn sockets(places: &[Listen], token: bool) -> Result<Vec<Socket>, ListenError> {
    let mut sockets = activated()?;
    if sockets.is_empty() {
        sockets = places.iter().map(bind).collect::<Result<_, _>>()?;
    }
    for socket in &sockets {
        if let Socket::Tcp(listener) = socket
            && !token
        {
            let address = listener.local_addr().map_err(ListenError::Activation)?;
            return Err(ListenError::NoToken(address));
        }
    }
    Ok(sockets)
}

fn activated() -> Result<Vec<Socket>, ListenError> {
    let mut handed = listenfd::ListenFd::from_env();
    (0..handed.len()).map(|i| take(&mut handed, i).map_err(ListenError::Activation)).collect()
}

fn take(handed: &mut listenfd::ListenFd, i: usize) -> io::Result<Socket> {
    // Asked for the wrong family it fails and keeps the socket.
    if let Ok(Some(listener)) = handed.take_unix_listener(i) {
        listener.set_nonblocking(true)?;
        return Ok(Socket::Unix(UnixListener::from_std(listener)?, None));
    }
    let listener = handed.take_tcp_listener(i)?.ok_or(io::ErrorKind::NotFound)?;
    listener.set_nonblocking(true)?;
    Ok(Socket::Tcp(TcpListener::from_std(listener)?))
}

fn bind(place: &Listen) -> Result<Socket, ListenError> {
    let io = |why: io::Error| match why.kind() {
        io::ErrorKind::AddrInUse => ListenError::InUse(place.to_string()),
        _ => ListenError::Io(place.to_string(), why),
    };
    match place {
        Listen::Tcp(address) => {
            let listener = std::net::TcpListener::bind(address).map_err(io)?;
            listener.set_nonblocking(true).map_err(io)?;
            TcpListener::from_std(listener).map(Socket::Tcp).map_err(io)
        }
        Listen::Unix(path) => {
            clear(path)?;
            // The process's umask keeps the group out until the mode is set.
            let listener = unix::UnixListener::bind(path).map_err(io)?;
            let file = SocketFile(path.clone());
            fs::set_permissions(path, fs::Permissions::from_mode(SOCKET_MODE)).map_err(io)?;
            listener.set_nonblocking(true).map_err(io)?;
            UnixListener::from_std(listener).map(|listener| Socket::Unix(listener, Some(file))).map_err(io)
        }
    }
}

/// Takes a socket away that nobody answers at: one that a killed verifier left behind.
fn clear(path: &Path) -> Result<(), ListenError> {
    let place = || format!("unix:{}", path.display());
    match fs::symlink_metadata(path) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(why) => return Err(ListenError::Io(place(), why)),
        Ok(meta) if !meta.file_type().is_socket() => return Err(ListenError::InTheWay(place())),
        Ok(_) => {}
    }
    match unix::UnixStream::connect(path) {
        Err(why) if why.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(|why| ListenError::Io(place(), why))
        }
        Err(why) => Err(ListenError::Io(place(), why)),
        Ok(_) => Err(ListenError::InUse(place())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read() {
        assert_eq!("unix:/run/a.sock".parse::<Listen>().unwrap(), Listen::Unix("/run/a.sock".into()));
        assert_eq!("127.0.0.1:8730".parse::<Listen>().unwrap().to_string(), "127.0.0.1:8730");
        assert_eq!("[::1]:8730".parse::<Listen>().unwrap().to_string(), "[::1]:8730");
        for wrong in ["", "unix:", "8730", "localhost:8730", "/run/a.sock", "http://127.0.0.1:1"] {
            assert!(matches!(wrong.parse::<Listen>(), Err(ListenError::NotAPlace(_))), "{wrong}");
        }
    }

    #[test]
    fn a_socket_left_behind_is_replaced_and_nothing_else_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        drop(unix::UnixListener::bind(&path).unwrap());
        clear(&path).unwrap();
        assert!(!path.exists());
        let alive = unix::UnixListener::bind(&path).unwrap();
        assert!(matches!(clear(&path), Err(ListenError::InUse(_))));
        drop(alive);
        let file = dir.path().join("f");
        fs::write(&file, "mine").unwrap();
        assert!(matches!(clear(&file), Err(ListenError::InTheWay(_))));
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }
}
