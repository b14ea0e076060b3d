//! Where files are: flags and environment, then the config file, then the defaults of the platform.

mod appearance;
mod file;
mod frontend;
mod paths;
mod postgres_url;
mod store_url;
mod typed_path;

pub use appearance::Appearance;
pub use file::{ConfigFile, Remembered, ServeFile, remember_store};
pub use frontend::{ExitAction, Frontend};
pub use paths::{Overrides, Paths, resolve, resolve_to_look};
pub use postgres_url::PostgresUrlError;
pub use store_url::{StoreUrlError, store_place};
pub use typed_path::{typed_listen, typed_path};

use std::path::PathBuf;

use crate::files::UnsafePath;

/// Why paths cannot be resolved. Each error is a sentence with a next step.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No home directory and no flag.
    #[error(
        "keydesk does not know where its files are: there is no home directory. Name them with --data-dir and --config."
    )]
    NoHome,
    /// The file is there and cannot be read.
    #[error("{} cannot be read: {why}. Make it readable, or name another with --config.", path.display())]
    Unreadable {
        /// Path of the file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// Others could change what it says.
    #[error("The config file is not used. {0}")]
    Unsafe(#[source] UnsafePath),
    /// What is there cannot be such a file.
    #[error("{} is not a config file: {why}. Replace it, or name another with --config.", path.display())]
    NoFile {
        /// Path of the file.
        path: PathBuf,
        /// What is there instead.
        why: String,
    },
    /// The file is not what it should be.
    #[error("{} is not understood: {why}. Correct it.", path.display())]
    Malformed {
        /// Path of the file.
        path: PathBuf,
        /// What the parser said, on one line.
        why: String,
    },
    /// The file could not be written.
    #[error("{} cannot be written: {why}. Make it writable, then try again.", path.display())]
    Unwritable {
        /// Path of the file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// `init --store` says one place and the file another.
    #[error("{} names another store ({there}). Leave --store out, or change the file.", path.display())]
    OtherStore {
        /// Path of the file.
        path: PathBuf,
        /// The store that the file names.
        there: String,
    },
    /// What was written is no path.
    #[error("{:?} cannot be used as a path: {why}. Write the full path.", path.display().to_string())]
    Path {
        /// The path as it was written.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Not a place for a store.
    #[error(transparent)]
    Store(#[from] StoreUrlError),
    /// An environment variable is set and cannot be read.
    #[error("The environment variable {0} is not UTF-8 text, so what it names is not known. Set it anew, or unset it.")]
    Variable(&'static str),
    /// A relative path, and the current directory is gone.
    #[error("The current directory cannot be read: {0}. Change to another, or write absolute paths.")]
    NoCurrentDir(String),
}
