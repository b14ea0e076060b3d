//! The full-screen desk: a pure state machine, one keymap, and a view that only draws.
//!
//! A key press travels so: input thread -> [`msg::Msg`] -> [`update`] (scope and chord -> [`keys`] -> action) ->
//! [`msg::Effect`] -> worker -> hub -> reply as [`msg::Msg`] -> [`update`] -> one frame by [`view::draw`].
//! [`update`] does no I/O, reads no clock and draws no randomness.

mod act;
mod action;
mod ahead;
mod app;
pub mod chord;
mod copier;
mod dialog;
mod door;
mod ending;
mod event;
mod field;
mod form;
mod hangup;
mod held;
mod help;
mod input;
pub mod keys;
mod layout;
mod mischief;
pub mod msg;
mod panic;
mod pending;
pub mod perform;
mod reply;
mod run;
mod scopes;
mod screen;
mod signals;
mod stage;
pub mod terminal;
pub mod theme;
mod toast;
mod update;
pub mod view;
mod watch;
mod when;
mod workers;

pub use app::{App, AppSetup, Places, Start};
pub use run::{run, run_session};
pub use update::update;
