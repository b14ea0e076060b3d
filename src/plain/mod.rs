//! Line-by-line mode: the same desk for screen readers and dumb terminals.
//!
//! No cursor movement, no colour, no boxes: keydesk asks in a whole sentence, and one line is the answer. The dialogs
//! (`credentials`, `users` and the others) are written against [`Io`], so that a test can be the terminal; `io::tty` is
//! the real one. The words for rows (`words`, `credentials::spell_out`) and the parsing of answers
//! (`conversation::answer`) are pure.

mod activity_log;
mod conversation;
mod credentials;
mod documentation;
mod io;
mod main_menu;
mod my_account;
mod new_password;
mod run;
mod security;
mod session;
mod set_up;
mod sign_in;
mod ssh_keys;
mod users;
mod words;

pub use io::{Echo, Io, LineEvent};
pub use run::{converse, run, run_key_session, run_session, set_up_and_converse};
