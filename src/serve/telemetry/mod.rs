//! What a verifier tells about itself: log, metrics, last uses and refusals.

pub(super) mod diagnosis;
pub(super) mod log;
pub(super) mod metrics;
pub(super) mod reports;
