//! Listeners: Unix sockets, TCP with a gateway token, or sockets that systemd hands over (socket activation).

use std::{
    fmt, fs, io,
    net::SocketAddr,
    os::fd::AsRawFd as _,
    os::unix::{
        fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _},
        net as unix,
    },
    path::{Path, PathBuf},
    str::FromStr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rustix::{
    fs::{Mode, OFlags},
    process::geteuid,
};
use tokio::net::{TcpListener, UnixListener};

/// A Unix socket is for the owner and its group: put the gateway's user into that group.
const SOCKET_MODE: u32 = 0o660;

/// Listen backlog. Beyond it a gateway's first packet is dropped and sent again after a second.
const BACKLOG: i32 = 4_096;

/// A place to listen at.
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
    /// The text is neither of the two forms.
    #[error(
        "{0:?} is not a place to listen at. Write unix:/path/to/socket, or an address and port such as 127.0.0.1:8730."
    )]
    NotAPlace(String),
    /// A TCP listener without a token.
    #[error(
        "{0} needs a gateway token: without one, any program that reaches that port could guess passwords and choose its own client address. Name a file with --gateway-token-file, or listen at a Unix socket."
    )]
    NoToken(SocketAddr),
    /// Another process listens there.
    #[error("{0} is in use by another process. Stop it, or listen elsewhere with --listen.")]
    InUse(String),
    /// Something that is not a socket is in the way.
    #[error("{0} is there already and is no socket. It was left alone; listen elsewhere with --listen.")]
    InTheWay(String),
    /// A stale socket that belongs to another user.
    #[error(
        "{0} is there already, and the socket belongs to another user (uid {1}). Take it away, or listen elsewhere with --listen."
    )]
    Strangers(String, u32),
    /// The system refused.
    #[error("The verifier cannot listen at {0}: {1}. Check the place, or listen elsewhere with --listen.")]
    Io(String, io::Error),
    /// systemd handed over something that is not a stream socket.
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
    /// The file is removed before the socket is closed: as long as this process answers there, no other takes the
    /// place.
    Unix(#[expect(dead_code, reason = "held until the socket is closed")] Option<Owned>, UnixListener),
    Tcp(TcpListener),
}

/// An accepted connection that no worker has yet.
#[derive(Debug)]
pub(super) enum Accepted {
    Unix(unix::UnixStream),
    Tcp(std::net::TcpStream),
}

impl Socket {
    /// Waits for the next connection.
    pub(super) async fn accept(&self) -> io::Result<Accepted> {
        match self {
            Self::Unix(_, listener) => listener.accept().await?.0.into_std().map(Accepted::Unix),
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Small answers must not wait for more.
                let _ = stream.set_nodelay(true);
                stream.into_std().map(Accepted::Tcp)
            }
        }
    }

    /// Whether it is a TCP socket, which anybody who reaches the port can connect to.
    pub(super) fn is_tcp(&self) -> bool {
        matches!(self, Self::Tcp(_))
    }

    /// Where it listens, in words.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Unix(_, listener) => match listener.local_addr().ok().as_ref().and_then(|a| a.as_pathname()) {
                Some(path) => format!("unix:{}", path.display()),
                None => "unix:".to_owned(),
            },
            Self::Tcp(listener) => listener.local_addr().map_or_else(|why| why.to_string(), |a| a.to_string()),
        }
    }
}

/// Removes the socket's file when dropped.
#[derive(Debug)]
pub(super) struct Owned(SocketFile);

/// A socket file that this process created and removes again.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SocketFile {
    path: PathBuf,
    made: FileId,
}

/// Identity of a file, to notice a replacement: device, inode, and creation time, since an inode that became free is
/// reused at once. A change of owner or mode is not a replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FileId([u64; 2], [i64; 2]);

impl FileId {
    fn of(path: &Path) -> io::Result<Self> {
        fs::symlink_metadata(path).map(|meta| Self::from(&meta))
    }
}

impl From<&fs::Metadata> for FileId {
    fn from(meta: &fs::Metadata) -> Self {
        Self([meta.dev(), meta.ino()], [meta.mtime(), meta.mtime_nsec()])
    }
}

/// The existing socket files, for an exit that does not unwind.
static MADE: Mutex<Vec<SocketFile>> = Mutex::new(Vec::new());

fn made() -> MutexGuard<'static, Vec<SocketFile>> {
    MADE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes all socket files that this process created, before an immediate exit.
