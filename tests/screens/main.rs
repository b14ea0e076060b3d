//! The screens: scenarios in the user's words, properties, and pictures of everything.

mod ahead;
mod create;
mod desk;
mod docs;
mod door;
mod edit;
mod filter;
mod find;
mod fixture;
mod history;
mod lists;
mod menu;
mod one_time;
mod picture;
mod properties;
mod readme;
mod rights;
mod snapshots;
mod states;
mod two_people;
