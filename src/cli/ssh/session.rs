//! `keydesk ssh session`: the desk for whoever sshd let in by their key.
//!
//! It runs in two steps. The first takes what sshd said out of the environment and executes keydesk again with a clean
//! one. The second looks up key and user in the store, with their tags, and opens the desk or runs one command.

use std::cell::RefCell;
use std::env;
use std::io::{self, IsTerminal as _};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt as _;
use std::process::Command as Execute;
use std::sync::Arc;

use clap::{Args, Parser as _};

use crate::cli::args::{FrontendArgs, PlaceArgs, clap_error, swallowed_flags};
use crate::cli::context::{Context, OpenDesk, open_hub};
use crate::cli::error::{CliError, NOT_ALLOWED};
use crate::cli::password_prompt::{self, HiddenPrompt};
use crate::cli::{CommandLine, Next, command, process, reexec, with_context};
use crate::config::{self, Frontend};
use crate::hub::{HubError, KeyProof, Origin, Session};
use crate::secret::What;
use crate::ssh::{self, CONFIRM, Handover};
use crate::terminal;
use crate::text;
use crate::time::{Clock as _, SystemClock};

const NO_TERMINAL: &str = "The desk needs a terminal: ssh -t keydesk@HOST. For scripts there are commands, as in: ssh keydesk@HOST \
                           'key list --json'.";

/// Arguments of `ssh session`.
#[derive(Debug, Args)]
pub struct SessionArgs {
    /// The number of the key, as `ssh-key list --json` tells it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    key_id: i64,
    /// What sshd said, from the first step
    #[arg(long, value_name = "FD", hide = true)]
    handed_over: Option<u32>,
    #[command(flatten)]
    frontend: FrontendArgs,
}

/// Executes keydesk again with a clean environment, or opens the session.
pub fn run(places: PlaceArgs, args: &SessionArgs) -> Result<Next, CliError> {
    match args.handed_over {
        None => Err(execute_again(places, args)),
        Some(descriptor) => {
            let handed = Handover::read(descriptor).map_err(|why| {
                CliError::usage(format!("--handed-over is for keydesk itself ({why}). Leave it out."))
            })?;
            open(places, args, handed)
        }
    }
}

/// Returns only on failure.
fn execute_again(places: PlaceArgs, args: &SessionArgs) -> CliError {
    let given = places.or_of_sshd();
    let command = env::var_os("SSH_ORIGINAL_COMMAND").map(OsStringExt::into_vec);
    let plain = command.as_deref().is_some_and(|command| ssh::words(command).is_ok_and(|words| words == ["plain"]));
    let command = command.filter(|_| !plain);
    let handed = Handover::new(env::var_os("SSH_USER_AUTH").map(Into::into), process::origin().address, command);
    let file = match handed.write() {
        Ok(file) => file,
        Err(why) => return CliError::failed(format!("The session could not begin: {why}. Connect again.")),
    };
    let flags =
        [("--config", given.config), ("--data-dir", given.data_dir), ("--master-key-file", given.master_key_file)];
    let mut next = Execute::new(reexec::itself());
    next.arg0("keydesk").env_clear().envs(ssh::kept());
    next.args(["ssh", "session", "--key-id", &args.key_id.to_string(), "--handed-over", &ssh::number(&file)]);
    for (flag, path) in flags {
        if let Some(path) = path {
            next.arg(flag).arg(path);
        }
    }
    if plain || args.frontend.plain {
        next.arg("--plain");
    }
    let why = next.exec();
    CliError::failed(format!("The session could not begin: {why}. Connect again."))
}