pub(super) fn take_away() {
    made().drain(..).for_each(|file| file.remove());
}

impl SocketFile {
    fn at(path: &Path) -> io::Result<Self> {
        let file = Self { path: path.to_owned(), made: FileId::of(path)? };
        made().push(file.clone());
        Ok(file)
    }

    fn remove(&self) {
        // What is there now may be another verifier's, and nobody would reach that one any more.
        if FileId::of(&self.path).is_ok_and(|there| there == self.made) {
            let _ = fs::remove_file(&self.path);
        }
    }

    /// Grants access to its owner's group. A link that replaced it meanwhile is not followed.
    fn open_to_group(&self) -> io::Result<()> {
        let place = rustix::fs::open(&self.path, OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?;
        let there = fs::metadata(format!("/proc/self/fd/{}", place.as_raw_fd()));
        match there.map(|there| FileId::from(&there)) {
            Ok(there) if there != self.made => Err(io::Error::other("another file took its place")),
            Ok(_) => {
                let mode = fs::Permissions::from_mode(SOCKET_MODE);
                fs::set_permissions(format!("/proc/self/fd/{}", place.as_raw_fd()), mode)
            }
            // Where there is no /proc.
            Err(_) => fs::set_permissions(&self.path, fs::Permissions::from_mode(SOCKET_MODE)),
        }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        self.0.remove();
        made().retain(|file| *file != self.0);
    }
}

/// The sockets that systemd handed over, otherwise those that were asked for. Must be called inside the runtime.
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
        return Ok(Socket::Unix(None, UnixListener::from_std(listener)?));
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
            rustix::net::listen(&listener, BACKLOG).map_err(|why| io(why.into()))?;
            listener.set_nonblocking(true).map_err(io)?;
            TcpListener::from_std(listener).map(Socket::Tcp).map_err(io)
        }
        Listen::Unix(path) => {
            clear(path)?;
            // The process's umask keeps the group out until the mode is set.
            let listener = unix::UnixListener::bind(path).map_err(io)?;
            rustix::net::listen(&listener, BACKLOG).map_err(|why| io(why.into()))?;
            let file = Owned(SocketFile::at(path).map_err(io)?);
            file.0.open_to_group().map_err(io)?;
            listener.set_nonblocking(true).map_err(io)?;
            UnixListener::from_std(listener).map(|listener| Socket::Unix(Some(file), listener)).map_err(io)
        }
    }
}

/// Removes a stale socket, which a killed verifier left behind.
fn clear(path: &Path) -> Result<(), ListenError> {
    let place = || format!("unix:{}", path.display());
    let left = match fs::symlink_metadata(path) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(why) => return Err(ListenError::Io(place(), why)),
        Ok(meta) if !meta.file_type().is_socket() => return Err(ListenError::InTheWay(place())),
        Ok(meta) if meta.uid() != geteuid().as_raw() => return Err(ListenError::Strangers(place(), meta.uid())),
        Ok(meta) => FileId::from(&meta),
    };
    match unix::UnixStream::connect(path) {
        // Of two that start at once the slower one found what the other has replaced by now.
        Err(why) if why.kind() == io::ErrorKind::ConnectionRefused && FileId::of(path).is_ok_and(|id| id != left) => {
            Err(ListenError::InUse(place()))
        }
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

    #[tokio::test]
    async fn who_took_the_place_keeps_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        let place = Listen::Unix(path.clone());
        let first = bind(&place).unwrap();
        // Moved away its inode is not free, so that the other has another.
        fs::rename(&path, dir.path().join("away")).unwrap();
        let second = bind(&place).unwrap();
        drop(first);
        assert!(unix::UnixStream::connect(&path).is_ok(), "the second is still reached");
        // An administrator may give it to another group meanwhile.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        drop(second);
        assert!(!path.exists());
    }

    #[test]
    fn the_same_inode_at_another_time_is_another_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        drop(unix::UnixListener::bind(&path).unwrap());
        let file = Owned(SocketFile::at(&path).unwrap());
        let later = rustix::fs::Timespec { tv_sec: 4_000_000_000, tv_nsec: 0 };
        let times = rustix::fs::Timestamps { last_access: later, last_modification: later };
        rustix::fs::utimensat(rustix::fs::CWD, &path, &times, rustix::fs::AtFlags::empty()).unwrap();
        drop(file);
        assert!(path.exists());
        drop(Owned(SocketFile::at(&path).unwrap()));
        assert!(!path.exists());
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
