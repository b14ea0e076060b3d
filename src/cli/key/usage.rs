//! `keydesk key usage`: how often a credential was used, day by day.

use clap::Args;
use serde::Serialize;

use crate::cli::args::{self, Acting};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output;
use crate::credential::Kind;
use crate::hub::{USE_DAYS, UsedDay, sum_of_days};
use crate::text::grouped;

use super::called;

/// Most days of an answer: as many as counts can be kept for.
const MOST_DAYS: i64 = 3_650;

/// Arguments of `key usage`.
#[derive(Debug, Args)]
pub struct UsageArgs {
    /// A key, a Legacy username, an id, or a name that only it has
    #[arg(value_name = "KEY")]
    key: String,
    #[command(flatten)]
    acting: Acting,
    /// Its kind, if two kinds share the key
    #[arg(long, value_parser = args::kind())]
    kind: Option<Kind>,
    /// How many days, today included; each begins at 00:00 UTC
    #[arg(long, value_name = "DAYS", default_value_t = USE_DAYS as u32, value_parser = clap::value_parser!(u32).range(1..=MOST_DAYS))]
    days: u32,
    /// Print one JSON document, with every day of the span, oldest first
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(context: &Context, args: UsageArgs) -> Result<(), CliError> {
    let desk = context.open(&args.acting)?;
    let row = desk.find_named(&args.key, args.kind)?;
    let days = desk.hub.usage(&desk.actor, row.id, args.days)?;
    match args.json {
        true => output::document(&UsageJson { key: &row.key, days: days.iter().map(DayJson::from).collect() }),
        false => output::lines(words(&called(&row), &days)),
    }
}

#[derive(Serialize)]
struct UsageJson<'a> {
    key: &'a str,
    days: Vec<DayJson>,
}

#[derive(Serialize)]
struct DayJson {
    day: String,
    allowed: i64,
    refused: i64,
}

impl From<&UsedDay> for DayJson {
    fn from(used: &UsedDay) -> Self {
        Self { day: used.day.date(), allowed: used.allowed, refused: used.refused }
    }
}

fn words(called: &str, days: &[UsedDay]) -> Vec<String> {
    let line = |day: &str, allowed: &str, refused: &str| format!("{day:<12}{allowed:>16}{refused:>16}");
    let numbers = |day: &str, (allowed, refused): (i64, i64)| line(day, &grouped(allowed), &grouped(refused));
    let mut lines = vec![format!("Requests with {called}, by day in UTC"), line("DAY", "ALLOWED", "REFUSED")];
    lines.extend(days.iter().map(|used| numbers(&used.day.date(), (used.allowed, used.refused))));
    lines.push(numbers("all", sum_of_days(days)));
    lines
}
