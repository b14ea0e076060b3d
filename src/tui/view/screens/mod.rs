//! Draws the screens.

pub mod api;
pub mod details;
pub mod docs;
pub mod menu;
pub mod pages;
pub mod refused;
pub mod security;
pub mod sign_in;
pub mod trail;
pub mod users;
