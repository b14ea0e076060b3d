//! `keydesk store copy`: the whole desk in another database.

use std::io::{self, IsTerminal as _};
use std::time::Instant;

use clap::Args;
use serde::Serialize;

use crate::hub::{StoreCopy, StorePlace};
use crate::progress::Progress;

use crate::cli::args::Acting;
use crate::cli::context::Context;
use crate::cli::error::{CliError, stderr_line};
use crate::cli::output;

/// Arguments of `store copy`.
#[derive(Debug, Args)]
pub struct CopyArgs {
    #[command(flatten)]
    acting: Acting,
    /// Where to: a path, sqlite:PATH or postgres://USER@HOST/DATABASE
    #[arg(long, value_name = "URL")]
    pub to: String,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct CopyJson<'a> {
    from: String,
    to: String,
    epoch: EpochJson,
    tables: Vec<TableJson<'a>>,
    /// Whether the trail of the desk that was copied says so.
    noted: bool,
}

#[derive(Serialize)]
struct EpochJson {
    from: i64,
    to: i64,
}

#[derive(Serialize)]
struct TableJson<'a> {
    table: &'a str,
    rows: u64,
    /// Sum over SHA-256 of each row, the same here and there.
    sum: &'a str,
}

/// Runs the command.
pub fn run(context: &Context, args: &CopyArgs) -> Result<(), CliError> {
    output::require_writable()?;
    let (from, to) = (&context.paths.store, &context.paths.copy_to);
    let to = to.as_ref().ok_or_else(|| CliError::usage("Say where the copy goes: add --to URL."))?;
    let desk = context.open(&args.acting)?;
    desk.tell_of_two_primaries();
    let mut progress = Progress::new(io::stderr().is_terminal(), Instant::now());
    let copied = desk.hub.copy_store(&desk.actor, from, to, &mut |done, all| {
        progress.show(format_args!("The desk is copied: {done} of {all} rows written and compared"));
    });
    progress.clear();
    let copy = copied?;
    context.watch(copy.unconfirmed.clone());
    if !copy.noted {
        stderr_line(&format!("The copy in {to} is whole, but the activity log of {from} could not say so."));
    }
    match args.json {
        true => output::document(&json(from, to, &copy)),
        false => output::outcome(lines(context, args, to, &copy)),
    }
}

fn json<'a>(from: &StorePlace, to: &StorePlace, copy: &'a StoreCopy) -> CopyJson<'a> {
    let table =
        |copied: &'a crate::hub::CopiedRows| TableJson { table: copied.table, rows: copied.rows, sum: &copied.sum };
    CopyJson {
        from: from.to_string(),
        to: to.to_string(),
        epoch: EpochJson { from: copy.epochs.0, to: copy.epochs.1 },
        tables: copy.tables.iter().map(table).collect(),
        noted: copy.noted,
    }
}

fn lines(context: &Context, args: &CopyArgs, to: &StorePlace, copy: &StoreCopy) -> Vec<String> {
    let from = &context.paths.store;
    let mut lines = vec![format!("{:<12}{:>12}  {}", "TABLE", "ROWS", "SUM, HERE AND THERE")];
    lines.extend(copy.tables.iter().map(|copied| format!("{:<12}{:>12}  {}", copied.table, copied.rows, copied.sum)));
    let rows: u64 = copy.tables.iter().map(|copied| copied.rows).sum();
    let named = match to {
        StorePlace::Sqlite(path) => path.display().to_string(),
        StorePlace::Postgres(_) => args.to.trim().to_owned(),
    };
    lines.extend([
        format!(
            "The desk was copied to {to}: {rows} rows, compared before they were kept. Its epoch is {}.",
            copy.epochs.1
        ),
        format!(
            "Next: write store = \"{named}\" into {} on every machine, with the same master key, and restart what",
            context.paths.config.display()
        ),
        format!(
            "runs there. Then move {from} away: it still works, and what is changed there is not seen in the copy."
        ),
    ]);
    lines
}
