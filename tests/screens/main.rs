//! The screens: scenarios in the user's words, properties, and pictures of everything.

#[path = "../support/made.rs"]
mod made;

mod account;
mod ahead;
mod behind;
mod burst;
mod calls;
mod choices;
mod contrast;
mod create;
mod desk;
mod docs;
mod dressed;
mod edit;
mod events;
mod filter;
mod find;
mod fixture;
mod help;
mod history;
mod lists;
mod menu;
mod one_time;
mod people;
mod picture;
mod properties;
mod readme;
mod refused;
mod rights;
mod scenes;
mod security;
mod sign_in;
mod snapshots;
mod states;
mod trail;
mod two_people;
