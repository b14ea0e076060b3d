//! The trail (audit log): reading it, verifying it and everything that it vouches for, and accepting a store.

mod accept;
pub(crate) mod action;
pub(crate) mod chain;
mod check_counts;
mod check_last_changes;
mod check_tags;
mod log_filter;
mod refusal_words;
mod repair;
pub(crate) mod trail;
pub(crate) mod trail_state;
mod verify;

pub use accept::AcceptReport;
pub use log_filter::{LogFilter, LogFilterError, log_terms};
pub(crate) use refusal_words::FOLLOW;
