//! A row of the trail, as a line of a table and as JSON.

use serde::Serialize;
use serde_json::Value;

use crate::{cli::out::Listed, hub::TrailRow, time::Millis};

#[derive(Serialize)]
struct TrailJson<'a> {
    no: i64,
    at: String,
    who: Option<&'a str>,
    via: Option<&'a str>,
    unix: Option<&'a str>,
    address: Option<&'a str>,
    action: &'a str,
    did: &'a str,
    what: &'a str,
    subject: Option<&'a str>,
    before: Option<Value>,
    after: Option<Value>,
    count: i64,
}

impl Listed for TrailRow {
    const TITLES: &'static [&'static str] = &["NO.", "WHEN (UTC)", "WHO", "DID", "WHAT", "FROM"];

    fn cells(&self, _now: Millis) -> Vec<String> {
        let who = match (self.who.as_deref(), self.unix.as_deref()) {
            (Some(who), Some(unix)) if self.via.as_deref() == Some("local") => format!("{who} (unix {unix})"),
            (who, _) => who.unwrap_or("-").to_owned(),
        };
        let did = if self.count > 1 { format!("{} ({} times)", self.did, self.count) } else { self.did.clone() };
        let from = self.address.clone().unwrap_or_else(|| "here".to_owned());
        vec![self.no.to_string(), self.at.utc("%Y-%m-%d %H:%M:%S"), who, did, self.what.clone(), from]
    }

    fn json(&self, _now: Millis) -> impl Serialize {
        // What does not parse is shown as the text it is: the trail must be readable also when it was tampered with.
        let parsed = |text: &Option<String>| {
            text.as_ref().map(|t| serde_json::from_str(t).unwrap_or_else(|_| Value::String(t.clone())))
        };
        TrailJson {
            no: self.no,
            at: self.at.rfc3339(),
            who: self.who.as_deref(),
            via: self.via.as_deref(),
            unix: self.unix.as_deref(),
            address: self.address.as_deref(),
            action: &self.action,
            did: &self.did,
            what: &self.what,
            subject: self.subject.as_deref(),
            before: parsed(&self.before),
            after: parsed(&self.after),
            count: self.count,
        }
    }
}
