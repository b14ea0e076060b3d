//! `keydesk key disable`, `enable` and `revoke`.

use clap::Args;
use serde::Serialize;

use crate::cli::args::{self, Acting};
use crate::cli::context::{Context, OpenDesk};
use crate::cli::error::{CONFLICT, CliError, stderr_line};
use crate::cli::output;
use crate::credential::{Kind, Verb};
use crate::export::KeyJson;
use crate::hub::{ChangeOutcome, CredentialTarget, HubError, SeenBy};

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

/// Arguments of the commands that change a state.
#[derive(Debug, Args)]
pub struct ChangeStateArgs {
    #[command(flatten)]
    of: StateArgs,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// The result of a command as JSON.
#[derive(Serialize)]
struct ChangedJson<'a> {
    keys: Vec<KeyJson<'a>>,
    /// How far a restriction got; none where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    verifiers: Option<VerifiersJson>,
}

/// How many verifiers answer from the change, and the machines of those that do not.
#[derive(Serialize)]
struct VerifiersJson {
    seen: usize,
    of: usize,
    not_by: Vec<String>,
}

/// Changes all of them in one transaction; if one does not exist, none.
pub fn run(context: &Context, ChangeStateArgs { of: args, json }: ChangeStateArgs, verb: Verb) -> Result<(), CliError> {
    let desk = context.open(&args.acting)?;
    let changed = args.targets(&desk).and_then(|targets| Ok(desk.hub.set_state(&desk.actor, &targets, verb)?));
    let outcomes = match (changed, verb, args.keys.as_slice()) {
        (Ok(outcomes), ..) => outcomes,
        // The row was removed or cannot be read: a key that the trail knows can still be revoked.
        (Err(why), Verb::Revoke, [key]) if why.is_of_the_row() => {
            let told = |lost| match lost {
                // Whatever went wrong before, this may have been done.
                HubError::Unknown => lost.into(),
                _ => why,
            };
            vec![desk.hub.revoke_lost(&desk.actor, key, args.kind).map_err(told)?]
        }
        (Err(why), ..) => return Err(why),
    };
    if json {
        let left_out = report_left_out(&outcomes);
        let kept = outcomes.iter().filter(|o| !matches!(o, ChangeOutcome::LeftOut { .. }));
        let keys = kept.map(|outcome| KeyJson::new(outcome.row(), desk.hub.now())).collect();
        let verifiers = seen_by(&desk, verb).map(|seen| VerifiersJson {
            seen: seen.seen,
            of: seen.of,
            not_by: seen.behind.into_iter().map(|behind| behind.host).collect(),
        });
        output::document(&ChangedJson { keys, verifiers })?;
        return left_out;
    }
    let reported = report_outcomes(&outcomes, |outcome| done(outcome, verb));
    output::outcome(seen_by(&desk, verb).and_then(|seen| seen.sentences()))?;
    reported
}

/// How far a restriction got. It is made, whether that can be found out or not.
fn seen_by(desk: &OpenDesk, verb: Verb) -> Option<SeenBy> {
    match verb {
        Verb::Enable => None,
        Verb::Disable | Verb::Revoke => desk.hub.wait_until_seen(&desk.actor, desk.hub.newest_change()).ok(),
    }
}

/// Prints the outcome of each; a conflict if one was left out.
pub fn report_outcomes(
    outcomes: &[ChangeOutcome],
    words: impl Fn(&ChangeOutcome) -> Option<String>,
) -> Result<(), CliError> {
    let printed = output::outcome(outcomes.iter().filter_map(words));
    printed.and(report_left_out(outcomes))
}

/// Says why some were left out; then it is a conflict.
fn report_left_out(outcomes: &[ChangeOutcome]) -> Result<(), CliError> {
    let left_out = outcomes.iter().filter_map(|outcome| match outcome {
        ChangeOutcome::LeftOut { why, .. } => Some(why),
        ChangeOutcome::Done(_) | ChangeOutcome::Already(_) => None,
    });
    let mut result = Ok(());
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
