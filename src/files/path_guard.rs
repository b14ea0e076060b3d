//! Path safety: who could replace a file on its path. The rule of sshd's StrictModes, for each directory on the way.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::process::geteuid;

/// Limit on links that are followed on one path, as on Linux.
const LINKS: usize = 40;

/// Why a file is not used.
#[derive(Debug, thiserror::Error)]
pub enum UnsafePath {
    /// Somebody else owns something on the way to it, or the file itself.
    #[error(
        "{} belongs to another user (uid {uid}), who could change what keydesk relies on. Run keydesk as that user, or: chown {me} {}",
        path.display(), path.display()
    )]
    Owner {
        /// The file or directory that belongs to them.
        path: PathBuf,
        /// User id of its owner.
        uid: u32,
        /// User id of this process.
        me: u32,
    },
    /// Others can write to a directory on the way.
    #[error(
        "The directory {} can be written by others (mode {mode:04o}), who could put other files in place of keydesk's. Run: chmod go-w {}",
        path.display(), path.display()
    )]
    Writable {
        /// The directory.
        path: PathBuf,
        /// Mode bits of the directory.
        mode: u32,
    },
    /// Others can write to the file itself.
    #[error(
        "{} can be written by others (mode {mode:04o}), who could change what keydesk relies on. Run: chmod go-w {}",
        path.display(), path.display()
    )]
    WritableFile {
        /// The file.
        path: PathBuf,
        /// Mode bits of the file.
        mode: u32,
    },
    /// The system refused.
    #[error("{} cannot be examined: {why}. Check the path.", path.display())]
    Io {
        /// Path of the file or directory.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
}

/// Whether a user may own what keydesk relies on: this process's own, and root, who can do anything anyway.
pub fn is_trusted(uid: u32) -> bool {
    uid == 0 || uid == geteuid().as_raw()
}

/// The real path of a file, with all links followed: to be used from then on, so that changing a link later does not
/// change which file it is. An error if anybody but this user and root could put another file there. What is not there
/// yet, file or directories, is fine.
pub fn guarded(path: &Path) -> Result<PathBuf, UnsafePath> {
    follow(path, check)
}

/// The real path of a file, with all links followed, also those that lead to what is not there yet.
pub fn real_path(path: &Path) -> Result<PathBuf, UnsafePath> {
    follow(path, |_, _| Ok(()))
}

fn follow(path: &Path, check: fn(&Path, &Metadata) -> Result<(), UnsafePath>) -> Result<PathBuf, UnsafePath> {
    let io = |path: &Path| {
        let path = path.to_owned();
        |why| UnsafePath::Io { path, why }
    };
    let whole = std::path::absolute(path).map_err(io(path))?;
    let (mut real, mut links) = (PathBuf::from("/"), 0);
    check(&real, &fs::symlink_metadata(&real).map_err(io(&real))?)?;
    let mut rest = steps(&whole);
    while let Some(step) = rest.pop() {
        let place = real.join(&step);
        let meta = match fs::symlink_metadata(&place) {
            // Its creator will create it for their own user alone.
            Err(why) if why.kind() == io::ErrorKind::NotFound => {
                real = rest.into_iter().rev().fold(place, |path, step| path.join(step));
                break;
            }
            meta => meta.map_err(io(&place))?,
        };
        check(&place, &meta)?;
        if !meta.is_symlink() {
            real = if step == ".." { real.parent().unwrap_or(Path::new("/")).to_owned() } else { place };
            continue;
        }
        links += 1;
        let target = fs::read_link(&place).map_err(io(&place))?;
        if links > LINKS {
            return Err(io(&place)(rustix::io::Errno::LOOP.into()));
        }
        if target.is_absolute() {
            real = PathBuf::from("/");
        }
        rest.extend(steps(&target));
    }
    Ok(real)
}

