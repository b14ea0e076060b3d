//! The files that keydesk keeps for itself: who else could have put them there, and how they are opened and replaced.
//!
//! Whoever may write beside the database must not choose what else is written to: no link is followed, and what is opened
//! is looked at once it is open. And where anybody else may write on the way to a file, nothing is opened at all.

mod own;
mod way;

pub use own::{Access, is_own_directory, open, replace, replace_soon, which};
pub use way::{NotOurs, guarded, is_trusted};
