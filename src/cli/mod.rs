//! The command line: everything the desk can do, for scripts. It calls `hub` and nothing below it.
//!
//! Nothing here opens the screen: [`run`] returns that to `main` as [`Next`].

mod args;
mod audit;
mod completions;
mod context;
mod error;
mod explain;
mod init;
mod key;
mod man;
mod output;
mod password_prompt;
mod process;
mod reexec;
mod serve;
mod setting;
mod sign;
mod snippet;
mod ssh;
mod ssh_key;
mod store;
mod user;

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::config::{self, Appearance, Frontend, Overrides};
use crate::demo;
use crate::hub::{DeskPaths, Hub, Origin, Session};
use crate::time::SystemClock;

use args::{FrontendArgs, PlaceArgs, clap_error, swallowed_flags};
use context::Context;
use error::CliError;
use store::{StoreCommand, copy, schema};

pub use error::stderr_line;
pub use process::harden;
pub use reexec::reexec;

/// What `main` does after the command ran.
pub enum Next {
    /// End with this exit code.
    Exit(u8),
    /// Open the desk at these places: Set-up or Sign-in.
    Desk {
        /// The frontend: full screen or line by line.
        frontend: Frontend,
        /// Paths of the desk.
        places: DeskPaths,
        /// Unix user and client address of this process.
        origin: Origin,
        /// Path of the appearance file of this Unix user.
        appearance: PathBuf,
        /// Address of the verifier for gateways.
        verifier: String,
        /// Copies through tmux leave a paste buffer there.
        keep_tmux_buffer: bool,
    },
    /// Open this desk, signed in.
    Session {
        /// The frontend: full screen or line by line.
        frontend: Frontend,
        /// The desk.
        hub: Box<Hub>,
        /// Who is signed in.
        session: Box<Session>,
        /// Copies through tmux leave a paste buffer there.
        keep_tmux_buffer: bool,
    },
    /// Open this desk for whoever sshd let in by their key. It ends with the session: without a password nobody could sign in
    /// again.
    KeySession {
        /// The frontend: full screen or line by line.
        frontend: Frontend,
        /// The open desk.
        hub: Box<Hub>,
        /// Who signed in.
        session: Box<Session>,
        /// Address of the verifier for gateways.
        verifier: String,
    },
}

/// A self-hosted desk for API credentials. Without a command it opens the desk in this terminal.
#[derive(Debug, Parser)]
#[command(name = "keydesk", version, max_term_width = 100, after_help = EXIT_CODES)]
struct CommandLine {
    #[command(flatten)]
    places: PlaceArgs,
    #[command(flatten)]
    frontend: FrontendArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed, 2 wrong command line or input, 3 not allowed, 4 not found, 5 conflict, \
                          6 store unavailable.";

/// The commands.
#[derive(Debug, Subcommand)]
enum Command {
    /// Set up a new desk: account, first Administrator, master key
    Init(init::InitArgs),
    /// Create, list and change credentials
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// List, add and change users
    #[command(subcommand)]
    User(user::UserCommand),
    /// Add, list and remove the SSH keys that users sign in with
    #[command(subcommand)]
    SshKey(ssh_key::SshKeyCommand),
    /// Read and check the trail
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// List and change the settings of the desk and its verifiers
    #[command(subcommand)]
    Setting(setting::SettingCommand),
    /// Look at the steps by which versions of keydesk change the database, and apply them
    #[command(subcommand)]
    Schema(schema::SchemaCommand),
    /// Copy the desk to another database
    #[command(subcommand)]
    Store(StoreCommand),
    /// Print the configuration of a gateway with this desk's addresses
    Snippet(snippet::SnippetArgs),
    /// Run the verifier, which tells gateways whether a request's credential is valid
    Serve(serve::ServeArgs),
    /// Print the fields of a signed request
    Sign(sign::SignArgs),
    /// Explain what the verifier answers to a request on standard input
    Explain(explain::ExplainArgs),
    /// The desk behind sshd: what it runs, and how it is set up
    #[command(subcommand)]
    Ssh(ssh::SshCommand),
    /// Print shell completions
    Completions(completions::CompletionsArgs),
    /// Print the manual page
    Man,
    /// Open a filled desk in memory to look around; nothing is written to disk
    Demo(FrontendArgs),
}

/// Parses the command line and runs the command.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Next {
    let args: Vec<_> = args.into_iter().collect();
    // sshd gets no answer for a command line that is wrong, and no error either.
    let silent = ssh::is_asked(&args) && !args.iter().any(|arg| arg == "--help");
    if silent && (swallowed_flags::find(&command(), &args).is_some() || CommandLine::try_parse_from(&args).is_err()) {
        return Next::Exit(0);
    }
    if let Some(wrong) = swallowed_flags::find(&command(), &args) {
        return Next::Exit(CliError::usage(wrong).report());
    }
    let next = match CommandLine::try_parse_from(args) {
        Ok(line) => dispatch(line),
        Err(wrong) => return Next::Exit(clap_error::report(&wrong)),
    };
    next.unwrap_or_else(|error| Next::Exit(error.report()))
}

