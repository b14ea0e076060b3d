//! Draws the screens.

pub mod api;
pub mod details;
pub mod docs;
mod filter;
mod history;
pub mod menu;
pub mod pages;
mod refused;
pub mod sign_in;
pub mod trail;
pub mod users;

pub use docs::verifier;
pub use refused::sentences as refused_sentences;