/// Signs in by the key, and opens the desk or runs the command.
fn open(places: PlaceArgs, args: &SessionArgs, handed: Handover) -> Result<Next, CliError> {
    let clock = Arc::new(SystemClock);
    let paths = config::resolve(&places.given()).map_err(|why| of_the_machine(why.into()))?;
    let origin = Origin { unix: process::origin().unix, address: handed.address };
    let hub = open_hub(&paths, clock.clone()).map_err(of_the_machine)?;
    let proof =
        KeyProof { key: ssh::key_used(handed.user_auth.as_deref()), connected_at: ssh::connected_at(clock.now()) };
    let session = hub.sign_in_by_key(args.key_id, &proof, &origin).map_err(|why| match why {
        HubError::Tampered { .. } | HubError::Failed(_) | HubError::Unavailable(_) => of_the_machine(why.into()),
        why => why.into(),
    })?;
    text::by_ssh_key();
    if handed.too_long {
        return Err(CliError::usage("The command is longer than 64 KiB. Write a shorter one."));
    }
    let Some(command) = handed.command else {
        if !terminal::is_interactive() {
            return Err(CliError::usage(NO_TERMINAL));
        }
        let frontend = Frontend::choose(args.frontend.plain, env::var("TERM").ok().as_deref(), None);
        let verifier = paths.verifier();
        return Ok(Next::KeySession { frontend, hub: Box::new(hub), session: Box::new(session), verifier });
    };
    let words = ssh::words(&command).map_err(CliError::usage)?;
    let verb = ssh::allowed(&words).map_err(CliError::usage)?;
    let asked = words.iter().any(|word| word == CONFIRM);
    let words: Vec<_> = words.into_iter().filter(|word| word != CONFIRM).collect();
    let line = match parse(&words) {
        Ok(line) => line,
        Err(code) => return Ok(Next::Exit(code)),
    };
    let mut desk = OpenDesk { hub, actor: session.actor.clone() };
    if verb.sensitive {
        confirm(&mut desk, &session, asked)?;
    }
    let context =
        Context { paths, origin, clock, signed_in: Some(RefCell::new(Some(desk))), unconfirmed: RefCell::default() };
    match line.command {
        Some(command) => with_context(&context, command)?,
        None => return Err(CliError::usage(NO_TERMINAL)),
    }
    Ok(Next::Exit(0))
}

fn parse(words: &[String]) -> Result<CommandLine, u8> {
    let args: Vec<_> = std::iter::once("keydesk").chain(words.iter().map(String::as_str)).map(Into::into).collect();
    if let Some(wrong) = swallowed_flags::find(&command(), &args) {
        return Err(CliError::usage(wrong).report());
    }
    CommandLine::try_parse_from(args).map_err(|wrong| CliError::usage(clap_error::over_ssh(&wrong)).report())
}

/// An error before anybody is signed in: whoever came by SSH can do nothing about it.
fn of_the_machine(why: CliError) -> CliError {
    match why {
        CliError::Message { code, sentence } => {
            CliError::Message { code, sentence: format!("{sentence} Whoever runs this machine can help.") }
        }
        other => other,
    }
}

/// Asks for the caller's own password before a sensitive command: from the first line of standard input, or on the
/// terminal. Who has none has a new connection instead, or is refused by the command itself.
fn confirm(desk: &mut OpenDesk, session: &Session, asked: bool) -> Result<(), CliError> {
    let password = match (session.has_password, asked) {
        (false, false) => return Ok(()),
        (false, true) => {
            return Err(CliError::usage(format!(
                "You have no password: a connection that is younger than five minutes stands for it. Leave {CONFIRM} out."
            )));
        }
        (true, true) => password_prompt::own_password_stdin()?,
        (true, false) if io::stdin().is_terminal() => {
            let unable = |why| match why {
                CliError::Message { code, sentence } => {
                    CliError::Message { code, sentence: sentence.replace("--password-stdin", CONFIRM) }
                }
                other => other,
            };
            HiddenPrompt::open().map_err(unable)?.ask("Your own password: ", What::Password)?
        }
        (true, false) => {
            return Err(CliError::Message {
                code: NOT_ALLOWED,
                sentence: format!(
                    "This needs your own password. Add {CONFIRM} and write it as the first line of standard input, or use a terminal \
                     (ssh -t)."
                ),
            });
        }
    };
    desk.actor = desk.hub.confirm_password(&desk.actor, &password)?;
    Ok(())
}
