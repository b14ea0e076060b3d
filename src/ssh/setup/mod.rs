//! Setting the desk up behind sshd: the block that keydesk ships, what sshd goes by, and who else could change the files on
//! the way. For the operator, as root.

mod account;
mod admission;
mod block;
mod check;
mod enable;
mod finding;
mod pattern;
mod reload;
mod sshd;
mod trial;

pub use check::check;
pub use enable::{Enabled, enable};
pub use finding::{Finding, Level};

pub(in crate::ssh) use trial::is_tried;

/// The Unix user of the desk.
pub const ACCOUNT: &str = "keydesk";
/// Where sshd reads the block.
const PLACE: &str = "/etc/ssh/sshd_config.d/keydesk.conf";
