//! `keydesk key list`, and a credential as a table row and as JSON.

use std::io::{self, BufWriter, Write as _};

use clap::Args;
use serde::Serialize;

use crate::cli::args::{self, Acting, ListFormatArgs};
use crate::cli::context::{Context, OpenDesk};
use crate::cli::error::CliError;
use crate::cli::output::{self, ListFormat, Listed, Printer};
use crate::credential::{Filter, FilterError, Kind};
use crate::export::{Format, KeyJson};
use crate::hub::{CredentialRow, LastUse, ListOrder, ListQuery, PagePosition};
use crate::time::{Millis, parse_span};

/// Rows read at a time.
const PAGE: u32 = 500;

/// What to list.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    acting: Acting,
    /// Only this kind
    #[arg(long, value_parser = args::kind())]
    kind: Option<Kind>,
    /// Include revoked ones
    #[arg(long)]
    all: bool,
    /// Only those that match words of name, key, note, owner or tags, and terms such as owner:payments tag:crm env=prod expires<30d unused>90d used:never by:bram state:disabled
    #[arg(long, value_name = "TEXT", default_value = "", allow_hyphen_values = true)]
    filter: String,
    /// Only those that expire within this time, for example 30d
    #[arg(long, value_name = "SPAN", allow_hyphen_values = true)]
    expires_within: Option<String>,
    /// Order: created and last-use begin with the newest, expiry with the next one
    #[arg(long, ignore_case = true, value_parser = args::order(), default_value = "name")]
    order: ListOrder,
    /// Turn the order round
    #[arg(long)]
    reverse: bool,
    #[command(flatten)]
    format: ListFormatArgs,
    /// Print CSV for a spreadsheet
    #[arg(long, conflicts_with_all = ["json", "jsonl"])]
    csv: bool,
}

/// Lists credentials.
pub fn run(context: &Context, args: ListArgs) -> Result<(), CliError> {
    let filter = filter(&args)?;
    let desk = context.open(&args.acting)?;
    let (order, turned) = (args.order, args.reverse);
    let query =
        ListQuery { kind: args.kind, revoked: args.all, filter, order, turned, limit: PAGE, ..ListQuery::default() };
    if args.csv {
        return csv(&desk, query);
    }
    let mut printer = Printer::new(ListFormat::from(args.format), desk.hub.now());
    let narrowed = !query.filter.is_empty();
    pages(&desk, query, |rows| printer.page(rows))?;
    printer.finish(&match !narrowed {
        true => format!(
            "No keys yet. Create the first with `keydesk key create --kind basic --name LABEL --as {}`.",
            desk.actor.user
        ),
        false => "No key matches.".to_owned(),
    })
}

/// Reads the list page by page.
fn pages(
    desk: &OpenDesk,
    mut query: ListQuery,
    mut each: impl FnMut(&[CredentialRow]) -> Result<(), CliError>,
) -> Result<(), CliError> {
    loop {
        let page = desk.hub.list(&desk.actor, &query)?;
        each(&page.rows)?;
        match page.rows.len().checked_sub(1).and_then(|last| page.cursor(query.order, last)) {
            Some(cursor) if page.more_after => query.position = PagePosition::After(cursor),
            _ => return Ok(()),
        }
    }
}

/// Prints the list as CSV, with its heads also where it is empty.
fn csv(desk: &OpenDesk, query: ListQuery) -> Result<(), CliError> {
    output::require_open()?;
    let (mut out, now) = (BufWriter::new(io::stdout().lock()), desk.hub.now());
    let mut begun = false;
    pages(desk, query, |rows| {
        // Only with the first page: a refused user gets no heads either.
        if !std::mem::replace(&mut begun, true) {
            Format::Csv.header::<CredentialRow>(&mut out)?;
        }
        Ok(rows.iter().try_for_each(|row| Format::Csv.row(&mut out, row, now))?)
    })?;
    Ok(out.flush()?)
}

fn filter(args: &ListArgs) -> Result<Filter, CliError> {
    let mut filter = Filter::parse(&args.filter).map_err(CliError::usage)?;
    if let Some(text) = &args.expires_within {
        let wrong = || CliError::usage(FilterError::Span(text.chars().take(40).collect()));
        filter.expires_within = Some(parse_span(text).ok_or_else(wrong)?);
    }
    Ok(filter)
}

/// The words for people.
pub fn condition_words(row: &CredentialRow, now: Millis) -> String {
    match row.condition(now) {
        _ if row.tampered => "tampered".to_owned(),
        other => other.words(),
    }
}

/// Last use in a table.
pub fn use_words(used: Option<&LastUse>) -> String {
    match used {
        None => "never".to_owned(),
        Some(LastUse { at, address: None }) => minute(at.millis()),
        Some(LastUse { at, address: Some(address) }) => format!("{} from {address}", minute(at.millis())),
    }
}

/// A time in a table, whose column title says UTC.
pub fn minute(at: Millis) -> String {
    at.utc("%Y-%m-%d %H:%M")
}

impl Listed for CredentialRow {
    const TITLES: &'static [&'static str] = &["NAME", "KIND", "KEY", "STATE", "CREATED (UTC)", "BY", "LAST USED (UTC)"];

    fn cells(&self, now: Millis) -> Vec<String> {
        vec![
            self.name.clone(),
            self.kind.to_string(),
            self.key.clone(),
            condition_words(self, now),
            minute(self.created_at),
            self.created_by.clone(),
            use_words(self.last_used.as_ref()),
        ]
    }

    fn json(&self, now: Millis) -> impl Serialize {
        KeyJson::new(self, now)
    }
}
