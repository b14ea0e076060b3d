//! `keydesk key disable`, `enable` and `revoke`.

use clap::Args;

use crate::cli::args::{self, Acting};
use crate::cli::context::{Context, OpenDesk};
use crate::cli::error::{CONFLICT, CliError, stderr_line};
use crate::cli::output;
use crate::credential::{Kind, Verb};
use crate::hub::{ChangeOutcome, CredentialTarget};

use super::called;

/// Arguments of `key disable`, `enable` and `revoke`.
#[derive(Debug, Args)]
pub struct StateArgs {
    /// Keys, Legacy usernames, or ids
    #[arg(value_name = "KEY", required = true)]
    keys: Vec<String>,
    #[command(flatten)]
    pub acting: Acting,
    /// Their kind, if two kinds share a key
    #[arg(long, value_parser = args::kind())]
    kind: Option<Kind>,
}

impl StateArgs {
    /// Each credential once, in the order given; an error if one does not exist.
    pub fn targets(&self, desk: &OpenDesk) -> Result<Vec<CredentialTarget>, CliError> {
        desk.targets(&self.keys, self.kind)
    }

    /// The same, also by names that only one has, for what can be taken back.
    pub fn named_targets(&self, desk: &OpenDesk) -> Result<Vec<CredentialTarget>, CliError> {
        desk.named_targets(&self.keys, self.kind)
    }
}

/// Changes all of them in one transaction; if one does not exist, none.
pub fn run(context: &Context, args: StateArgs, verb: Verb) -> Result<(), CliError> {
    let desk = context.open(&args.acting)?;
    let changed = args.targets(&desk).and_then(|targets| Ok(desk.hub.set_state(&desk.actor, &targets, verb)?));
    let outcomes = match (changed, verb, args.keys.as_slice()) {
        (Ok(outcomes), ..) => outcomes,
        // The row was removed or cannot be read: a key that the trail knows can still be revoked.
        (Err(why), Verb::Revoke, [key]) if why.is_of_the_row() => {
            vec![desk.hub.revoke_lost(&desk.actor, key, args.kind).map_err(|_| why)?]
        }
        (Err(why), ..) => return Err(why),
    };
    report_outcomes(&outcomes, |outcome| done(outcome, verb))
}

/// Prints the outcome of each; a conflict if one was left out.
pub fn report_outcomes(
    outcomes: &[ChangeOutcome],
    words: impl Fn(&ChangeOutcome) -> Option<String>,
) -> Result<(), CliError> {
    let printed = output::outcome(outcomes.iter().filter_map(words));
    let left_out = outcomes.iter().filter_map(|outcome| match outcome {
        ChangeOutcome::LeftOut { why, .. } => Some(why),
        ChangeOutcome::Done(_) | ChangeOutcome::Already(_) => None,
    });
    let mut result = printed;
    for why in left_out {
        stderr_line(&why.to_string());
        result = Err(CliError::AlreadyReported(CONFLICT));
    }
    result
}

fn done(outcome: &ChangeOutcome, verb: Verb) -> Option<String> {
    match outcome {
        ChangeOutcome::Done(row) => Some(format!("{} {}.", called(row), verb.past())),
        ChangeOutcome::Already(row) => Some(format!("{} is {} already.", called(row), row.state)),
        ChangeOutcome::LeftOut { .. } => None,
    }
}
