//! `keydesk key find`: finds the credential of a leaked secret.

use std::io::{self, IsTerminal as _};
use std::time::Instant;

use clap::Args;
use serde::Serialize;

use crate::cli::args::Acting;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output;
use crate::cli::password_prompt::{self, HiddenPrompt};
use crate::export::KeyJson;
use crate::hub::{Cancel, FoundSecret, Remedy};
use crate::progress::Progress;
use crate::secret::What;
use crate::text;
use crate::time::{Millis, Seconds};

use super::called;
use super::list::condition_words;

const NOT_FOUND: u8 = 4;

#[derive(Serialize)]
struct FoundJson<'a> {
    #[serde(flatten)]
    key: KeyJson<'a>,
    /// Which of its secrets was found: `current`, `previous` (it works until `secret_until`) or `ended`.
    secret: &'static str,
    /// When it stops, or stopped, working.
    secret_until: Option<String>,
}

impl<'a> FoundJson<'a> {
    fn new(found: &'a FoundSecret, now: Millis) -> Self {
        let FoundSecret { row, which } = found;
        let secret_until = which.until().map(Seconds::rfc3339);
        Self { key: KeyJson::new(row, now), secret: which.as_str(), secret_until }
    }
}

/// Arguments of `key find`.
#[derive(Debug, Args)]
pub struct FindArgs {
    #[command(flatten)]
    acting: Acting,
    /// Read the secret from the first line of standard input instead of asking for it
    #[arg(long)]
    secret_stdin: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(context: &Context, args: FindArgs) -> Result<(), CliError> {
    let desk = context.open(&args.acting)?;
    let secret = match (args.secret_stdin, io::stdin().is_terminal()) {
        (true, _) => password_prompt::read_stdin(What::ApiSecret)?,
        (false, true) => HiddenPrompt::open()?.ask("Secret: ", What::ApiSecret)?,
        (false, false) => return Err(CliError::usage("There is no terminal to ask on. Use --secret-stdin.")),
    };
    let mut progress = Progress::new(io::stderr().is_terminal(), Instant::now());
    let compared = &mut |n| progress.show(format_args!("compared with {n} secrets"));
    let found = desk.hub.find_by_secret(&desk.actor, &secret, &Cancel::default(), compared);
    progress.clear();
    let now = desk.hub.now();
    match (found?, args.json) {
        (Some(found), true) => output::document(&FoundJson::new(&found, now)),
        (Some(found), false) => {
            output::lines(words(&found, desk.actor.user.as_str(), now).iter().map(|line| text::as_typed(line)))
        }
        (None, _) => {
            let sentence = "No credential has or had this secret. Check that it was copied whole.".to_owned();
            Err(CliError::Message { code: NOT_FOUND, sentence })
        }
    }
}

fn words(found: &FoundSecret, acting: &str, now: Millis) -> Vec<String> {
    let row = &found.row;
    let mut said = vec![format!("Found: {}. State: {}.", called(row), condition_words(row, now)), found.which_words()];
    let (key, kind) = (&row.key, row.kind);
    said.push(match found.remedy() {
        Remedy::Rotate => format!("To stop it: keydesk key rotate {key} --kind {kind} --overlap none --as {acting}"),
        Remedy::StopOld => format!("To stop it: keydesk key edit {key} --kind {kind} --stop-old-secret --as {acting}"),
        Remedy::Nothing => found.remedy_words().to_owned(),
    });
    said
}
