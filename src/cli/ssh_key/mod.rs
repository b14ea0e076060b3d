//! `keydesk ssh-key …`: the SSH keys that users sign in with.

mod row;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueHint};

use crate::account::PublicKey;
use crate::credential::Networks;
use crate::hub::{NewSshKey, SshKeyRow};
use crate::text;
use crate::time::when_or_never;

use super::args::{Acting, ListFormatArgs};
use super::context::Context;
use super::error::CliError;
use super::output::{self, ListFormat, Listed as _, Printer};

/// Most bytes that are read of a file: far more than a key, and few enough for a device that never ends.
const LONGEST: u64 = 64 << 10;

/// The subcommands of `ssh-key`.
#[derive(Debug, Subcommand)]
pub enum SshKeyCommand {
    /// Add the SSH public key of a user; sessions go on
    Add(AddArgs),
    /// List the SSH keys of a user, or of all users
    List(ListArgs),
    /// Remove an SSH key; the sessions that it opened end
    Remove(RemoveArgs),
}

#[derive(Debug, Args)]
pub struct AddArgs {
    /// Name of the user whose key it is
    #[arg(value_name = "USER")]
    user: String,
    /// The file with the public key, such as id_ed25519.pub, or - for standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// What people call it; the comment of the key by default
    #[arg(long, value_name = "L", allow_hyphen_values = true)]
    label: Option<String>,
    /// A network it may be used from; repeat it for more
    #[arg(long = "network", value_name = "CIDR", allow_hyphen_values = true)]
    networks: Vec<String>,
    /// Expires at: 90d, never, 2027-01-31 or 2027-01-31T09:00:00Z
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    expires: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    acting: Acting,
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// Name of a user; without one all users' keys, or your own if you may see no others
    #[arg(value_name = "USER")]
    user: Option<String>,
    /// Removed ones too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    acting: Acting,
    #[command(flatten)]
    format: ListFormatArgs,
}

#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// Its fingerprint, as `ssh-keygen -lf FILE` prints it: SHA256:…
    #[arg(value_name = "FINGERPRINT")]
    fingerprint: String,
    #[command(flatten)]
    acting: Acting,
}

/// Runs the command.
pub fn run(context: &Context, verb: SshKeyCommand) -> Result<(), CliError> {
    match verb {
        SshKeyCommand::Add(args) => add(context, &args),
        SshKeyCommand::List(args) => list(context, args),
        SshKeyCommand::Remove(args) => remove(context, &args),
    }
}

fn add(context: &Context, args: &AddArgs) -> Result<(), CliError> {
    let now = context.clock.now().seconds();
    let expires_at = match args.expires.as_deref().map(str::trim) {
        None => None,
        Some("") => return Err(CliError::usage("--expires is empty. Write a time such as 90d, or leave it out.")),
        Some(text) => when_or_never(text, now).map_err(CliError::usage)?,
    };
    let networks = Networks::parse(args.networks.iter().map(String::as_str)).map_err(CliError::usage)?;
    let desk = context.open(&args.acting)?;
    let new = NewSshKey { key: public_key(context, &args.file)?, label: args.label.clone(), networks, expires_at };
    let row = desk.hub.add_ssh_key(&desk.actor, &args.user, &new)?;
    match args.json {
        true => output::document(&row.json(desk.hub.now())),
        false => output::outcome([format!("{} can sign in with the SSH key {}.", row.user, named(&row))]),
    }
}

fn list(context: &Context, args: ListArgs) -> Result<(), CliError> {
    let desk = context.open(&args.acting)?;
    let own = desk.actor.user.as_str();
    let user = match &args.user {
        Some(user) => Some(user.as_str()),
        None if desk.may_see_users()? => None,
        None => Some(own),
    };
    let mut printer = Printer::new(ListFormat::from(args.format), desk.hub.now());
    printer.page(&desk.hub.ssh_keys(&desk.actor, user, args.all)?)?;
    printer.finish(&match user {
        Some(user) if user == own => "You have no SSH keys.".to_owned(),
        Some(user) => format!("{} has no SSH keys.", text::safe(user)),
        None => "There are no SSH keys.".to_owned(),
    })
}

fn remove(context: &Context, args: &RemoveArgs) -> Result<(), CliError> {
    let desk = context.open(&args.acting)?;
    let row = desk.hub.remove_ssh_key(&desk.actor, args.fingerprint.trim())?;
    output::outcome([format!("The SSH key {} of {} opens nothing any more.", named(&row), row.user)])
}

/// Fingerprint and label.
fn named(row: &SshKeyRow) -> String {
    match row.label.as_str() {
        "" => row.fingerprint.clone(),
        label => format!("{} ({label})", row.fingerprint),
    }
}

/// Reads the public key of a file, or of standard input for `-`.
pub fn public_key(context: &Context, file: &Path) -> Result<PublicKey, CliError> {
    context.may_read(file)?;
    let mut bytes = Vec::new();
    let read = match file.as_os_str() == "-" {
        true => io::stdin().lock().take(LONGEST).read_to_end(&mut bytes),
        false => File::open(file).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes)),
    };
    let name = text::safe(&file.display().to_string()).into_owned();
    read.map_err(|why| CliError::usage(format!("The public key {name} cannot be read: {why}.")))?;
    PublicKey::parse_bytes(&bytes).map_err(CliError::usage)
}
