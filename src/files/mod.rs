//! keydesk's own files: opening and replacing them safely, and checks for who else could have put them there.
//!
//! Whoever may write beside the database must not redirect other writes: no link is followed, and a file is checked
//! after it was opened. And where another user may write to a directory on the path, nothing is opened at all.

mod own;
mod way;

pub use own::{Access, is_own_directory, open, replace, replace_soon, which};
pub use way::{NotOurs, guarded, is_trusted};
