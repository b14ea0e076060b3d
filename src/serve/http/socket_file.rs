//! Files of Unix sockets: created for the owner and its group, removed at the end, and replaced if a killed verifier
//! left one behind.

use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net as unix;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{fs, io};

use rustix::fs::{Mode, OFlags};
use rustix::process::geteuid;

use crate::serve::http::listen_address::ListenError;

/// A Unix socket is for the owner and its group: put the gateway's user into that group.
const SOCKET_MODE: u32 = 0o660;

/// Removes the socket's file when dropped.
#[derive(Debug)]
pub(in crate::serve) struct SocketFileGuard(SocketFile);

impl SocketFileGuard {
    /// Takes charge of the file that was created at a path.
    pub(super) fn created(path: &Path) -> io::Result<Self> {
        SocketFile::created(path).map(Self)
    }

    /// Grants access to its owner's group.
    pub(super) fn grant_to_group(&self) -> io::Result<()> {
        self.0.grant_to_group()
    }
}

/// A socket file that this process created and removes again.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SocketFile {
    path: PathBuf,
    created: SocketFileId,
}

/// Identity of a file, to notice a replacement: device, inode, and time of change, since an inode that became free is
/// reused at once. A change of owner or mode is not a replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SocketFileId([u64; 2], [i64; 2]);

impl SocketFileId {
    fn of(path: &Path) -> io::Result<Self> {
        fs::symlink_metadata(path).map(|meta| Self::from(&meta))
    }
}

impl From<&fs::Metadata> for SocketFileId {
    fn from(meta: &fs::Metadata) -> Self {
        Self([meta.dev(), meta.ino()], [meta.mtime(), meta.mtime_nsec()])
    }
}

/// The existing socket files, for an exit that does not unwind.
static CREATED: Mutex<Vec<SocketFile>> = Mutex::new(Vec::new());

fn created() -> MutexGuard<'static, Vec<SocketFile>> {
    CREATED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes all socket files that this process created, before an immediate exit.
pub(in crate::serve) fn remove_all() {
    created().drain(..).for_each(|file| file.remove());
}

impl SocketFile {
    fn created(path: &Path) -> io::Result<Self> {
        let file = Self { path: path.to_owned(), created: SocketFileId::of(path)? };
        created().push(file.clone());
        Ok(file)
    }

    fn remove(&self) {
        // The file may be another verifier's by now, which must stay reachable.
        if SocketFileId::of(&self.path).is_ok_and(|found| found == self.created) {
            let _ = fs::remove_file(&self.path);
        }
    }

    /// A link that replaced it meanwhile is not followed.
    fn grant_to_group(&self) -> io::Result<()> {
        let place = rustix::fs::open(&self.path, OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?;
        let meta = fs::metadata(format!("/proc/self/fd/{}", place.as_raw_fd()));
        match meta.map(|meta| SocketFileId::from(&meta)) {
            Ok(found) if found != self.created => Err(io::Error::other("another file took its place")),
            Ok(_) => {
                let mode = fs::Permissions::from_mode(SOCKET_MODE);
                fs::set_permissions(format!("/proc/self/fd/{}", place.as_raw_fd()), mode)
            }
            // Where there is no /proc.
            Err(_) => fs::set_permissions(&self.path, fs::Permissions::from_mode(SOCKET_MODE)),
        }
    }
}

impl Drop for SocketFileGuard {
    fn drop(&mut self) {
        self.0.remove();
        created().retain(|file| *file != self.0);
    }
}

/// Removes a stale socket, which a killed verifier left behind.
pub(super) fn remove_stale(path: &Path) -> Result<(), ListenError> {
    let place = || format!("unix:{}", path.display());
    let stale = match fs::symlink_metadata(path) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(why) => return Err(ListenError::Io(place(), why)),
        Ok(meta) if !meta.file_type().is_socket() => return Err(ListenError::NotASocket(place())),
        Ok(meta) if meta.uid() != geteuid().as_raw() => return Err(ListenError::WrongOwner(place(), meta.uid())),
        Ok(meta) => SocketFileId::from(&meta),
    };
    match unix::UnixStream::connect(path) {
        // Two verifiers start at once, and the other has replaced the file since.
        Err(why)
            if why.kind() == io::ErrorKind::ConnectionRefused && SocketFileId::of(path).is_ok_and(|id| id != stale) =>
        {
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
    fn the_same_inode_at_another_time_is_another_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        drop(unix::UnixListener::bind(&path).unwrap());
        let file = SocketFileGuard::created(&path).unwrap();
        let later = rustix::fs::Timespec { tv_sec: 4_000_000_000, tv_nsec: 0 };
        let times = rustix::fs::Timestamps { last_access: later, last_modification: later };
        rustix::fs::utimensat(rustix::fs::CWD, &path, &times, rustix::fs::AtFlags::empty()).unwrap();
        drop(file);
        assert!(path.exists());
        drop(SocketFileGuard::created(&path).unwrap());
        assert!(!path.exists());
    }

    #[test]
    fn a_stale_socket_is_replaced_and_nothing_else_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        drop(unix::UnixListener::bind(&path).unwrap());
        remove_stale(&path).unwrap();
        assert!(!path.exists());
        let alive = unix::UnixListener::bind(&path).unwrap();
        assert!(matches!(remove_stale(&path), Err(ListenError::InUse(_))));
        drop(alive);
        let file = dir.path().join("f");
        fs::write(&file, "other").unwrap();
        assert!(matches!(remove_stale(&file), Err(ListenError::NotASocket(_))));
        assert_eq!(fs::read_to_string(&file).unwrap(), "other");
    }
}
