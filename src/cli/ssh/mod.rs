//! `keydesk ssh …`: what sshd runs, and what an operator sets it up with.

mod authorized_keys;
mod session;

use clap::Subcommand;

use super::Next;
use super::args::PlaceArgs;
use super::error::CliError;

pub use authorized_keys::is_asked;

/// The subcommands of `ssh`.
#[derive(Debug, Subcommand)]
pub enum SshCommand {
    /// Tell sshd whether a key may open the desk: its AuthorizedKeysCommand
    AuthorizedKeys(authorized_keys::AuthorizedKeysArgs),
    /// Open the desk, or run a command, for the SSH key that sshd let in: its forced command
    Session(session::SessionArgs),
}

/// Runs the command.
pub fn run(places: PlaceArgs, verb: SshCommand) -> Result<Next, CliError> {
    match verb {
        SshCommand::AuthorizedKeys(args) => {
            authorized_keys::run(places, args);
            Ok(Next::Exit(0))
        }
        SshCommand::Session(args) => session::run(places, &args),
    }
}
