//! The full-screen desk: a pure state machine, one keymap, and a view that only draws.
//!
//! A key press travels so: input thread -> [`msg::Msg`] -> [`update`] (scope and chord -> [`keymap`] -> action) ->
//! [`msg::Effect`] -> worker -> hub -> reply as [`msg::Msg`] -> [`update`] -> one frame by [`view::draw`].
//! [`update`] does no I/O, reads no clock and draws no randomness.

mod act;
mod app;
mod dialog;
mod form;
mod idle_lock;
pub mod keymap;
mod layout;
pub mod msg;
mod pending;
mod relative_time;
mod reply;
mod runtime;
mod scopes;
mod screen;
mod sign_in;
pub mod terminal;
pub mod theme;
mod toast;
mod type_ahead;
mod update;
pub mod view;

pub use app::{App, AppSetup, DisplayPaths, Start};
pub use runtime::{perform, run, run_key_session, run_session};
pub use update::update;
