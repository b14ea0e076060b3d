//! `keydesk key disable`, `enable` and `revoke`.

use std::collections::HashSet;

use clap::Args;

use crate::{
    cli::{
        args::{self, Acting},
        desk::Site,
        failure::{CONFLICT, Failure, say},
        out,
    },
    credential::{Kind, Verb},
    hub::Outcome,
};

use super::called;

/// Which ones.
#[derive(Debug, Args)]
pub struct StateArgs {
    /// Keys, Legacy usernames, or ids
    #[arg(value_name = "KEY", required = true)]
    keys: Vec<String>,
    #[command(flatten)]
    acting: Acting,
    /// Their kind, where a key exists in two
    #[arg(long, value_parser = args::kind())]
    kind: Option<Kind>,
}

/// All in one transaction; if one of them does not exist nothing is changed.
pub fn run(site: &Site, args: StateArgs, verb: Verb) -> Result<(), Failure> {
    let desk = site.open(&args.acting)?;
    let mut seen = HashSet::new();
    let mut targets = Vec::with_capacity(args.keys.len());
    for key in &args.keys {
        let row = desk.find(key, args.kind)?;
        if seen.insert(row.id) {
            targets.push(row.target());
        }
    }
    let outcomes = desk.hub.set_state(&desk.actor, &targets, verb)?;
    let left_out = outcomes.iter().filter(|o| matches!(o, Outcome::LeftOut { .. })).count();
    let printed = out::lines(outcomes.iter().filter_map(|outcome| done(outcome, verb)));
    for outcome in &outcomes {
        if let Outcome::LeftOut { why, .. } = outcome {
            say(&why.to_string());
        }
    }
    match left_out {
        0 => printed,
        _ => Err(Failure::Told(CONFLICT)),
    }
}

fn done(outcome: &Outcome, verb: Verb) -> Option<String> {
    match outcome {
        Outcome::Done(row) => Some(format!("{} {}.", called(row), verb.past())),
        Outcome::Already(row) => Some(format!("{} was {} already.", called(row), row.state)),
        Outcome::LeftOut { .. } => None,
    }
}
