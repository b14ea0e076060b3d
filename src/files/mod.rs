//! keydesk's own files: opening and replacing them safely, and checks for who else could have put them there.
//!
//! Whoever may write beside the database must not redirect other writes: no link is followed, and a file is checked
//! after it was opened. And where another user may write to a directory on the path, nothing is opened at all.

pub mod fault_injection;
mod path_guard;
mod protected;
mod safe_open;

pub use path_guard::{UnsafePath, guarded, is_trusted, real_path};
pub use protected::{ProtectedFile, ProtectedPlaces};
pub use safe_open::{Access, file_id, is_own_directory, open, replace, replace_unsynced};
