//! Opens keydesk's own files, and replaces them atomically.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::geteuid;

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// For reading.
    Read,
    /// For appending; it is created if it does not exist.
    Append,
    /// For reading and overwriting; it is created if it does not exist.
    Write,
}

/// Opens a regular file of this user that has no other name. A link in its place is not followed, and opening a pipe
/// does not block.
pub fn open(path: &Path, access: Access) -> io::Result<(File, Metadata)> {
    let mut options = OpenOptions::new();
    match access {
        Access::Read => options.read(true),
        Access::Append => options.append(true).create(true),
        Access::Write => options.read(true).write(true).create(true).truncate(false),
    };
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = options.mode(0o600).custom_flags(flags.bits() as i32).open(path).map_err(|why| match why {
        why if why.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => odd("it is a symbolic link"),
        why => why,
    })?;
    let meta = file.metadata()?;
    match () {
        () if !meta.is_file() => Err(odd("it is not a regular file")),
        () if meta.nlink() != 1 => Err(odd("it has other hard links")),
        () if meta.uid() != geteuid().as_raw() => Err(odd("it belongs to another user")),
        () => Ok((file, meta)),
    }
}

/// Replaces whatever is there by a new file with these bytes, in one step: a reader finds the old file or the new one.
/// It is on disk before this returns.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    put(path, bytes, File::sync_all)
}

/// The same without syncing: after a loss of power the old one may be there, or one that is not whole.
pub fn replace_unsynced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    put(path, bytes, |_| Ok(()))
}

fn put(path: &Path, bytes: &[u8], sync: impl Fn(&File) -> io::Result<()>) -> io::Result<()> {
    let beside = beside(path);
    // A process that was killed left it behind.
    if let Err(why) = fs::remove_file(&beside)
        && why.kind() != io::ErrorKind::NotFound
    {
        return Err(why);
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    let written = file.write_all(bytes).and_then(|()| sync(&file)).and_then(|()| fs::rename(&beside, path));
    written.inspect_err(|_| drop(fs::remove_file(&beside)))?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync(&File::open(parent)?)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".new-{}", std::process::id()));
    name.into()
}

/// An error unless it is a directory of this user, no link to one, that nobody else may write to.
pub fn is_own_directory(path: &Path) -> io::Result<()> {
    let meta = fs::symlink_metadata(path)?;
    match () {
        () if meta.is_symlink() => Err(odd("it is a symbolic link")),
        () if !meta.is_dir() => Err(io::ErrorKind::NotADirectory.into()),
        () if meta.uid() != geteuid().as_raw() => Err(odd("it belongs to another user")),
        () if meta.mode() & 0o022 != 0 => Err(odd("others can write to it: chmod 700 it")),
        () => Ok(()),
    }
}

/// Identity of a file (device and inode), valid while the file is held open.
pub fn file_id(meta: &Metadata) -> (u64, u64) {
    (meta.dev(), meta.ino())
}

fn odd(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    const ALL: [Access; 3] = [Access::Read, Access::Append, Access::Write];

    #[test]
    fn only_own_regular_files_are_opened() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("key"), "keep me").unwrap();
        symlink(at("key"), at("link")).unwrap();
        symlink(at("nowhere"), at("dangling")).unwrap();
        fs::hard_link(at("key"), at("name")).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, at("pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        for (name, says) in [("link", "symbolic link"), ("dangling", "symbolic link"), ("name", "hard links")] {
            for access in ALL {
                let why = open(&at(name), access).unwrap_err().to_string();
                assert!(why.contains(says), "{name} {access:?}: {why}");
            }
        }
        assert!(ALL.iter().all(|access| open(&at("pipe"), *access).is_err() && open(dir.path(), *access).is_err()));
        assert!(!at("nowhere").exists() && fs::read(at("key")).unwrap() == b"keep me");
        fs::remove_file(at("name")).unwrap();
        assert!(ALL.iter().all(|access| open(&at("key"), *access).is_ok()));
        if geteuid().is_root() {
            std::os::unix::fs::chown(at("key"), Some(12_345), None).unwrap();
            assert!(ALL.iter().all(|access| open(&at("key"), *access).is_err()), "another's");
        }
    }

    #[test]
    fn replacing_a_link_leaves_its_target_alone() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("key"), "keep me").unwrap();
        symlink(at("key"), at("seen")).unwrap();
        // What a killed process may leave behind, and what somebody may put there.
        symlink(at("key"), beside(&at("seen"))).unwrap();
        replace(&at("seen"), b"new").unwrap();
        assert_eq!((fs::read(at("seen")).unwrap(), fs::read(at("key")).unwrap()), (b"new".into(), b"keep me".into()));
        assert!(!fs::symlink_metadata(at("seen")).unwrap().is_symlink());
        assert_eq!(fs::metadata(at("seen")).unwrap().permissions().mode() & 0o777, 0o600);
        fs::create_dir(at("in-the-way")).unwrap();
        assert!(replace(&at("in-the-way"), b"new").is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3, "nothing is left beside it");
    }
}
