//! Transactions: authorization, tags and sums of rows, and the trail are part of each.

pub(crate) mod authorize;
pub(crate) mod entry;
pub(crate) mod intent;
mod read;
mod refusal;
pub(crate) mod rollback;
pub(crate) mod row_tags;
pub(crate) mod seal_places;
pub(crate) mod table_sums;
mod unanswered;
pub(crate) mod write;

pub use refusal::RefusedDeed;
pub use unanswered::{UNANSWERED, asking_while};
