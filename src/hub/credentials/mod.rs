//! Credentials: lists, creation, rotation, changes, and secrets that leaked or got lost.

mod create;
mod details;
mod edit;
mod find_by_secret;
pub(crate) mod list;
pub(crate) mod mapping;
mod rotate;
mod rows;
mod state;
mod tampering;
mod tombstone;
mod unsaved_secrets;
mod watch;

pub(crate) use create::fill;
pub use edit::CredentialEdit;
pub use list::CredentialPart;
pub use watch::Watch;
