//! Directories that hold files of keydesk. A user at the desk may name a file for an export, but is not the Unix user
//! whose rights the program has: they must not make the journal of the database, or a config file that is not there yet.

use std::io;
use std::path::{Path, PathBuf};

use directories::BaseDirs;
use rustix::fs::{Stat, stat};

use super::{UnsafePath, real_path};

/// Files of keydesk, and directories that are its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProtectedPlaces {
    files: Vec<PathBuf>,
    dirs: Vec<PathBuf>,
}

/// Why a file is not made there.
#[derive(Debug, thiserror::Error)]
pub enum ProtectedFile {
    /// The path names no file.
    #[error("{0} names no file. Type the name of a file, for example keys.csv.")]
    NoName(String),
    /// Hidden files are settings of programs and shells.
    #[error(
        "{0} is a hidden file or lies in a hidden directory, because a name begins with a dot. Choose another name."
    )]
    Hidden(String),
    /// It would be beside a file of keydesk.
    #[error("{0} is where keydesk keeps files of its own, so nothing is exported there. Choose another directory.")]
    Own(String),
    /// The system refused.
    #[error("{path} cannot be written: {why}. Choose another place.")]
    Io {
        /// The path.
        path: String,
        /// What the system said.
        why: io::Error,
    },
}

impl ProtectedPlaces {
    /// The directories of `files`, also where these are links, and `dirs`.
    pub fn new(files: Vec<PathBuf>, dirs: Vec<PathBuf>) -> Self {
        Self { files, dirs }
    }

    /// The real path of a file to be made, unless it is not to be made there. Every link is followed as it is now.
    pub fn new_file(&self, path: &Path) -> Result<PathBuf, ProtectedFile> {
        let home = BaseDirs::new().and_then(|dirs| real_path(dirs.home_dir()).ok());
        self.new_file_of(path, home.as_deref())
    }

    fn new_file_of(&self, path: &Path, home: Option<&Path>) -> Result<PathBuf, ProtectedFile> {
        let shown = || path.display().to_string();
        let failed = |why: io::Error| ProtectedFile::Io { path: shown(), why };
        let whole = std::path::absolute(path).map_err(failed)?;
        let (Some(dir), Some(name)) = (whole.parent(), whole.file_name()) else {
            return Err(ProtectedFile::NoName(shown()));
        };
        let dir = real_path(dir).map_err(|why| match why {
            UnsafePath::Io { why, .. } => failed(why),
            other => failed(io::Error::other(other.to_string())),
        })?;
        let real = dir.join(name);
        let below_home = home.and_then(|home| dir.strip_prefix(home).ok()).unwrap_or(Path::new(""));
        if below_home.iter().chain([name]).any(|part| part.as_encoded_bytes().starts_with(b".")) {
            return Err(ProtectedFile::Hidden(shown()));
        }
        match self.holds(&real, &dir) {
            true => Err(ProtectedFile::Own(shown())),
            false => Ok(real),
        }
    }

    /// Whether a file in `dir` would be beside one of keydesk, or below that directory, or in place of a directory that
    /// is yet to be made. A directory that is mounted at two places is one.
    fn holds(&self, file: &Path, dir: &Path) -> bool {
        let own = self.directories();
        let known: Vec<_> = own.iter().filter_map(|own| identity(own)).collect();
        own.iter().any(|own| dir.starts_with(own) || own.starts_with(file))
            || dir.ancestors().filter_map(identity).any(|one| known.contains(&one))
    }

    fn directories(&self) -> Vec<PathBuf> {
        // What cannot be followed counts as it is written.
        let real = |path: &Path| real_path(path).unwrap_or_else(|_| path.to_owned());
        let of_file = |file: &PathBuf| {
            let target = real(file);
            [file.parent().map(real), target.parent().map(Path::to_owned)].into_iter().flatten()
        };
        self.files.iter().flat_map(of_file).chain(self.dirs.iter().map(|dir| real(dir))).collect()
    }
}

fn identity(dir: &Path) -> Option<(u64, u64)> {
    let Stat { st_dev, st_ino, .. } = stat(dir).ok()?;
    Some((st_dev, st_ino))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn house() -> (tempfile::TempDir, PathBuf, ProtectedPlaces) {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().canonicalize().unwrap();
        for made in ["data", "real/deep", "out", "home/.ssh", "home/lists", "state"] {
            fs::create_dir_all(at.join(made)).unwrap();
        }
        fs::write(at.join("real/keydesk.db"), "").unwrap();
        symlink("../real/keydesk.db", at.join("data/keydesk.db")).unwrap();
        symlink("real", at.join("alias")).unwrap();
        symlink("../real/deep", at.join("out/far")).unwrap();
        symlink("unmade", at.join("out/nowhere")).unwrap();
        let files = vec![at.join("data/keydesk.db"), at.join("etc/keydesk/config.toml")];
        let places = ProtectedPlaces::new(files, vec![at.join("state")]);
        (dir, at, places)
    }

    #[test]
    fn nothing_is_made_beside_files_of_keydesk() {
        let (_dir, at, places) = house();
        for path in [
            "data/keydesk.db-journal",
            "real/keydesk.db-journal",
            "real/deep/list.csv",
            "alias/list.csv",
            "alias/deep/list.csv",
            "out/far/list.csv",
            "out/far/../list.csv",
            "out/../data/list.csv",
            "state/seen",
            "etc",
            "etc/keydesk",
            "etc/keydesk/config.toml",
        ] {
            let why = places.new_file_of(&at.join(path), None).unwrap_err().to_string();
            assert!(
                why.contains("keeps files of its own") && why.contains("Choose another directory."),
                "{path}: {why}"
            );
        }
        for (path, real) in [("out/list.csv", "out/list.csv"), ("out/../list.csv", "list.csv"), ("data2", "data2")] {
            assert_eq!(places.new_file_of(&at.join(path), None).unwrap(), at.join(real), "{path}");
        }
    }

    #[test]
    fn hidden_files_are_not_made() {
        let (_dir, at, places) = house();
        let home = at.join("home");
        symlink(".ssh", home.join("keys")).unwrap();
        for path in ["home/.bashrc", "home/.ssh/rc", "home/keys/rc", "home/lists/../.ssh/rc", "out/.hidden"] {
            let why = places.new_file_of(&at.join(path), Some(&home)).unwrap_err().to_string();
            assert!(why.contains("begins with a dot"), "{path}: {why}");
        }
        assert!(places.new_file_of(&home.join("lists/keys.csv"), Some(&home)).is_ok());
        assert!(places.new_file_of(Path::new("/"), None).unwrap_err().to_string().contains("names no file"));
    }
}
