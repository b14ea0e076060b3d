//! All cryptography: the master key, the key ring, seal and open, tags, password hashing, random bytes.

mod error;

pub use error::{MasterKeyError, VaultError};