/// The clap definition, for tests that compare the documentation with it.
pub fn command() -> clap::Command {
    CommandLine::command()
}

fn dispatch(line: CommandLine) -> Result<Next, CliError> {
    let CommandLine { places, frontend: FrontendArgs { plain, keep_tmux_buffer: keep }, command: chosen } = line;
    if plain && !matches!(chosen, None | Some(Command::Demo(_))) {
        return Err(CliError::usage(
            "--plain opens the desk line by line. A command needs no desk: leave --plain out.",
        ));
    }
    if keep && !matches!(chosen, None | Some(Command::Demo(_))) {
        return Err(CliError::usage(
            "--keep-tmux-buffer is for copies from the desk. A command copies nothing: leave it out.",
        ));
    }
    let frontend =
        |plain, remembered: Option<&str>| Frontend::choose(plain, std::env::var("TERM").ok().as_deref(), remembered);
    let context = |overrides: Overrides| -> Result<Context, CliError> {
        Ok(Context {
            paths: config::resolve(&overrides)?,
            origin: process::origin(),
            clock: Arc::new(SystemClock),
            signed_in: None,
            unconfirmed: RefCell::default(),
        })
    };
    match chosen {
        None => {
            let Context { paths, origin, .. } = context(places.overrides(None))?;
            let appearance = Appearance::beside(&paths.config);
            let frontend = frontend(plain, Appearance::read(&appearance).frontend.as_deref());
            let (places, verifier) = (paths.places(), paths.verifier());
            return Ok(Next::Desk { frontend, places, origin, appearance, verifier, keep_tmux_buffer: keep });
        }
        Some(Command::Demo(shown)) => {
            let (hub, session) = demo::open(&process::origin())?;
            return Ok(Next::Session {
                frontend: frontend(plain || shown.plain, None),
                hub: Box::new(hub),
                session: Box::new(session),
                keep_tmux_buffer: keep || shown.keep_tmux_buffer,
            });
        }
        Some(Command::Completions(args)) => completions::run(command(), &args)?,
        Some(Command::Man) => man::run(command())?,
        Some(Command::Init(args)) => {
            told(&context(places.overrides(args.store.clone()))?, |context| init::run(context, args))?;
        }
        Some(Command::Schema(command)) => {
            told(&context(places.overrides(None))?, |context| schema::run(context, &command))?;
        }
        Some(Command::Store(StoreCommand::Copy(args))) => {
            let overrides = Overrides { copy_to: Some(args.to.clone()), ..places.overrides(None) };
            told(&context(overrides)?, |context| copy::run(context, &args))?;
        }
        Some(Command::Serve(args)) => serve::run(places.overrides(None), &args)?,
        Some(Command::Sign(args)) => sign::run(&args)?,
        Some(Command::Ssh(command)) => return ssh::run(places, command),
        Some(command) => with_context(&context(places.overrides(None))?, command)?,
    }
    Ok(Next::Exit(0))
}

/// Runs a command, and says at the end, whatever came of it, if what it changed is on one server alone.
fn told(context: &Context, run: impl FnOnce(&Context) -> Result<(), CliError>) -> Result<(), CliError> {
    let done = run(context);
    context.tell_of_unconfirmed();
    done
}

/// Runs one of the commands that work on a desk, at home or in a session by SSH key.
fn with_context(context: &Context, command: Command) -> Result<(), CliError> {
    told(context, |context| on_a_desk(context, command))
}

fn on_a_desk(context: &Context, command: Command) -> Result<(), CliError> {
    match command {
        Command::Key(command) => key::run(context, command),
        Command::User(command) => user::run(context, command),
        Command::SshKey(command) => ssh_key::run(context, command),
        Command::Audit(command) => audit::run(context, command),
        Command::Setting(command) => setting::run(context, command),
        Command::Snippet(args) => snippet::run(context, &args),
        Command::Explain(args) => explain::run(context, &args),
        Command::Sign(args) => sign::run_in(context, &args),
        Command::Init(_)
        | Command::Schema(_)
        | Command::Store(_)
        | Command::Serve(_)
        | Command::Ssh(_)
        | Command::Completions(_)
        | Command::Man
        | Command::Demo(_) => Err(CliError::usage("That command works on no desk.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clap_accepts_the_definition_of_the_command_line() {
        CommandLine::command().debug_assert();
    }
}
