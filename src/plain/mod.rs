//! Line-by-line mode: the same desk for screen readers and dumb terminals.
//!
//! No cursor movement, no colour, no box: keydesk asks in a whole sentence, and one line is the answer. The dialogs
//! (`keys`, `people` and the others) are written against [`Io`], so that a test can be the terminal; `tty` is the real
//! one. The words for rows (`words`, `spell`) and the parsing of answers (`answer`) are pure.

mod account;
mod answer;
mod create;
mod deeds;
mod desk;
mod details;
mod docs;
mod door;
mod held;
mod idle;
mod io;
mod keys;
mod list;
mod menu;
mod modes;
mod once;
mod options;
mod passwords;
mod people;
mod person;
mod refused;
mod seat;
mod security;
mod set_up;
mod signals;
mod spell;
mod talk;
mod trail;
mod tty;
mod wait;
mod words;

pub use desk::{converse, run, run_session, set_up_and_converse};
pub use io::{Echo, Io, Read};
