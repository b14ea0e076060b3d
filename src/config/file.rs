//! The config file (TOML): paths only. Everything else is a setting of the desk and kept in its store.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::files::{self, UnsafePath};
use crate::hub::StorePlace;
use crate::vault::PrivateFile;

use super::ConfigError;

/// Most bytes that are read: such a file has a few lines.
const LONGEST: usize = 64 << 10;

/// Contents of the file. An unknown key is an error: a misspelt one must not be ignored.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    /// The store: a path, `sqlite:PATH` or `postgres://USER@HOST/DATABASE`.
    pub store: Option<String>,
    /// The file with the password of the user of a server's database.
    pub store_password_file: Option<PathBuf>,
    /// The file with the certificates that sign that of the server.
    pub store_ca_file: Option<PathBuf>,
    /// Whether the connection to another machine may be in clear text.
    #[serde(default)]
    pub store_clear_text: bool,
    /// Directory of the database, if `store` does not name it.
    pub data_dir: Option<PathBuf>,
    /// The file with the master key.
    pub master_key_file: Option<PathBuf>,
    /// Where a verifier keeps what it has to know after a restart: beside the database if this does not say so.
    pub state_dir: Option<PathBuf>,
    /// The table `[serve]`.
    #[serde(default)]
    pub serve: ServeFile,
    /// The table `[ssh]`.
    #[serde(default)]
    pub ssh: SshFile,
}

/// What the table `[ssh]` may say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SshFile {
    /// The store as sshd's question opens it: another user of the same database.
    pub store: Option<String>,
}

/// What the table `[serve]` may say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServeFile {
    /// The store as verifiers open it: another user of the same database.
    pub store: Option<String>,
    /// Where the verifier listens: `unix:PATH`, or an address and port.
    #[serde(default)]
    pub listen: Vec<String>,
    /// The file with the token that gateways send over TCP.
    pub gateway_token_file: Option<PathBuf>,
    /// How much is logged, as `KEYDESK_LOG` says it.
    pub log: Option<String>,
}

impl ConfigFile {
    /// Reads the file. A missing one is empty, even if a flag named it: `init` may be about to write it.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let Some(text) = read(path)? else { return Ok(Self::default()) };
        toml::from_str(&text).map_err(|e| malformed(path, &text, &e))
    }

    /// Reads the file, whoever else may change it: to say where things are, and nothing more.
    pub fn look(path: &Path) -> Result<Self, ConfigError> {
        let Ok(text) = fs::read_to_string(path) else { return Ok(Self::default()) };
        toml::from_str(&text).map_err(|e| malformed(path, &text, &e))
    }
}

/// The text of the config file or of one beside it; `None` if it is not there. A flag may name anything: as for a file with
/// a secret in it, no pipe is waited for, and a device that never ends is not read.
///
/// Others may read it, but not write it: whoever does names another store and another master key.
pub(super) fn read(path: &Path) -> Result<Option<String>, ConfigError> {
    let no_file = |why: &str| ConfigError::NoFile { path: path.to_owned(), why: why.to_owned() };
    let unreadable = |why: std::io::Error| ConfigError::Unreadable { path: path.to_owned(), why: why.to_string() };
    let real = files::guarded(path).map_err(|why| match why {
        UnsafePath::Io { why, .. } => unreadable(why),
        why => ConfigError::Unsafe(why),
    })?;
    let file = match PrivateFile::open_here(&real) {
        Ok(file) => file,
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(unreadable(why)),
    };
    if file.length().is_none() {
        return Err(no_file("it is not a regular file"));
    }
    if let Some(uid) = file.strangers() {
        return Err(ConfigError::Unsafe(UnsafePath::Owner {
            path: real,
            uid,
            me: rustix::process::geteuid().as_raw(),
        }));
    }
    if let Some(mode) = file.writable() {
        return Err(ConfigError::Unsafe(UnsafePath::WritableFile { path: real, mode }));
    }
    let bytes = file.read(LONGEST).map_err(unreadable)?;
    match std::str::from_utf8(&bytes) {
        _ if bytes.len() > LONGEST => Err(no_file(&format!("it is longer than {} KiB", LONGEST >> 10))),
        Ok(text) => Ok(Some(text.to_owned())),
        Err(_) => Err(no_file("it is not UTF-8 text")),
    }
}

/// The parser's words without its picture of the line: the file may hold more than others should see.
fn malformed(path: &Path, text: &str, why: &toml::de::Error) -> ConfigError {
    let line = why.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    let message = crate::text::safe(&why.message().replace('\n', " ")).into_owned();
    let why = line.map_or_else(|| message.clone(), |line| format!("line {line}: {message}"));
    ConfigError::Malformed { path: path.to_owned(), why }
}

/// A change to the file that can be undone.
#[derive(Debug)]
pub struct Remembered {
    path: PathBuf,
    /// What the file said before; `None` when there was no file.
    old: Option<String>,
}

