//! Errors of the vault. They never contain a byte of a key or secret.

use std::path::PathBuf;

use crate::files::UnsafePath;

/// Why a cryptographic operation failed.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The master key cannot be read or made.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// The operating system gave no random bytes.
    #[error("The operating system gave no random bytes. Try again.")]
    Random(String),
    /// Something sealed does not open: wrong key, wrong place, or changed.
    #[error(
        "A sealed value does not open: it was changed or moved outside keydesk (tampered), or belongs to another master key."
    )]
    Sealed,
    /// Argon2 refused its parameters or had no memory.
    #[error("A password could not be hashed ({0}). Try again; if it happens again, free some memory.")]
    Hash(String),
}

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// There is no file at this path.
    #[error("The master key {} is missing. Put the copy back that was kept elsewhere; nothing opens without it.", .0.display())]
    Missing(PathBuf),
    /// Other users than its owner can read it.
    #[error("The master key {} can be read by others (mode {mode:04o}). Run: chmod 600 {}", path.display(), path.display())]
    Exposed {
        /// Path of the key file.
        path: PathBuf,
        /// Mode bits of the file.
        mode: u32,
    },
    /// Somebody else could have put it there.
    #[error("The master key {} is not safe where it is: {why}", path.display())]
    Unsafe {
        /// Path of the key file.
        path: PathBuf,
        /// Which directory or file on the path others may write.
        why: UnsafePath,
    },
    /// A directory.
    #[error("The master key {} is a directory. Name the file in it, such as {}.", .0.display(), .0.join("master.key").display())]
    Directory(PathBuf),
    /// Not 32 bytes.
    #[error("{} is not a master key of keydesk. Put the right file back.", .0.display())]
    Malformed(PathBuf),
    /// A file is at this path already; a master key is never overwritten.
    #[error("A master key is at {} already and was left alone. Move it away if it belongs to no desk.", .0.display())]
    Exists(PathBuf),
    /// This master key does not open the key ring of this database.
    #[error("The master key {} does not belong to this database. Put the right one back, or name it with --master-key-file.", .0.display())]
    Wrong(PathBuf),
    /// The file system refused.
    #[error("The master key {} cannot be used: {why}.", path.display())]
    Io {
        /// Path of the key file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
}
