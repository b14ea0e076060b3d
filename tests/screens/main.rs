//! The screens: scenarios in the user's words, properties, and pictures of everything.

mod account;
mod ahead;
mod create;
mod desk;
mod door;
mod fixture;
mod lists;
mod menu;
mod one_time;
mod people;
mod picture;
mod properties;
mod readme;
mod rights;
mod security;
mod snapshots;
mod states;
mod trail;
mod two_people;
