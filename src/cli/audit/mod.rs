//! `keydesk audit …`: the trail (audit log).

mod accept;
mod export;
mod list;
mod row;
mod verify;

use clap::Subcommand;

use super::context::Context;
use super::error::CliError;

/// The subcommands of `audit`.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// List the trail, newest first
    List(list::ListArgs),
    /// Check the whole trail and print its end as NO:HASH
    Verify(verify::VerifyArgs),
    /// Accept the store as it is after an old copy was restored, and recount its keys: every verifier loads it
    Accept(accept::AcceptArgs),
    /// Write the trail to standard output for another program, newest first
    Export(export::ExportArgs),
}

/// Runs the command.
pub fn run(context: &Context, verb: AuditCommand) -> Result<(), CliError> {
    match verb {
        AuditCommand::List(args) => list::run(context, args),
        AuditCommand::Verify(args) => verify::run(context, args),
        AuditCommand::Accept(args) => accept::run(context, &args),
        AuditCommand::Export(args) => export::run(context, args),
    }
}
