//! Dialogs about credentials.

mod change_state;
mod create;
mod edit;
mod find_by_secret;
mod one_time_secret;
mod replace_secret;
mod rotate;
mod signing;

pub use change_state::Change;
pub use create::{Create, Draft, entry_of};
pub use edit::EditKeys;
pub use find_by_secret::{Find, Found};
pub use one_time_secret::{CopyPart, Issue, OneTime};
pub use replace_secret::{NewPassword, StopOld};
pub use rotate::Rotate;
