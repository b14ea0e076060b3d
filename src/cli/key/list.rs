//! `keydesk key list`, and a credential as a table row and as JSON.

use clap::Args;
use serde::Serialize;

use crate::cli::args::{self, Acting, ListFormatArgs};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output::{ListFormat, Listed, Printer};
use crate::credential::{Algorithm, Filter, FilterError, Kind, Tag};
use crate::hub::{CredentialRow, LastUse, ListOrder, ListQuery, PagePosition};
use crate::time::{Millis, Seconds, parse_span};

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
}

/// Lists credentials.
pub fn run(context: &Context, args: ListArgs) -> Result<(), CliError> {
    let filter = filter(&args)?;
    let desk = context.open(&args.acting)?;
    let (order, turned) = (args.order, args.reverse);
    let mut printer = Printer::new(ListFormat::from(args.format), desk.hub.now());
    let mut query =
        ListQuery { kind: args.kind, revoked: args.all, filter, order, turned, limit: PAGE, ..ListQuery::default() };
    loop {
        let page = desk.hub.list(&desk.actor, &query)?;
        printer.page(&page.rows)?;
        match page.rows.len().checked_sub(1).and_then(|last| page.cursor(order, last)) {
            Some(cursor) if page.more_after => query.position = PagePosition::After(cursor),
            _ => break,
        }
    }
    printer.finish(&match query.filter.is_empty() {
        true => format!(
            "No keys yet. Create the first with `keydesk key create --kind basic --name LABEL --as {}`.",
            desk.actor.user
        ),
        false => "No key matches.".to_owned(),
    })
}

fn filter(args: &ListArgs) -> Result<Filter, CliError> {
    let mut filter = Filter::parse(&args.filter).map_err(CliError::usage)?;
    if let Some(text) = &args.expires_within {
        let wrong = || CliError::usage(FilterError::Span(text.chars().take(40).collect()));
        filter.expires_within = Some(parse_span(text).ok_or_else(wrong)?);
    }
    Ok(filter)
}

/// A credential in JSON. An empty array of networks or algorithms is no restriction.
#[derive(Debug, Serialize)]
pub struct KeyJson<'a> {
    id: String,
    kind: &'static str,
    key: &'a str,
    name: &'a str,
    /// As lists show it.
    state: &'static str,
    /// As an administrator set it.
    stored_state: &'static str,
    not_before: Option<String>,
    expires_at: Option<String>,
    networks: Vec<String>,
    note: &'a str,
    owner: &'a str,
    tags: Vec<&'a str>,
    algorithms: Vec<String>,
    body_digest: Option<&'static str>,
    created_at: String,
    created_by: &'a str,
    version: i64,
    last_used: Option<UseJson<'a>>,
    tampered: bool,
}

/// A use in JSON.
#[derive(Debug, Serialize)]
pub struct UseJson<'a> {
    at: String,
    address: Option<&'a str>,
}

impl<'a> From<&'a LastUse> for UseJson<'a> {
    fn from(used: &'a LastUse) -> Self {
        Self { at: used.at.rfc3339(), address: used.address.as_deref() }
    }
}

impl<'a> KeyJson<'a> {
    /// The row as it is at `now`.
    pub fn new(row: &'a CredentialRow, now: Millis) -> Self {
        let options = &row.options;
        let admitted =
            Algorithm::ALL.into_iter().filter(|a| !options.algorithms.is_any() && options.algorithms.admit(*a));
        Self {
            id: row.id.to_string(),
            kind: row.kind.as_str(),
            key: &row.key,
            name: &row.name,
            state: if row.tampered { "tampered" } else { row.condition(now).as_str() },
            stored_state: row.state.as_str(),
            not_before: options.not_before.map(Seconds::rfc3339),
            expires_at: options.expires_at.map(Seconds::rfc3339),
            networks: options.networks.iter().map(ToString::to_string).collect(),
            note: options.note.as_str(),
            owner: options.owner.as_str(),
            tags: options.tags.iter().map(Tag::as_str).collect(),
            algorithms: admitted.map(|a| a.as_str().to_owned()).collect(),
            body_digest: row.kind.signs().then(|| options.body_digest.as_str()),
            created_at: row.created_at.rfc3339(),
            created_by: &row.created_by,
            version: row.version,
            last_used: row.last_used.as_ref().map(UseJson::from),
            tampered: row.tampered,
        }
    }
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
