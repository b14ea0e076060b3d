//! What a verifier tells about itself: log, metrics, last uses, counts and refusals.

pub(super) mod callers;
pub(super) mod diagnosis;
pub(super) mod log;
pub(super) mod metrics;
pub(super) mod reports;
mod use_counter;
