//! A credential as JSON and as cells of CSV. No secret is in either.

use serde::Serialize;

use crate::credential::{Algorithm, Tag};
use crate::export::Exported;
use crate::hub::{CredentialRow, LastUse};
use crate::time::{Millis, Seconds};

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

impl Exported for CredentialRow {
    const COLUMNS: &'static str = "name,kind,key,state,stored_state,owner,tags,note,networks,not_before,expires_at,\
                                   algorithms,body_digest,created_at,created_by,last_used_at,last_used_from,id";

    fn cells(&self, now: Millis) -> Vec<String> {
        let json = KeyJson::new(self, now);
        let or_empty = |text: Option<String>| text.unwrap_or_default();
        let (used_at, used_from) = match &json.last_used {
            Some(used) => (used.at.clone(), used.address.unwrap_or_default().to_owned()),
            None => (String::new(), String::new()),
        };
        vec![
            json.name.to_owned(),
            json.kind.to_owned(),
            json.key.to_owned(),
            json.state.to_owned(),
            json.stored_state.to_owned(),
            json.owner.to_owned(),
            json.tags.join(" "),
            json.note.to_owned(),
            json.networks.join(" "),
            or_empty(json.not_before),
            or_empty(json.expires_at),
            json.algorithms.join(" "),
            json.body_digest.unwrap_or_default().to_owned(),
            json.created_at,
            json.created_by.to_owned(),
            used_at,
            used_from,
            json.id,
        ]
    }

    fn json(&self, now: Millis) -> impl Serialize {
        KeyJson::new(self, now)
    }
}
