//! `keydesk key …`: credentials.

mod create;
mod deliver;
mod edit;
mod find;
mod list;
mod rotate;
mod show;
mod state;

use clap::Subcommand;

use crate::{
    credential::{Kind, Verb},
    hub::CredentialRow,
};

use super::{desk::Site, failure::Failure};

/// What can be done with credentials.
#[derive(Debug, Subcommand)]
pub enum KeyVerb {
    /// List credentials; revoked ones only with --all
    List(list::ListArgs),
    /// Show one credential; never a secret
    Show(show::ShowArgs),
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
    /// Stop credentials; they can come back
    Disable(state::StateArgs),
    /// Bring disabled credentials back
    Enable(state::StateArgs),
    /// Stop credentials for ever
    Revoke(state::StateArgs),
}

/// Does it.
pub fn run(site: &Site, verb: KeyVerb) -> Result<(), Failure> {
    match verb {
        KeyVerb::List(args) => list::run(site, args),
        KeyVerb::Show(args) => show::run(site, args),
        KeyVerb::Create(args) => create::run(site, *args),
        KeyVerb::Rotate(args) => rotate::run(site, args),
        KeyVerb::Edit(args) => edit::run(site, *args),
        KeyVerb::Rename(args) => edit::rename(site, args),
        KeyVerb::Find(args) => find::run(site, args),
        KeyVerb::Disable(args) => state::run(site, args, Verb::Disable),
        KeyVerb::Enable(args) => state::run(site, args, Verb::Enable),
        KeyVerb::Revoke(args) => state::run(site, args, Verb::Revoke),
    }
}

/// A credential in a sentence: `HMAC key kdh… (webhooks)`.
fn called(row: &CredentialRow) -> String {
    let noun = match row.kind {
        Kind::Legacy => "Legacy credential".to_owned(),
        kind => format!("{} key", kind.word()),
    };
    match row.name == row.key {
        true => format!("{noun} {}", row.key),
        false => format!("{noun} {} ({})", row.key, row.name),
    }
}
