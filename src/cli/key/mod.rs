//! `keydesk key …`: credentials.

mod create;
mod deliver;
mod edit;
mod find;
mod list;
mod rotate;
mod show;
mod state;
mod usage;

use clap::Subcommand;

use crate::credential::Verb;
use crate::hub::CredentialRow;

use super::context::Context;
use super::error::CliError;

/// The subcommands of `key`.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// List credentials; revoked ones only with --all
    List(list::ListArgs),
    /// Show one credential; never a secret
    Show(show::ShowArgs),
    /// Show how often a credential was used, day by day
    Usage(usage::UsageArgs),
    /// Create a credential and print its secret, once
    Create(Box<create::CreateArgs>),
    /// Give a credential a new secret and print it, once
    Rotate(rotate::RotateArgs),
    /// Change name, times, networks or note; a Legacy password; or stop an old secret early
    Edit(Box<edit::EditArgs>),
    /// Give a credential another name
    Rename(edit::RenameArgs),
    /// Find the credential that a secret belongs to
    Find(find::FindArgs),
    /// Stop credentials; they can be enabled again
    Disable(state::ChangeStateArgs),
    /// Enable disabled credentials again
    Enable(state::ChangeStateArgs),
    /// Stop credentials for good
    Revoke(state::ChangeStateArgs),
}

/// Runs the command.
pub fn run(context: &Context, verb: KeyCommand) -> Result<(), CliError> {
    match verb {
        KeyCommand::List(args) => list::run(context, args),
        KeyCommand::Show(args) => show::run(context, args),
        KeyCommand::Usage(args) => usage::run(context, args),
        KeyCommand::Create(args) => create::run(context, *args),
        KeyCommand::Rotate(args) => rotate::run(context, args),
        KeyCommand::Edit(args) => edit::run(context, *args),
        KeyCommand::Rename(args) => edit::rename(context, args),
        KeyCommand::Find(args) => find::run(context, args),
        KeyCommand::Disable(args) => state::run(context, args, Verb::Disable),
        KeyCommand::Enable(args) => state::run(context, args, Verb::Enable),
        KeyCommand::Revoke(args) => state::run(context, args, Verb::Revoke),
    }
}

/// A credential in a sentence: `HMAC key kdh… (webhooks)`.
fn called(row: &CredentialRow) -> String {
    let noun = row.kind.noun();
    match row.name == row.key {
        true => format!("{noun} {}", row.key),
        false => format!("{noun} {} ({})", row.key, row.name),
    }
}
