//! How often credentials are used: the counts that verifiers report, what lists and menu make of them, and the processes
//! that are at work.

mod counts;
mod days;
mod process;
mod seen_by;
mod site;

pub(crate) use days::{first_day, last_days, last_days_of};
pub use seen_by::{Behind, SeenBy};
pub(crate) use site::site_usage;
