//! keydesk: a self-hosted desk for API credentials.
//!
//! Dependencies point one way: `tui` and `cli` call `hub`; `hub` calls `store`, `vault`, `account` and `credential`;
//! `verify` calls `vault` and `credential` alone; all lean on the leaves `files`, `progress`, `secret`, `escape_sequence`,
//! `terminal`, `text` and `time`. `tests/house/` reads the `use` lines and holds this.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod account;
pub mod cli;
pub mod clipboard;
pub mod config;
pub mod copy_as;
pub mod credential;
pub mod demo;
pub mod escape_sequence;
pub mod export;
pub mod files;
pub mod hub;
pub mod plain;
pub mod progress;
pub mod sample;
pub mod secret;
pub mod serve;
pub mod ssh;
pub mod store;
pub mod terminal;
pub mod text;
pub mod time;
pub mod tui;
pub mod vault;
pub mod verify;
