//! `keydesk ssh …`: what sshd runs, and what an operator sets it up with.

mod authorized_keys;
mod session;
mod setup;

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
    /// Check what sshd goes by for the desk's Unix user, and who could change the files on the way
    Check(setup::CheckArgs),
    /// Put keydesk's block of sshd in place, and take it back if a new connection fails; as root
    Enable,
}

/// Runs the command.
pub fn run(places: PlaceArgs, verb: SshCommand) -> Result<Next, CliError> {
    match verb {
        SshCommand::AuthorizedKeys(args) => {
            authorized_keys::run(places, args);
            Ok(Next::Exit(0))
        }
        SshCommand::Session(args) => session::run(places, &args),
        SshCommand::Check(args) => setup::check_all(places, &args).map(Next::Exit),
        SshCommand::Enable => setup::enable().map(|()| Next::Exit(0)),
    }
}
