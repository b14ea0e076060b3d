//! The master key: 32 bytes in a file that only its owner reads. Without it nothing opens.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::RenameFlags;
use rustix::io::Errno;
use zeroize::Zeroizing;

use crate::files::fault_injection::may_be_killed;
use crate::files::{self, UnsafePath};
use crate::secret::Secret;

use super::{Context, MasterKeyError, PrivateFile, VaultError, aead, random};

const LEN: usize = 32;

/// Where the master key is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterKeyPlace {
    /// Path of the key file.
    pub path: PathBuf,
    /// It lies in systemd's `$CREDENTIALS_DIRECTORY`, where mode 0440 is the rule: systemd itself keeps others out.
    pub from_systemd: bool,
}

impl MasterKeyPlace {
    /// Whether a file is there. An empty one is none: nothing was ever sealed with it.
    pub fn is_there(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|meta| !is_empty(&meta))
    }

    /// Whether the file has the length of a key.
    pub fn is_whole(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|meta| meta.is_file() && meta.len() == LEN as u64)
    }

    /// A file of the file system, which must be the owner's alone.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), from_systemd: false }
    }
}

/// The master key.
#[derive(Debug)]
pub struct MasterKey(Secret);

impl MasterKey {
    /// A new key that is written nowhere: for the demo and for tests.
    pub fn generate() -> Result<Self, VaultError> {
        let mut key = Zeroizing::new([0; LEN]);
        random::fill(&mut *key)?;
        Ok(Self(Secret::new(key.to_vec())))
    }

    /// A new one in a new file (0600, synced with its directory), which is there as a whole or not at all. Of two who try at once,
    /// one wins.
    pub fn create(place: &MasterKeyPlace) -> Result<Self, VaultError> {
        let key = Self::generate()?;
        let path = &guarded(&place.path)?;
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(|e| io(path, &e))?;
        let beside = &path.with_added_extension("new");
        let made = key.write(beside, path).inspect_err(|_| drop(std::fs::remove_file(beside)));
        made.map_err(|e| match e.kind() {
            ErrorKind::AlreadyExists if path.is_dir() => MasterKeyError::Directory(path.clone()),
            ErrorKind::AlreadyExists => MasterKeyError::Exists(path.clone()),
            _ => io(path, &e),
        })?;
        // Nothing may depend on a file that could be gone after the next crash.
        let synced = File::open(parent).and_then(|parent| parent.sync_all());
        synced.inspect_err(|_| drop(std::fs::remove_file(path))).map_err(|e| io(path, &e))?;
        may_be_killed();
        Ok(key)
    }

    /// Writes it under another name first. What a process left there that was killed was never a key.
    fn write(&self, beside: &Path, path: &Path) -> std::io::Result<()> {
        if let Err(why) = std::fs::remove_file(beside)
            && why.kind() != ErrorKind::NotFound
        {
            return Err(why);
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(beside)?;
        may_be_killed();
        file.write_all(self.0.expose())?;
        file.sync_all()?;
        may_be_killed();
        if std::fs::symlink_metadata(path).is_ok_and(|meta| is_empty(&meta)) {
            std::fs::remove_file(path)?;
        }
        put(beside, path)
    }

    /// Reads it; refused if anybody else can read it or could have put it there. A link to it is followed, if nobody
    /// else could have made that either.
    pub fn load(place: &MasterKeyPlace) -> Result<Self, MasterKeyError> {
        let path = &place.path;
        let file = PrivateFile::open_here(&guarded(path)?).map_err(|e| match e.kind() {
            ErrorKind::NotFound => MasterKeyError::Missing(path.clone()),
            _ => io(path, &e),
        })?;
        // Checked before the mode, so that nobody is told to change the mode of an unrelated file.
        if file.is_directory() {
            return Err(MasterKeyError::Directory(path.clone()));
        }
        if file.length() != Some(LEN as u64) {
            return Err(MasterKeyError::Malformed(path.clone()));
        }
        if let Some(mode) = file.exposed(place.from_systemd) {
            return Err(MasterKeyError::Exposed { path: path.clone(), mode });
        }
        if let Some(uid) = file.strangers() {
            let why = UnsafePath::Owner { path: path.clone(), uid, me: rustix::process::geteuid().as_raw() };
            return Err(MasterKeyError::Unsafe { path: path.clone(), why });
        }
        let bytes = file.read(LEN).map_err(|e| io(path, &e))?;
        match bytes.len() {
            LEN => Ok(Self(Secret::new(bytes.to_vec()))),
            _ => Err(MasterKeyError::Malformed(path.clone())),
        }
    }

    /// Wraps bytes with the master key itself: ring keys and the key check, nothing else.
    pub(super) fn wrap(&self, plain: &[u8], context: &Context<'_>) -> Result<Vec<u8>, VaultError> {
        let mut wrapped = Vec::with_capacity(aead::OVERHEAD + plain.len());
        aead::seal_into(&mut wrapped, &self.0, plain, context)?;
        Ok(wrapped)
    }

    /// Unwraps what [`MasterKey::wrap`] wrapped.
    pub(super) fn unwrap(&self, wrapped: &[u8], context: &Context<'_>) -> Result<Secret, VaultError> {
        aead::open(&self.0, wrapped, context)
    }
}

fn is_empty(meta: &std::fs::Metadata) -> bool {
    meta.is_file() && meta.len() == 0
}

/// Gives a file its name, unless that is taken. Not every file system can do that by renaming.
fn put(beside: &Path, path: &Path) -> std::io::Result<()> {
    let here = rustix::fs::CWD;
    match rustix::fs::renameat_with(here, beside, here, path, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            std::fs::hard_link(beside, path)?;
            std::fs::remove_file(beside)
        }
        renamed => Ok(renamed?),
    }
}