/// The steps of a path, the first of them last.
fn steps(path: &Path) -> Vec<OsString> {
    let named = |step: &Component<'_>| matches!(step, Component::Normal(_) | Component::ParentDir);
    path.components().filter(named).map(|step| step.as_os_str().to_owned()).rev().collect()
}

/// Whoever owns a directory, or may write to it, decides what is in it; but in a sticky one, as `/tmp` is, each has their
/// own.
fn check(path: &Path, meta: &Metadata) -> Result<(), UnsafePath> {
    let (path, mode) = (path.to_owned(), meta.mode() & 0o7777);
    if !is_trusted(meta.uid()) {
        return Err(UnsafePath::Owner { path, uid: meta.uid(), me: geteuid().as_raw() });
    }
    match meta.is_dir() && mode & 0o022 != 0 && mode & 0o1000 == 0 {
        true => Err(UnsafePath::Writable { path, mode }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, chown, symlink};

    use super::*;

    fn house() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let real = dir.path().canonicalize().unwrap();
        fs::create_dir_all(real.join("a/b")).unwrap();
        fs::write(real.join("a/b/file"), "").unwrap();
        (dir, real)
    }

    fn mode(path: PathBuf, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_path_that_others_can_write_to_is_refused_unless_sticky() {
        let (_dir, at) = house();
        let file = at.join("a/b/file");
        for (bits, good) in [
            (0o700, true),
            (0o755, true),
            (0o2750, true),
            (0o1777, true),
            (0o770, false),
            (0o777, false),
            (0o702, false),
        ] {
            mode(at.join("a"), bits);
            let found = guarded(&file);
            assert_eq!(found.is_ok(), good, "{bits:o} {found:?}");
            if let Err(why) = found {
                let wanted =
                    format!("(mode {bits:04o}), who could put other files in place of keydesk's. Run: chmod go-w");
                assert!(why.to_string().contains(&wanted), "{why}");
            }
        }
        mode(at.join("a"), 0o700);
        mode(at.join("a/b"), 0o720);
        assert!(guarded(&file).is_err());
        assert!(guarded(&at.join("a/new/file")).is_ok(), "what is not there yet is made for its owner alone");
    }

    #[test]
    fn links_are_followed_and_every_directory_counts() {
        let (_dir, at) = house();
        let file = at.join("a/b/file");
        symlink("b/../b/file", at.join("a/near")).unwrap();
        symlink(at.join("a/near"), at.join("far")).unwrap();
        symlink("loop", at.join("loop")).unwrap();
        symlink("a/b/none", at.join("dangling")).unwrap();
        for path in ["far", "a/near", "a/./b//file", "a/b/../../far"] {
            assert_eq!(guarded(&at.join(path)).unwrap(), file, "{path}");
        }
        assert_eq!(guarded(&at.join("dangling")).unwrap(), at.join("a/b/none"));
        assert!(guarded(&at.join("loop")).unwrap_err().to_string().contains("symbolic links"));
        mode(at.join("a"), 0o777);
        assert!(guarded(&at.join("far")).is_err(), "where the link leads");
        fs::create_dir(at.join("open")).unwrap();
        symlink(&at, at.join("open/link")).unwrap();
        mode(at.join("a"), 0o700);
        mode(at.join("open"), 0o777);
        assert!(guarded(&at.join("open/link/far")).is_err(), "where the link lies");
    }

    #[test]
    fn a_file_of_another_user_is_reported_with_their_uid() {
        if !geteuid().is_root() {
            println!("skipped: only root gives files away");
            return;
        }
        for place in ["a", "a/b", "a/b/file", "link"] {
            let (_dir, at) = house();
            symlink("a/b/file", at.join("link")).unwrap();
            assert!(guarded(&at.join("link")).is_ok());
            std::os::unix::fs::lchown(at.join(place), Some(12_345), None).unwrap();
            let why = guarded(&at.join("link")).unwrap_err().to_string();
            assert!(why.contains("(uid 12345)") && why.contains("chown 0 "), "{place}: {why}");
            chown(at.join(place), Some(0), None).unwrap();
        }
    }
}
