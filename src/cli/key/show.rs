//! `keydesk key show`: the details of one credential, never a secret.

use clap::Args;
use serde::Serialize;

use crate::cli::args::{self, Acting};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output;
use crate::credential::{Condition, Kind};
use crate::export::{KeyJson, UseJson};
use crate::hub::{CredentialInfo, CredentialRow, LastUse, LiveSecret, Refusal};
use crate::time::{Millis, Seconds};

use super::list::condition_words;

/// Arguments of `key show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// A key, a Legacy username, an id, or a name that only it has
    #[arg(value_name = "KEY")]
    key: String,
    #[command(flatten)]
    acting: Acting,
    /// Its kind, if two kinds share the key
    #[arg(long, value_parser = args::kind())]
    kind: Option<Kind>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(context: &Context, args: ShowArgs) -> Result<(), CliError> {
    let desk = context.open(&args.acting)?;
    let row = desk.find_named(&args.key, args.kind)?;
    let details = desk.hub.details(&desk.actor, row.id)?;
    let now = desk.hub.now();
    match args.json {
        true => output::document(&DetailsJson::new(&details, now)),
        false => output::lines(words(&details, now)),
    }
}

#[derive(Serialize)]
struct DetailsJson<'a> {
    #[serde(flatten)]
    key: KeyJson<'a>,
    changed_at: String,
    changed_by: &'a str,
    /// The secrets that work now, newest first, without their values.
    secrets: Vec<SecretJson<'a>>,
    /// The last requests with it that were refused, newest first; empty for those who may not read the trail.
    refusals: Vec<RefusalJson<'a>>,
}

#[derive(Serialize)]
struct RefusalJson<'a> {
    at: String,
    reason: &'a str,
    words: String,
    count: i64,
    component: Option<&'a str>,
    clock_offset: Option<i64>,
    address: Option<String>,
}

impl<'a> From<&'a Refusal> for RefusalJson<'a> {
    fn from(refusal: &'a Refusal) -> Self {
        Self {
            at: refusal.at.rfc3339(),
            reason: &refusal.reason,
            words: refusal.words(),
            count: refusal.count,
            component: refusal.component.as_deref(),
            clock_offset: refusal.clock_offset,
            address: refusal.address.map(|address| address.to_string()),
        }
    }
}

#[derive(Serialize)]
struct SecretJson<'a> {
    version: i64,
    valid_until: Option<String>,
    created_at: String,
    created_by: &'a str,
    last_used: Option<UseJson<'a>>,
}

impl<'a> DetailsJson<'a> {
    fn new(details: &'a CredentialInfo, now: Millis) -> Self {
        let secret = |live: &'a LiveSecret| SecretJson {
            version: live.version,
            valid_until: live.valid_until.map(Seconds::rfc3339),
            created_at: live.created_at.rfc3339(),
            created_by: &live.created_by,
            last_used: live.last_used.as_ref().map(UseJson::from),
        };
        Self {
            key: KeyJson::new(&details.row, now),
            changed_at: details.row.changed_at.rfc3339(),
            changed_by: &details.row.changed_by,
            secrets: details.secrets.iter().map(secret).collect(),
            refusals: details.refusals.iter().map(RefusalJson::from).collect(),
        }
    }
}

fn words(details: &CredentialInfo, now: Millis) -> Vec<String> {
    let row = &details.row;
    let mut lines: Vec<String> = facts(row, now)
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(title, value)| format!("{title:<14}{value}"))
        .collect();
    lines.extend(details.secrets.iter().map(|live| {
        let until = match (works(row, now), live.valid_until) {
            (false, _) => format!("does not work: the key is {}", condition_words(row, now)),
            (true, None) => "works".to_owned(),
            (true, Some(at)) => format!("works until {}", at.millis().stamp()),
        };
        let made = format!("made {} by {}", live.created_at.stamp(), live.created_by);
        format!(
            "{:<14}{until}; {made}; last used: {}",
            format!("Secret {}", live.version),
            last_use(live.last_used.as_ref())
        )
    }));
    lines.extend(details.refusals.iter().map(|refusal| {
        let from = refusal.address.map(|address| format!(" from {address}")).unwrap_or_default();
        format!("{:<14}{}{from}: {}", "Refused", refusal.at.millis().stamp(), refusal.words_and_times())
    }));
    // Advice is given once, for the newest refusal: the older ones are mostly the same.
    lines.extend(details.refusals.first().map(|newest| format!("{:<14}{}", "", newest.advice())));
    lines
}

/// Whether any of its secrets can work now.
fn works(row: &CredentialRow, now: Millis) -> bool {
    !row.tampered && matches!(row.condition(now), Condition::Active | Condition::Expiring(_))
}

fn last_use(used: Option<&LastUse>) -> String {
    used.map_or("never".to_owned(), LastUse::words)
}

fn facts(row: &CredentialRow, now: Millis) -> Vec<(&'static str, String)> {
    let options = row.options.words(row.kind);
    // No lines for a missing start, note, owner and tags.
    let not_before = row.options.not_before.map(|_| options.not_before);
    let note = (!row.options.note.as_str().is_empty()).then_some(options.note);
    vec![
        ("Name", row.name.clone()),
        ("Kind", row.kind.title().to_owned()),
        (row.kind.labels()[0], row.key.clone()),
        ("State", condition_words(row, now)),
        ("Not before", not_before.unwrap_or_default()),
        ("Expires", options.expires),
        ("Networks", options.networks),
        ("Algorithms", options.algorithms.unwrap_or_default()),
        ("Body digest", options.body_digest.unwrap_or_default().to_owned()),
        ("Note", note.unwrap_or_default()),
        ("Owner", row.options.owner.as_str().to_owned()),
        ("Tags", row.options.tags.to_string()),
        ("Created", format!("{} by {}", row.created_at.stamp(), row.created_by)),
        ("Changed", format!("{} by {}", row.changed_at.stamp(), row.changed_by)),
        ("Last used", last_use(row.last_used.as_ref())),
        ("Id", row.id.to_string()),
    ]
}
