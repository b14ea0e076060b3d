//! The terminal: a state machine, one table of keys, and a view that only draws.
//!
//! A key press travels so: input thread -> [`msg::Msg`] -> [`update`] (scope and chord -> [`keys`] -> action) ->
//! [`msg::Effect`] -> worker -> hub -> reply as [`msg::Msg`] -> [`update`] -> one frame by [`view::draw`].
//! [`update`] does no I/O, reads no clock and draws no randomness.

mod act;
mod action;
mod app;
pub mod chord;
mod dialog;
mod docs;
mod door;
mod field;
mod form;
mod held;
mod help;
pub mod keys;
mod layout;
pub mod msg;
mod pending;
pub mod perform;
mod reply;
mod screen;
pub mod theme;
mod toast;
mod update;
pub mod view;
mod when;

pub use app::{App, AppSetup, Places, Start};
pub use update::update;
