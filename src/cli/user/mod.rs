//! `keydesk user …`: users.

mod password;
mod row;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use crate::account::{Role, UserState};
use crate::cli::args::{self, Acting, ListArgs};
use crate::cli::context::{Context, OpenDesk};
use crate::cli::error::CliError;
use crate::cli::output::{self, ListFormat, Printer};
use crate::cli::ssh_key::public_key;
use crate::credential::Note;
use crate::hub::{NewSshKey, NewUser, UserOperation, UserTarget};

use password::PasswordArgs;

/// The subcommands of `user`.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// List users
    List(ListArgs),
    /// List the last sign-ins of the user that --as names, and the refused ones
    SignIns(ListArgs),
    /// Add a user
    Add(AddArgs),
    /// Give a user another role
    Role(RoleArgs),
    /// Stop a user from signing in
    Disable(OneArgs),
    /// Let a disabled user sign in again
    Enable(OneArgs),
    /// Unlock a user after too many wrong passwords
    Unlock(OneArgs),
    /// Change the note on a user
    Note(NoteArgs),
    /// Set the password of a user; also the way back in for an Administrator who is locked out
    Passwd(PasswdArgs),
}

#[derive(Debug, Args)]
pub struct OneArgs {
    /// Name of the user
    #[arg(value_name = "USER")]
    name: String,
    #[command(flatten)]
    acting: Acting,
}

#[derive(Debug, Args)]
pub struct RoleArgs {
    #[command(flatten)]
    of: OneArgs,
    /// The role
    #[arg(long, value_parser = args::role())]
    role: Role,
}

#[derive(Debug, Args)]
pub struct PasswdArgs {
    #[command(flatten)]
    of: OneArgs,
    #[command(flatten)]
    password: PasswordArgs,
}

#[derive(Debug, Args)]
pub struct AddArgs {
    #[command(flatten)]
    role: RoleArgs,
    #[command(flatten)]
    password: PasswordArgs,
    /// Instead of a password: the file with their SSH public key, or - for standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["password_stdin", "generate"])]
    ssh_key: Option<PathBuf>,
    /// A note for Administrators, such as a team or an end date
    #[arg(long, value_name = "T", default_value = "", allow_hyphen_values = true)]
    note: String,
}

#[derive(Debug, Args)]
pub struct NoteArgs {
    #[command(flatten)]
    of: OneArgs,
    /// The new note; "" or "none" removes it
    #[arg(long, value_name = "T", required = true, allow_hyphen_values = true)]
    note: String,
}

/// Runs the command.
pub fn run(context: &Context, verb: UserCommand) -> Result<(), CliError> {
    match verb {
        UserCommand::List(args) => list(context, args),
        UserCommand::SignIns(args) => sign_ins(context, args),
        UserCommand::Add(args) => add(context, &args),
        UserCommand::Role(args) => {
            let desk = context.open(&args.of.acting)?;
            let row = desk.hub.set_role(&desk.actor, &seen(&desk, &args.of.name, UserOperation::Role)?, args.role)?;
            output::outcome([format!("{} is {} now.", row.name, row.role.with_article())])
        }
        UserCommand::Disable(args) => state(context, &args, UserState::Disabled),
        UserCommand::Enable(args) => state(context, &args, UserState::Active),
        UserCommand::Unlock(args) => {
            let desk = context.open(&args.acting)?;
            let row = desk.hub.unlock_user(&desk.actor, &args.name)?;
            output::outcome([format!("{} can sign in again.", row.name)])
        }
        UserCommand::Note(args) => {
            let desk = context.open(&args.of.acting)?;
            let note = Note::new(&args.note).map_err(CliError::usage)?;
            let target = seen(&desk, &args.of.name, UserOperation::Note)?;
            let row = desk.hub.set_user_note(&desk.actor, &target, &note)?;
            output::outcome([match row.note.as_str() {
                "" => format!("{} has no note now.", row.name),
                note => format!("The note on {} is now: {note}", row.name),
            }])
        }
        UserCommand::Passwd(args) => passwd(context, &args),
    }
}

fn list(context: &Context, args: ListArgs) -> Result<(), CliError> {
    let desk = context.open(&args.acting)?;
    let mut printer = Printer::new(ListFormat::from(args.format), desk.hub.now());
    printer.page(&desk.hub.users(&desk.actor)?)?;
    printer.finish("There are no users.")
}

fn sign_ins(context: &Context, args: ListArgs) -> Result<(), CliError> {
    let desk = context.open(&args.acting)?;
    let mut printer = Printer::new(ListFormat::from(args.format), desk.hub.now());
    printer.page(&desk.hub.own_sign_ins(&desk.actor)?)?;
    printer.finish("There was no sign-in yet, and none was refused.")
}

fn add(context: &Context, args: &AddArgs) -> Result<(), CliError> {
    let RoleArgs { of, role } = &args.role;
    let note = Note::new(&args.note).map_err(CliError::usage)?;
    output::require_writable()?;
    let desk = context.open(&of.acting)?;
    let ssh_key = args.ssh_key.as_deref().map(|file| public_key(context, file).map(NewSshKey::of)).transpose()?;
    let password = match ssh_key {
        Some(_) => None,
        None => args.password.read(&of.name)?,
    };
    let new = NewUser { name: of.name.clone(), role: *role, password, ssh_key, note };
    let added = desk.hub.add_user_with(&desk.actor, &new)?;
    let what = format!("{} was added as {}", added.row.name, added.row.role.with_article());
    args.password.hand_out(&added, desk.actor.user.as_str(), (what, ", and the password"))
}

fn state(context: &Context, args: &OneArgs, state: UserState) -> Result<(), CliError> {
    let desk = context.open(&args.acting)?;
    let row = desk.hub.set_user_state(&desk.actor, &seen(&desk, &args.name, UserOperation::to(state))?, state)?;
    output::outcome([format!("{} is {} now.", row.name, row.state.as_str())])
}

/// The version of the row that the change refers to: read now, since nobody looked at it before.
fn seen(desk: &OpenDesk, name: &str, deed: UserOperation) -> Result<UserTarget, CliError> {
    Ok(desk.hub.user(&desk.actor, name, deed)?.target())
}

fn passwd(context: &Context, args: &PasswdArgs) -> Result<(), CliError> {
    output::require_writable()?;
    let desk = context.open(&args.of.acting)?;
    let target = seen(&desk, &args.of.name, UserOperation::Password)?;
    let password = args.password.read(&args.of.name)?;
    let set = desk.hub.set_password_or_make(&desk.actor, &target, password.as_ref())?;
    args.password.hand_out(&set, desk.actor.user.as_str(), (format!("The password of {} is set", set.row.name), " and"))
}