impl Remembered {
    /// Restores the file. Errors are ignored: another one is being reported already.
    pub fn undo(self) {
        let base = self.path.parent().unwrap_or(Path::new("/"));
        let _ = match &self.old {
            Some(old) => replace(&self.path, base, old),
            None => fs::remove_file(&self.path),
        };
    }
}

/// Writes `store = "…"` into the file so that the next start finds the store. What else the file says stays; `None` if
/// it says so already. The new text replaces the old in one step, so a reader never sees half of it.
pub fn remember_store(path: &Path, store: &StorePlace, url: &str) -> Result<Option<Remembered>, ConfigError> {
    let base = path.parent().unwrap_or(Path::new("/"));
    let file = ConfigFile::read(path)?;
    if let Some(there) = file.store {
        return match is_same(&super::store_place(&there, base, file.store_clear_text)?, store) {
            true => Ok(None),
            false => Err(ConfigError::OtherStore { path: path.to_owned(), there }),
        };
    }
    let unwritable = |why: String| ConfigError::Unwritable { path: path.to_owned(), why };
    let name = match store.file() {
        Some(file) => file.to_str().ok_or_else(|| unwritable("the path of the store is not UTF-8".to_owned()))?,
        None => url,
    };
    let old = read(path)?;
    let line = toml::Value::String(name.to_owned());
    // In front: behind a table header it would belong to that table.
    let new = format!("store = {line}\n{}", old.as_deref().unwrap_or_default());
    replace(path, base, &new).map_err(|e| unwritable(e.to_string()))?;
    Ok(Some(Remembered { path: path.to_owned(), old }))
}

/// Whether two texts name one store, whatever files go with it.
fn is_same(one: &StorePlace, other: &StorePlace) -> bool {
    match (one, other) {
        (StorePlace::Postgres(one), StorePlace::Postgres(other)) => {
            (&one.hosts, &one.user, &one.database, one.verify_tls)
                == (&other.hosts, &other.user, &other.database, other.verify_tls)
        }
        (one, other) => one == other,
    }
}

/// A new file in place of the old one, also where that is a link.
pub(super) fn replace(path: &Path, base: &Path, text: &str) -> std::io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(base)?;
    files::replace(path, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_config_is_empty_and_a_wrong_one_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        assert_eq!(ConfigFile::read(&path).unwrap(), ConfigFile::default());
        for (text, says) in [
            ("stor = 1", "line 1: unknown field `stor`"),
            ("\nstore = 1", "line 2: invalid type"),
            ("store =", "line 1:"),
        ] {
            fs::write(&path, text).unwrap();
            let said = ConfigFile::read(&path).unwrap_err().to_string();
            assert!(said.contains(says), "{text:?}: {said}");
            assert!(!said.contains('\n'), "{said:?} is more than one line");
        }
    }

    #[test]
    fn only_a_short_regular_file_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        let said = |path: &Path| ConfigFile::read(path).unwrap_err().to_string();
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        for other in [path.as_path(), dir.path(), Path::new("/dev/zero"), Path::new("/dev/null")] {
            let said = said(other);
            assert!(said.contains("is not a regular file") && said.contains("--config"), "{said}");
        }
        assert!(remember_store(&path, &StorePlace::Sqlite("/a.db".into()), "").is_err());
        fs::remove_file(&path).unwrap();
        fs::write(&path, "#".repeat(LONGEST)).unwrap();
        assert_eq!(ConfigFile::read(&path).unwrap(), ConfigFile::default());
        fs::write(&path, "#".repeat(LONGEST + 1)).unwrap();
        assert!(said(&path).contains("longer than 64 KiB"));
        fs::write(&path, b"# \xff").unwrap();
        assert!(said(&path).contains("is not UTF-8 text"));
        let link = dir.path().join("link.toml");
        fs::write(&path, "store = \"/a.db\"").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(ConfigFile::read(&link).unwrap().store.as_deref(), Some("/a.db"), "a link to one is one");
    }

    #[test]
    fn saving_the_store_keeps_the_rest_of_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/config.toml");
        let database = dir.path().join("odd \"name\".db");
        let at = |database: &Path| remember_store(&path, &StorePlace::Sqlite(database.to_owned()), "");
        assert!(at(&database).unwrap().is_some());
        assert!(at(&database).unwrap().is_none());
        assert_eq!(ConfigFile::read(&path).unwrap().store, Some(database.display().to_string()));
        let other = at(Path::new("/elsewhere.db"));
        assert!(matches!(other, Err(ConfigError::OtherStore { .. })));
        let mine = "# mine\nmaster_key_file = \"/k\"\n";
        fs::write(&path, mine).unwrap();
        let remembered = at(&database).unwrap().unwrap();
        assert!(fs::read_to_string(&path).unwrap().ends_with(mine));
        remembered.undo();
        assert_eq!(fs::read_to_string(&path).unwrap(), mine);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
