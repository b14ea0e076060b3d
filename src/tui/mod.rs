//! The terminal: a state machine, one table of keys, and a view that only draws.
//!
//! A key press travels so: input thread -> [`msg::Msg`] -> [`update`] (scope and chord -> [`keys`] -> action) ->
//! [`msg::Effect`] -> worker -> hub -> reply as [`msg::Msg`] -> [`update`] -> one frame by [`view::draw`].
//! [`update`] does no I/O, reads no clock and draws no randomness.

mod app;
pub mod chord;
mod copier;
mod ending;
mod event;
mod hangup;
mod input;
mod mischief;
pub mod msg;
mod panic;
pub mod perform;
mod run;
mod signals;
mod stage;
pub mod terminal;
pub mod theme;
mod update;
pub mod view;
mod workers;

pub use app::{App, AppSetup, Places, Start};
pub use run::{run, run_session};
pub use update::update;
