//! Dialogs about credentials.

mod change_state;
mod common;
mod create;
mod edit;
mod find_by_secret;
mod holder;
mod left_out;
mod one_time_secret;
mod replace_secret;
mod rotate;
mod signing;
mod tampered;

pub use change_state::ChangeState;
pub use create::{Create, Draft, entry_of};
pub use edit::EditKeys;
pub use holder::{Holder, lost_words, parts_of};
pub use left_out::{LeftOut, leave_out};
pub use one_time_secret::{CopyPart, Issue, OneTimeSecret, SecretPage};
pub use replace_secret::{NewPassword, StopOldSecret};
pub use rotate::Rotate;
pub use tampered::Tampered;