fn guarded(path: &Path) -> Result<PathBuf, MasterKeyError> {
    files::guarded(path).map_err(|why| MasterKeyError::Unsafe { path: path.to_owned(), why })
}

fn io(path: &Path, why: &std::io::Error) -> MasterKeyError {
    MasterKeyError::Io { path: path.to_owned(), why: why.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    #[test]
    fn a_master_key_is_created_once_and_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let place = MasterKeyPlace::file(dir.path().join("new/master.key"));
        let made = MasterKey::create(&place).unwrap();
        assert_eq!(made.0, MasterKey::load(&place).unwrap().0);
        assert_eq!(fs::metadata(&place.path).unwrap().mode() & 0o7777, 0o600);
        assert_eq!(fs::metadata(dir.path().join("new")).unwrap().mode() & 0o7777, 0o700);
        let again = MasterKey::create(&place);
        assert!(matches!(again, Err(VaultError::MasterKey(MasterKeyError::Exists(_)))));
        assert_eq!(made.0, MasterKey::load(&place).unwrap().0);
        assert_eq!(fs::read_dir(dir.path().join("new")).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn neither_an_empty_file_nor_what_was_left_is_a_key() {
        let dir = tempfile::tempdir().unwrap();
        let place = MasterKeyPlace::file(dir.path().join("master.key"));
        fs::write(&place.path, "").unwrap();
        fs::write(dir.path().join("master.key.new"), [7; 31]).unwrap();
        assert!(!place.is_there());
        let made = MasterKey::create(&place).unwrap();
        assert_eq!(made.0, MasterKey::load(&place).unwrap().0);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        fs::write(&place.path, [7; 31]).unwrap();
        assert!(place.is_there() && !place.is_whole());
        assert!(matches!(MasterKey::create(&place), Err(VaultError::MasterKey(MasterKeyError::Exists(_)))));
        assert_eq!(fs::read(&place.path).unwrap(), [7; 31], "it is left alone");
    }

    #[test]
    fn a_master_key_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let place = MasterKeyPlace::file(dir.path().join("master.key"));
        MasterKey::create(&place).unwrap();
        for (mode, file, systemd) in [
            (0o600, true, true),
            (0o400, true, true),
            (0o440, false, true),
            (0o644, false, false),
            (0o620, false, false),
        ] {
            fs::set_permissions(&place.path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(MasterKey::load(&place).is_ok(), file, "{mode:o}");
            let from_systemd = MasterKeyPlace { from_systemd: true, ..place.clone() };
            assert_eq!(MasterKey::load(&from_systemd).is_ok(), systemd, "{mode:o} from systemd");
        }
    }

    #[test]
    fn a_file_of_another_length_is_not_a_master_key() {
        let dir = tempfile::tempdir().unwrap();
        let place = MasterKeyPlace::file(dir.path().join("master.key"));
        assert!(matches!(MasterKey::load(&place), Err(MasterKeyError::Missing(_))));
        for len in [0, 31, 33, 4096] {
            fs::write(&place.path, vec![7; len]).unwrap();
            for mode in [0o600, 0o644] {
                fs::set_permissions(&place.path, fs::Permissions::from_mode(mode)).unwrap();
                assert!(matches!(MasterKey::load(&place), Err(MasterKeyError::Malformed(_))), "{len}, {mode:o}");
            }
        }
        assert!(matches!(MasterKey::load(&MasterKeyPlace::file(dir.path())), Err(MasterKeyError::Directory(_))));
        let pipe = dir.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert!(matches!(MasterKey::load(&MasterKeyPlace::file(pipe)), Err(MasterKeyError::Malformed(_))));
    }
}
