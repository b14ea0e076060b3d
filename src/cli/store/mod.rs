//! `keydesk store …` and `keydesk schema …`: the database of the desk as a whole.

pub mod copy;
pub mod schema;

use clap::Subcommand;

/// The subcommands of `store`.
#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Copy the whole desk to where there is none: from a file to PostgreSQL, or back
    Copy(copy::CopyArgs),
}
