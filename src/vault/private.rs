//! Private files, readable by their owner alone: the master key and the gateway token.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;
use zeroize::Zeroizing;

use crate::files;

/// A private file, opened and not read yet.
#[derive(Debug)]
pub struct PrivateFile {
    file: File,
    meta: Metadata,
}

impl PrivateFile {
    /// Opens the file at `path`, following links.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::open_with(path, OFlags::NONBLOCK)
    }

    /// Opens a file whose path has been resolved; a link is an error.
    pub fn open_here(path: &Path) -> io::Result<Self> {
        Self::open_with(path, OFlags::NONBLOCK | OFlags::NOFOLLOW)
    }

    /// A pipe in its place must not keep the desk waiting for a writer.
    fn open_with(path: &Path, flags: OFlags) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path)?;
        let meta = file.metadata()?;
        Ok(Self { file, meta })
    }

    /// How many bytes it has; `None` if it is not a regular file.
    pub fn length(&self) -> Option<u64> {
        self.meta.is_file().then_some(self.meta.len())
    }

    /// Its mode, if others than its owner can do anything with it. In systemd's `$CREDENTIALS_DIRECTORY` 0440 is the rule:
    /// systemd itself keeps others out.
    pub fn exposed(&self, from_systemd: bool) -> Option<u32> {
        let others = if from_systemd { 0o037 } else { 0o077 };
        (self.meta.mode() & others != 0).then(|| self.meta.mode() & 0o7777)
    }

    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        self.meta.is_dir()
    }

    /// Its mode, if others than its owner can write to it.
    pub fn writable(&self) -> Option<u32> {
        (self.meta.mode() & 0o022 != 0).then(|| self.meta.mode() & 0o7777)
    }

    /// User id of the owner, if that is neither this user nor root.
    pub fn strangers(&self) -> Option<u32> {
        let uid = self.meta.uid();
        (!files::is_trusted(uid)).then_some(uid)
    }

    /// Reads it, one byte more than `most` at most, so that a longer file shows.
    pub fn read(&self, most: usize) -> io::Result<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(most + 1));
        (&self.file).take(most as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
