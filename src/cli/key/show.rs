//! `keydesk key show`: the details of one credential, never a secret.

use clap::Args;
use serde::Serialize;

use crate::{
    cli::{
        args::{self, Acting},
        desk::Site,
        failure::Failure,
        out,
    },
    credential::{Condition, Kind},
    hub::{CredentialInfo, CredentialRow, LastUse, LiveSecret, Refusal},
    time::{Millis, Seconds},
};

use super::list::{KeyJson, UseJson, condition_words, minute};

/// Which one.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// A key, a Legacy username, or an id
    #[arg(value_name = "KEY")]
    key: String,
    #[command(flatten)]
    acting: Acting,
    /// Its kind, where a key exists in two
    #[arg(long, value_parser = args::kind())]
    kind: Option<Kind>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Shows it.
pub fn run(site: &Site, args: ShowArgs) -> Result<(), Failure> {
    let desk = site.open(&args.acting)?;
    let row = desk.find(&args.key, args.kind)?;
    let details = desk.hub.details(&desk.actor, row.id)?;
    let now = desk.hub.now();
    match args.json {
        true => out::document(&DetailsJson::new(&details, now)),
        false => out::lines(words(&details, now)),
    }
}

#[derive(Serialize)]
struct DetailsJson<'a> {
    #[serde(flatten)]
    key: KeyJson<'a>,
    changed_at: String,
    changed_by: &'a str,
    /// The secrets that work now, newest first, without the secrets.
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
            (true, Some(at)) => format!("works until {} UTC", minute(at.millis())),
        };
        let made = format!("made {} UTC by {}", minute(live.created_at), live.created_by);
        format!(
            "{:<14}{until}; {made}; last used: {}",
            format!("Secret {}", live.version),
            last_use(live.last_used.as_ref())
        )
    }));
    lines.extend(details.refusals.iter().map(|refusal| {
        let from = refusal.address.map(|address| format!(" from {address}")).unwrap_or_default();
        format!("{:<14}{} UTC{from}: {}", "Refused", minute(refusal.at.millis()), refusal.words_and_times())
    }));
    // What helps is said once, for the newest: the older ones mostly are the same.
    lines.extend(details.refusals.first().map(|newest| format!("{:<14}{}", "", newest.advice())));
    lines
}

/// Whether a secret of it can work now.
fn works(row: &CredentialRow, now: Millis) -> bool {
    !row.tampered && matches!(row.condition(now), Condition::Active | Condition::Expiring(_))
}

/// When and from where; here no column's title says UTC.
fn last_use(used: Option<&LastUse>) -> String {
    let from = |used: &LastUse| used.address.as_ref().map(|address| format!(" from {address}")).unwrap_or_default();
    used.map_or("never".to_owned(), |used| format!("{} UTC{}", minute(used.at.millis()), from(used)))
}

fn facts(row: &CredentialRow, now: Millis) -> Vec<(&'static str, String)> {
    let options = &row.options;
    let time = |at: Option<Seconds>| at.map(|at| format!("{} UTC", minute(at.millis()))).unwrap_or_default();
    let hmac = row.kind == Kind::Hmac;
    let all_if_empty = |text: String, all: &str| if text.is_empty() { all.to_owned() } else { text };
    vec![
        ("Name", row.name.clone()),
        ("Kind", row.kind.title().to_owned()),
        (if row.kind == Kind::Legacy { "Username" } else { "Key" }, row.key.clone()),
        ("State", condition_words(row, now)),
        ("Not before", time(options.not_before)),
        ("Expires", all_if_empty(time(options.expires_at), "never")),
        ("Networks", all_if_empty(options.networks.to_string(), "any")),
        ("Algorithms", if hmac { all_if_empty(options.algorithms.to_string(), "all") } else { String::new() }),
        ("Body digest", if hmac { options.body_digest.as_str().to_owned() } else { String::new() }),
        ("Note", options.note.as_str().to_owned()),
        ("Created", format!("{} UTC by {}", minute(row.created_at), row.created_by)),
        ("Changed", format!("{} UTC by {}", minute(row.changed_at), row.changed_by)),
        ("Last used", last_use(row.last_used.as_ref())),
        ("Id", row.id.to_string()),
    ]
}
