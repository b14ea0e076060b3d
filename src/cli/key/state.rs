//! `keydesk key disable`, `enable` and `revoke`.

use std::collections::HashSet;

use clap::Args;

use crate::{
    cli::{
        args::{self, Acting},
        desk::{Desk, Site},
        failure::{CONFLICT, Failure, say},
        out,
    },
    credential::{Kind, Verb},
    hub::{ChangeOutcome, CredentialTarget},
};

use super::called;

/// Which ones.
#[derive(Debug, Args)]
pub struct StateArgs {
    /// Keys, Legacy usernames, or ids
    #[arg(value_name = "KEY", required = true)]
    keys: Vec<String>,
    #[command(flatten)]
    pub acting: Acting,
    /// Their kind, where a key exists in two
    #[arg(long, value_parser = args::kind())]
    kind: Option<Kind>,
}

impl StateArgs {
    /// Each once, in the order they were named; an error if one of them does not exist.
    pub fn targets(&self, desk: &Desk) -> Result<Vec<CredentialTarget>, Failure> {
        let rows = self.keys.iter().map(|key| desk.find(key, self.kind)).collect::<Result<Vec<_>, _>>()?;
        let mut seen = HashSet::new();
        Ok(rows.iter().filter(|row| seen.insert(row.id)).map(|row| row.target()).collect())
    }
}

/// All in one transaction; if one of them does not exist nothing is changed.
pub fn run(site: &Site, args: StateArgs, verb: Verb) -> Result<(), Failure> {
    let desk = site.open(&args.acting)?;
    let changed = args.targets(&desk).and_then(|targets| Ok(desk.hub.set_state(&desk.actor, &targets, verb)?));
    let outcomes = match (changed, verb, args.keys.as_slice()) {
        (Ok(outcomes), ..) => outcomes,
        // A key whose row was removed, cannot be read, or is led past: what the activity log knows of it can be revoked.
        (Err(why), Verb::Revoke, [key]) if why.is_of_the_row() => {
            vec![desk.hub.revoke_lost(&desk.actor, key, args.kind).map_err(|_| why)?]
        }
        (Err(why), ..) => return Err(why),
    };
    tell(&outcomes, |outcome| done(outcome, verb))
}

/// What became of each; a conflict if one was left out.
pub fn tell(outcomes: &[ChangeOutcome], words: impl Fn(&ChangeOutcome) -> Option<String>) -> Result<(), Failure> {
    let printed = out::done(outcomes.iter().filter_map(words));
    let left_out = outcomes.iter().filter_map(|outcome| match outcome {
        ChangeOutcome::LeftOut { why, .. } => Some(why),
        ChangeOutcome::Done(_) | ChangeOutcome::Already(_) => None,
    });
    let mut result = printed;
    for why in left_out {
        say(&why.to_string());
        result = Err(Failure::Told(CONFLICT));
    }
    result
}

fn done(outcome: &ChangeOutcome, verb: Verb) -> Option<String> {
    match outcome {
        ChangeOutcome::Done(row) => Some(format!("{} {}.", called(row), verb.past())),
        ChangeOutcome::Already(row) => Some(format!("{} was {} already.", called(row), row.state)),
        ChangeOutcome::LeftOut { .. } => None,
    }
}
