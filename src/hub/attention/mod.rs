//! What needs attention: credentials by state, those that were changed outside keydesk, and those that are refused or not
//! used. With a million credentials the numbers come from indexes, and the rest from a survey in the background.

mod items;
mod refused;
mod states;
mod survey;
mod types;
mod words;

pub(crate) use refused::refused;
pub(crate) use states::states;
pub(crate) use survey::Survey;
pub use types::{AttentionItem, AttentionLevel, Group, RefusedKey, STATES, StateCounts};
pub use words::AttentionWords;
