//! The screens: scenarios in the user's words, properties, and pictures of everything.

#[path = "../support/made.rs"]
mod made;
#[path = "../support/need.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod need;
#[path = "../support/postgres.rs"]
#[allow(dead_code, reason = "not every suite needs all of it")]
mod server;

mod account;
mod burst;
mod bytes;
mod calls;
mod choices;
mod chords;
mod contrast;
mod copy_as;
mod create;
mod desk;
mod docs;
mod edit;
mod effects;
mod export;
mod filter;
mod find_by_secret;
mod fixed_secrets;
mod fixture;
mod forms;
mod help;
mod history;
mod hits;
mod jump;
mod key_session;
mod lists;
mod menu;
mod menu_parts;
mod one_time;
mod picture;
mod properties;
mod random_events;
mod readme;
mod refused;
mod rights;
mod rotate_many;
mod scenes;
mod seams;
mod security;
mod seen_by;
mod sign_in;
mod snapshots;
mod ssh_keys;
mod states;
mod store_away;
mod svg;
mod tasks;
mod ticks;
mod trail;
mod two_users;
mod type_ahead;
mod users;
mod where_one_looks;
