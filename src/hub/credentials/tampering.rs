//! What is known of a credential that was changed outside keydesk: when that was found, and what differs from the activity
//! log.

use serde_json::{Map, Value};

use crate::account::Right;
use crate::hub::audit::{action, trail};
use crate::hub::credentials::mapping::{self, newest};
use crate::hub::error::no_key;
use crate::hub::tx::intent::Intent;
use crate::hub::{Actor, CredentialId, Hub, HubError, Tampering};
use crate::store::tables::{self, CredentialRecord, Tagged, TrailFilter, TrailRecord};
use crate::time::{Millis, Seconds};

/// Entries about one credential that are looked at, newest first.
const ENTRIES: i64 = 500;

/// What the parts of a credential are called, where it is not their name in the activity log.
const WORDS: [(&str, &str); 3] = [("not_before", "start"), ("expires_at", "expiry"), ("body_digest", "body digest")];

impl Hub {
    /// Looks up what the activity log tells of a credential that was changed outside keydesk.
    pub fn tampering(&self, actor: &Actor, id: CredentialId) -> Result<Tampering, HubError> {
        self.read(actor, &Intent::new(Right::ReadTrail, "show key").on(id), |tx| {
            let id = id.to_string();
            let row: Tagged<CredentialRecord> = tables::get(tx, "id", &id)?.ok_or_else(|| no_key(&id))?;
            let used = newest(tables::usages(tx, &id)?).and_then(|used| used.at);
            // Newest first.
            let entries = tables::trail_before(tx, &[TrailFilter::Subject(&id)], i64::MAX, ENTRIES)?;
            let is_change = |entry: &&TrailRecord| entry.class == action::EDITED.class;
            let last = entries.iter().find(is_change).cloned();
            let since = last.as_ref().map_or(0, |last| last.no);
            let found = entries.iter().filter(|entry| entry.no > since && entry.action == action::TAMPERED.code);
            let told = entries.iter().filter(is_change).find_map(|entry| object(entry.after.as_deref()?, "name"));
            let now = object(&mapping::json(&row.record), "name").unwrap_or_default();
            let whole_at =
                used.map(|at| Seconds(at).millis()).into_iter().chain(last.as_ref().map(|last| Millis(last.at)));
            Ok(Tampering {
                found_at: found.map(|entry| Millis(entry.at)).min(),
                whole_at: whole_at.max().unwrap_or(Millis(row.record.created_at)),
                changed: told.map(|told| differences(&told, &now)).unwrap_or_default(),
                last: last.map(|entry| trail::row(tx, entry)).transpose()?,
            })
        })
    }
}

/// A row as the activity log tells it whole; `None` for an entry that tells only a part of it.
fn object(json: &str, has: &str) -> Option<Map<String, Value>> {
    serde_json::from_str::<Map<String, Value>>(json).ok().filter(|row| row.contains_key(has))
}

/// What differs, in words.
fn differences(told: &Map<String, Value>, now: &Map<String, Value>) -> Vec<String> {
    let mut fields: Vec<&String> = told.keys().chain(now.keys()).collect();
    fields.sort_unstable();
    fields.dedup();
    let word = |field: &String| {
        let known = WORDS.iter().find(|(name, _)| name == field);
        known.map_or_else(|| field.clone(), |(_, word)| (*word).to_owned())
    };
    fields.into_iter().filter(|field| told.get(*field) != now.get(*field)).map(word).collect()
}
