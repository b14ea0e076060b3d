//! `keydesk audit verify`: checks the hash chain of the trail and the tag of every row.

use std::io::{self, IsTerminal as _};
use std::time::Instant;

use clap::Args;

use crate::cli::args::Acting;
use crate::cli::context::Context;
use crate::cli::error::{self, CliError};
use crate::cli::output;
use crate::hub::noted_line;
use crate::progress::Progress;

/// Arguments of `audit verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    acting: Acting,
    /// An end printed earlier and kept elsewhere: detects a trail that was cut or rolled back since
    #[arg(long, value_name = "NO:HASH", value_parser = expected)]
    expect: Option<(i64, String)>,
}

/// Runs the command.
pub fn run(context: &Context, args: VerifyArgs) -> Result<(), CliError> {
    let desk = context.open(&args.acting)?;
    desk.tell_of_two_primaries();
    let mut progress = Progress::new(io::stderr().is_terminal(), Instant::now());
    let checked = &mut |done, all| progress.show(format_args!("checked {done} of {all}"));
    let report = desk.hub.verify_trail(&desk.actor, args.expect, checked);
    progress.clear();
    let report = report?;
    if let Some(at) = report.rolled_back {
        error::stderr_line(&format!(
            "This store is older than it was: a verifier that knows a newer state of it said so on {}. \
             Put the newest copy back; or, to accept what is here: keydesk audit accept --as NAME.",
            at.stamp()
        ));
    }
    match report.broken {
        None => {
            // The exit code is the answer, even if nobody reads the line.
            output::outcome([format!("{}:{}", report.no, report.hash)])?;
            if io::stdout().is_terminal() {
                error::stderr_line("The trail is whole. Keep this line elsewhere, and give it to --expect next time.");
            }
            Ok(())
        }
        Some(what) => Err(CliError::failed(wrong(&what, report.whole, &report.tampered))),
    }
}

/// What is wrong, in sentences: a trail that is whole is never called broken.
fn wrong(what: &str, whole: bool, tampered: &[String]) -> String {
    const NEXT: &str = "Find out who could write the database, and restore a backup; or put right what the activity log \
                        knows, and accept the rest: keydesk audit accept --as NAME.";
    match (whole, tampered) {
        (false, _) => format!("The trail is broken: {what}. {NEXT}"),
        (true, [_, _, ..]) => format!(
            "The trail is whole, but {} credentials were changed outside keydesk: {}. Verifiers refuse them. {NEXT}",
            tampered.len(),
            tampered.join(", ")
        ),
        (true, _) => format!("The trail is whole, but {what}. {NEXT}"),
    }
}

fn expected(text: &str) -> Result<(i64, String), &'static str> {
    let wrong = "it is a number, a colon and 64 hex digits, as `keydesk audit verify --as NAME` prints them";
    noted_line(text).ok_or(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_trail_end_is_parsed() {
        let hash = "0f".repeat(32);
        assert_eq!(expected(&format!("212:{hash}")), Ok((212, hash.clone())));
        assert_eq!(expected(&format!("212:{}", hash.to_uppercase())), Ok((212, hash.clone())));
        for wrong in
            ["", "212", ":", &*hash, &format!("-1:{hash}"), &format!("x:{hash}"), "212:0f", &format!("212:{hash}0")]
        {
            assert!(expected(wrong).is_err(), "{wrong}");
        }
    }
}
