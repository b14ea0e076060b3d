//! `keydesk ssh check` and `keydesk ssh enable`, for the operator.

use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::cli::args::PlaceArgs;
use crate::cli::error::{CliError, FAILED, NOT_ALLOWED};
use crate::cli::output;
use crate::config;
use crate::ssh::{Enabled, Finding, Level, check, enable as put_in_place};
use crate::time::SystemClock;

/// Arguments of `ssh check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct CheckJson<'a> {
    checks: Vec<FindingJson<'a>>,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    name: &'a str,
    state: &'static str,
    says: &'a str,
    next: &'a str,
}

/// Prints one line for each check; exit code 1 if one fails.
pub fn check_all(places: PlaceArgs, args: &CheckArgs) -> Result<u8, CliError> {
    let paths = config::resolve_to_look(&places.or_of_the_machine())?;
    let mut files = vec![paths.config.clone(), paths.master_key.path.clone()];
    files.extend(paths.store.file().map(Into::into));
    let found = check(&files, &SystemClock);
    match args.json {
        true => output::document(&CheckJson { checks: found.iter().map(json).collect() })?,
        false => output::lines(found.iter().map(line))?,
    }
    Ok(if found.iter().any(|line| matches!(line.level, Level::Fail)) { FAILED } else { 0 })
}

fn json(found: &Finding) -> FindingJson<'_> {
    FindingJson { name: &found.check, state: found.level.as_str(), says: &found.says, next: &found.next }
}

fn line(found: &Finding) -> String {
    let next = if found.next.is_empty() { String::new() } else { format!("  → {}", found.next) };
    format!("{:<4}  {}  {}{next}", found.level.as_str(), found.check, found.says)
}

/// Puts the block in place.
pub fn enable() -> Result<(), CliError> {
    if !rustix::process::geteuid().is_root() {
        let sentence = "Only root can change what sshd goes by: run `keydesk ssh enable` with sudo.".to_owned();
        return Err(CliError::Message { code: NOT_ALLOWED, sentence });
    }
    // Whoever goes away in the middle, or whose own line drops by it, leaves no block behind that nobody has tried.
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::default())
            .map_err(|why| CliError::failed(format!("The signals cannot be held off: {why}. Nothing was changed.")))?;
    }
    let done = put_in_place(&SystemClock).map_err(CliError::failed)?;
    output::outcome(match done {
        Enabled::Running => {
            vec![
                "sshd goes by keydesk's block, and a new connection was tried. Sign in with: ssh -t keydesk@HOST"
                    .to_owned(),
            ]
        }
        Enabled::NotTried(why) => vec![
            format!("sshd goes by keydesk's block, but nobody could sign in from this machine to try it ({why})."),
            "Before you sign out, sign in from where people come from: ssh -t keydesk@HOST".to_owned(),
        ],
        Enabled::Waiting => {
            vec!["keydesk's block is in place. No sshd runs: start it, then run `keydesk ssh check`.".to_owned()]
        }
        Enabled::ToReload => vec![
            "keydesk's block is in place, but which process is the sshd that reads it could not be told.".to_owned(),
            "Reload it, for example by `systemctl reload ssh`, and run `keydesk ssh enable` again.".to_owned(),
        ],
    })
}
