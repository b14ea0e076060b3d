//! Setting the desk up behind sshd: the block that keydesk ships, what sshd goes by, and who else could change the files on
//! the way. For the operator, as root.

mod block;
mod check;
mod enable;
mod sshd;

pub use check::{Finding, Level, check};
pub use enable::{Enabled, enable};

/// The Unix user of the desk.
pub const ACCOUNT: &str = "keydesk";
