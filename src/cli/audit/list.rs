//! `keydesk audit list`, and the filters of the trail.

use clap::Args;

use crate::account::Right;
use crate::cli::args::{self, Acting, ListFormatArgs};
use crate::cli::context::{Context, OpenDesk};
use crate::cli::error::CliError;
use crate::cli::output::{ListFormat, Printer};
use crate::hub::{LogFilter, TrailClass, TrailQuery, TrailRow};
use crate::time::past_or_never;

/// Rows read at a time.
const PAGE: u32 = 500;

/// What to list.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    acting: Acting,
    #[command(flatten)]
    part: PartArgs,
    #[command(flatten)]
    format: ListFormatArgs,
}

/// Filters of the trail.
#[derive(Debug, Args)]
pub struct PartArgs {
    /// Only what this finds: words, and terms such as who:bram did:rotated key:crm-sync since:90d
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    filter: Option<String>,
    /// Only entries of this user
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
    /// Only this type of entry
    #[arg(long = "type", value_parser = args::one_of(&TrailClass::ALL, TrailClass::as_str))]
    class: Option<TrailClass>,
    /// Only entries about this key, or about the credential that alone has this name
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Not before: 2027-01-31, 2027-01-31T09:00:00Z, or a time ago such as 7d
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    from: Option<String>,
    /// Before; written as for --from
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    until: Option<String>,
}

/// Runs the command.
pub fn run(context: &Context, args: ListArgs) -> Result<(), CliError> {
    let desk = context.open(&args.acting)?;
    let mut printer = Printer::new(ListFormat::from(args.format), desk.hub.now());
    args.part.pages(&desk, |rows| printer.page(rows))?;
    printer.finish("The trail has no such entry.")
}

impl PartArgs {
    /// Calls `each` with the matching rows page by page, newest first.
    pub fn pages(
        &self,
        desk: &OpenDesk,
        mut each: impl FnMut(&[TrailRow]) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let mut query = self.query(desk)?;
        loop {
            let rows = desk.hub.trail(&desk.actor, &query)?;
            each(&rows)?;
            match rows.last() {
                Some(last) if rows.len() == PAGE as usize => query.before = Some(last.no),
                _ => return Ok(()),
            }
        }
    }

    fn query(&self, desk: &OpenDesk) -> Result<TrailQuery, CliError> {
        let now = desk.hub.now();
        let when = |text: &Option<String>| {
            text.as_deref().map_or(Ok(None), |text| past_or_never(text, now).map_err(CliError::usage))
        };
        if !desk.may(Right::ReadTrail)? {
            // Refused as what was asked, not as a look for a key.
            desk.hub.trail(&desk.actor, &TrailQuery { limit: 1, ..TrailQuery::default() })?;
        }
        let credential = self.key.as_deref().map(|key| desk.find_named(key, None)).transpose()?;
        let typed = self.filter.as_deref().unwrap_or_default();
        let filter = LogFilter::parse(typed, now).map_err(CliError::usage)?;
        Ok(TrailQuery {
            who: self.who.clone(),
            class: self.class.or(filter.class),
            credential: credential.map(|row| row.id),
            from: when(&self.from)?.max(filter.since),
            until: [when(&self.until)?, filter.until].into_iter().flatten().min(),
            filter,
            limit: PAGE,
            ..TrailQuery::default()
        })
    }
}
