//! How often credentials are used: the counts that verifiers report, what lists and menu make of them, and the processes
//! that are at work.

mod counts;
mod days;
mod process;
mod site;

pub(crate) use days::last_days;
pub(crate) use site::site_usage;
