//! `keydesk user …`: users.

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::account::{Role, UserState};
use crate::hub::{OwnSignIn, SignInOutcome, UserOperation, UserRow, UserTarget};
use crate::time::Millis;

use super::args::{self, Acting, ListArgs};
use super::context::{Context, OpenDesk};
use super::error::CliError;
use super::output::{self, ListFormat, Listed, Printer};
use super::password_prompt;

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
    /// Read the password from the first line of standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Args)]
pub struct AddArgs {
    #[command(flatten)]
    role: RoleArgs,
    /// Read the password from the first line of standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
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
    output::require_writable()?;
    let desk = context.open(&of.acting)?;
    let password = password_prompt::new_password(&of.name, args.password_stdin)?;
    let row = desk.hub.add_user(&desk.actor, &of.name, *role, &password)?;
    let next = "must choose a new password at the first sign-in";
    output::outcome([format!("{} was added as {} and {next}.", row.name, row.role.with_article())])
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
    let desk = context.open(&args.of.acting)?;
    let target = seen(&desk, &args.of.name, UserOperation::Password)?;
    let password = password_prompt::new_password(&args.of.name, args.password_stdin)?;
    let row = desk.hub.set_password(&desk.actor, &target, &password)?;
    let next = if row.must_change_password { " and must be changed at the next sign-in" } else { "" };
    output::outcome([format!("The password of {} is set{next}.", row.name)])
}

#[derive(Serialize)]
struct UserJson<'a> {
    name: &'a str,
    role: &'static str,
    state: &'static str,
    locked_until: Option<String>,
    last_sign_in: Option<SignInJson<'a>>,
    created_at: String,
    created_by: &'a str,
    made: i64,
    must_change_password: bool,
    version: i64,
    tampered: bool,
}

#[derive(Serialize)]
struct SignInJson<'a> {
    at: String,
    address: Option<&'a str>,
}

#[derive(Serialize)]
struct OwnSignInJson<'a> {
    at: String,
    outcome: &'static str,
    times: i64,
    via: Option<&'a str>,
    address: Option<&'a str>,
}

impl Listed for OwnSignIn {
    const TITLES: &'static [&'static str] = &["WHEN (UTC)", "OUTCOME", "HOW", "ADDRESS"];

    fn cells(&self, _now: Millis) -> Vec<String> {
        let some = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        vec![self.at.utc("%Y-%m-%d %H:%M"), self.outcome.to_string(), some(&self.via), some(&self.address)]
    }

    fn json(&self, _now: Millis) -> impl Serialize {
        let (outcome, times) = match self.outcome {
            SignInOutcome::SignedIn => ("signed_in", 1),
            SignInOutcome::WrongPassword(times) => ("wrong_password", times),
            SignInOutcome::Locked(times) => ("locked", times),
        };
        let (via, address) = (self.via.as_deref(), self.address.as_deref());
        OwnSignInJson { at: self.at.rfc3339(), outcome, times, via, address }
    }
}

impl Listed for UserRow {
    const TITLES: &'static [&'static str] = &["NAME", "ROLE", "STATE", "LAST SIGN-IN (UTC)", "MADE (UTC)", "LIVE KEYS"];

    fn cells(&self, now: Millis) -> Vec<String> {
        let state = match self.locked_until.filter(|end| *end > now) {
            _ if self.tampered => "tampered".to_owned(),
            Some(end) => format!("{}, locked until {}", self.state.as_str(), end.utc("%H:%M")),
            None => self.state.as_str().to_owned(),
        };
        let seen = self.last_sign_in.as_ref().map_or("never".to_owned(), |last| last.at.utc("%Y-%m-%d %H:%M"));
        let made = self.created_at.utc("%Y-%m-%d");
        vec![self.name.clone(), self.role.to_string(), state, seen, made, self.made.to_string()]
    }

    fn json(&self, now: Millis) -> impl Serialize {
        let last = self.last_sign_in.as_ref();
        UserJson {
            name: &self.name,
            role: self.role.as_str(),
            state: self.state.as_str(),
            locked_until: self.locked_until.filter(|end| *end > now).map(Millis::rfc3339),
            last_sign_in: last.map(|l| SignInJson { at: l.at.rfc3339(), address: l.address.as_deref() }),
            created_at: self.created_at.rfc3339(),
            created_by: &self.created_by,
            made: self.made,
            must_change_password: self.must_change_password,
            version: self.version,
            tampered: self.tampered,
        }
    }
}
