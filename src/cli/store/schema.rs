//! `keydesk schema …`: the steps by which versions of keydesk change the database.

use std::sync::Arc;

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::hub::{Hub, SchemaStatus};
use crate::progress;

use crate::cli::args::Acting;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output;

/// The subcommands of `schema`.
#[derive(Debug, Subcommand)]
pub enum SchemaCommand {
    /// Say which step the database is at, and which are missing; nothing is changed
    Status(StatusArgs),
    /// Apply the steps that are missing, once every desk and verifier is upgraded
    Upgrade(UpgradeArgs),
}

#[derive(Debug, Args)]
pub struct StatusArgs {
    #[command(flatten)]
    acting: Acting,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct UpgradeArgs {
    #[command(flatten)]
    acting: Acting,
}

#[derive(Serialize)]
struct StatusJson {
    /// The newest step that the database has taken.
    schema: i64,
    /// The newest step that this program knows.
    program: i64,
    pending: Vec<StepJson>,
}

#[derive(Serialize)]
struct StepJson {
    step: i64,
    nature: &'static str,
}

/// Runs the command.
pub fn run(context: &Context, verb: &SchemaCommand) -> Result<(), CliError> {
    let places = context.paths.places();
    match verb {
        SchemaCommand::Status(args) => {
            let name = context.acts(&args.acting)?;
            let status = Hub::schema_status(&places, Arc::clone(&context.clock), &name, &context.origin)?;
            match args.json {
                true => output::document(&json(&status)),
                false => output::lines(lines(&status)),
            }
        }
        SchemaCommand::Upgrade(args) => {
            let name = context.acts(&args.acting)?;
            let clock = Arc::clone(&context.clock);
            let (before, unconfirmed) =
                Hub::upgrade_schema(&places, clock, &name, &context.origin, &mut progress::upgrading())?;
            context.watch(unconfirmed);
            output::outcome([match before.pending.is_empty() {
                true => format!("The schema is at step {} already; nothing was changed.", before.at),
                false => format!("The schema is now at step {}; it was at {}.", before.known, before.at),
            }])
        }
    }
}

fn lines(status: &SchemaStatus) -> Vec<String> {
    let mut lines = vec![format!("The database is at step {}; this keydesk knows {}.", status.at, status.known)];
    for (step, nature) in &status.pending {
        lines.push(format!("Step {step} is missing ({nature})."));
    }
    lines.push(match () {
        () if status.at > status.known => "It was made by a newer keydesk.".to_owned(),
        () if status.pending.is_empty() => "Nothing is to be done.".to_owned(),
        () if status.is_breaking() => {
            "Older desks and verifiers stop then: upgrade all of them, then run `keydesk schema upgrade --as NAME`."
                .to_owned()
        }
        () => "Older desks and verifiers go on; the next desk that starts applies it.".to_owned(),
    });
    lines
}

fn json(status: &SchemaStatus) -> StatusJson {
    let pending = status.pending.iter().map(|&(step, nature)| StepJson { step, nature }).collect();
    StatusJson { schema: status.at, program: status.known, pending }
}
