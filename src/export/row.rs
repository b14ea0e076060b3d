//! A row of the trail as JSON and as cells of CSV.

use serde::Serialize;
use serde_json::Value;

use crate::export::Exported;
use crate::hub::TrailRow;
use crate::time::Millis;

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

/// The row as other programs read it.
pub fn json_of(row: &TrailRow) -> impl Serialize {
    // What does not parse is shown as the text it is: the trail must be readable also when it was tampered with.
    let parsed = |text: &Option<String>| {
        text.as_ref().map(|t| serde_json::from_str(t).unwrap_or_else(|_| Value::String(t.clone())))
    };
    TrailJson {
        no: row.no,
        at: row.at.rfc3339(),
        who: row.who.as_deref(),
        via: row.via.as_deref(),
        unix: row.unix.as_deref(),
        address: row.address.as_deref(),
        action: &row.action,
        did: &row.did,
        what: &row.what,
        subject: row.subject.as_deref(),
        before: parsed(&row.before),
        after: parsed(&row.after),
        count: row.count,
    }
}

impl Exported for TrailRow {
    const COLUMNS: &'static str = "no,at,who,via,unix,address,action,did,what,subject,before,after,count";

    fn cells(&self, _: Millis) -> Vec<String> {
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            self.no.to_string(),
            self.at.rfc3339(),
            or_empty(&self.who),
            or_empty(&self.via),
            or_empty(&self.unix),
            or_empty(&self.address),
            self.action.clone(),
            self.did.clone(),
            self.what.clone(),
            or_empty(&self.subject),
            or_empty(&self.before),
            or_empty(&self.after),
            self.count.to_string(),
        ]
    }

    fn json(&self, _: Millis) -> impl Serialize {
        json_of(self)
    }
}
