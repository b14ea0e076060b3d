//! Words for a row of the trail: what was done, by whom, from where, and what differs before and after.

use serde_json::{Map, Value};

use crate::account::Role;
use crate::hub::TrailRow;

/// Labels of the fields in rows of the trail, in the order in which they are listed. Other fields are listed by their own
/// names.
const LABELS: &[(&str, &str)] = &[
    ("kind", "Kind"),
    ("key", "Key"),
    ("name", "Name"),
    ("state", "State"),
    ("role", "Role"),
    ("not_before", "Not before"),
    ("expires_at", "Expires"),
    ("networks", "Networks"),
    ("note", "Note"),
    ("owner", "Owner"),
    ("tags", "Tags"),
    ("algorithms", "Algorithms"),
    ("body_digest", "Body digest"),
    ("must_change_password", "Must change password"),
    ("idle_lock_minutes", "Lock after minutes"),
    ("api_address", "Address of the API"),
    ("api_upstream", "Upstream"),
    ("verifier_staleness_seconds", "Staleness in seconds"),
    ("verifier_replay", "Replay guard"),
    ("verifier_algorithms", "Algorithms"),
    ("keep_counts_days", "Keep counts for days"),
];

/// One thing that differs.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// Label of the field.
    pub label: String,
    /// The value before; `None` if there was none.
    pub before: Option<String>,
    /// The value after; `None` if there is none.
    pub after: Option<String>,
}

impl Difference {
    /// In a few words, for a line with others: `networks any → 203.0.113.0/24`.
    pub fn short(&self, arrow: &str) -> String {
        let label = self.label.to_lowercase();
        match (&self.before, &self.after) {
            (Some(before), after) => format!("{label} {before} {arrow} {}", after.as_deref().unwrap_or("none")),
            (None, after) => format!("{label} {}", after.as_deref().unwrap_or("none")),
        }
    }
}

/// The differences between before and after. A new row is listed in full, without empty fields.
pub fn differences(row: &TrailRow) -> Vec<Difference> {
    let (before, after) = (object(row.before.as_deref()), object(row.after.as_deref()));
    let both = before.is_some() && after.is_some();
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let known = LABELS.iter().map(|(key, _)| (*key).to_owned());
    let others = before.keys().chain(after.keys()).filter(|key| !LABELS.iter().any(|(known, _)| known == key));
    let mut keys: Vec<String> = known.chain(others.cloned()).collect();
    keys.dedup();
    // Every credential has a row for these; only HMAC keys follow them.
    let signs = |map: &Map<String, Value>| map.get("kind").is_none_or(|kind| kind == "hmac");
    let idle = |key: &str| matches!(key, "algorithms" | "body_digest") && !(signs(&before) && signs(&after));
    let differs = |key: &String| match both {
        _ if idle(key) => false,
        true => before.get(key) != after.get(key),
        false => !is_empty(before.get(key)) || !is_empty(after.get(key)),
    };
    let words = |map: &Map<String, Value>, key: &str| map.get(key).map(|value| value_words(key, value));
    keys.into_iter()
        .filter(differs)
        .map(|key| Difference { label: label(&key), before: words(&before, &key), after: words(&after, &key) })
        .collect()
}

fn object(json: Option<&str>) -> Option<Map<String, Value>> {
    serde_json::from_str(json?).ok()
}

fn is_empty(value: Option<&Value>) -> bool {
    matches!(value, None | Some(Value::Null | Value::Bool(false))) || value.and_then(Value::as_str) == Some("")
}

fn label(key: &str) -> String {
    let known = LABELS.iter().find(|(known, _)| *known == key).map(|(_, label)| (*label).to_owned());
    known.unwrap_or_else(|| key.replace('_', " "))
}

fn value_words(key: &str, value: &Value) -> String {
    match (key, value) {
        ("expires_at", Value::Null) => "never".to_owned(),
        ("networks", _) if is_empty(Some(value)) => "any".to_owned(),
        (_, Value::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        _ if is_empty(Some(value)) => "none".to_owned(),
        ("role", Value::String(role)) => role.parse::<Role>().map_or(role.clone(), |role| role.title().to_owned()),
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

/// From where the actor came, and how they proved who they are; to follow "From".
pub fn origin(row: &TrailRow) -> String {
    let way = match row.via.as_deref() {
        Some("password") => " by password".to_owned(),
        Some("local") => " by --as".to_owned(),
        Some(key) => match key.split_once(' ') {
            Some((fingerprint, label)) => format!(" by SSH key {label} ({fingerprint})"),
            None => format!(" by SSH key {key}"),
        },
        None => String::new(),
    };
    let from = row.address.as_deref().unwrap_or("this machine");
    // With --as the Unix user stands beside the name already.
    let unix = row.unix.as_deref().filter(|_| row.local().is_none());
    let unix = unix.map(|u| format!(", Unix user {u}")).unwrap_or_default();
    format!("{from}{way}{unix}")
}

/// The key of the credential that it is about, if the row tells it.
pub fn key_of(row: &TrailRow) -> Option<String> {
    let json = object(row.after.as_deref()).or_else(|| object(row.before.as_deref()))?;
    Some(json.get("key")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Millis;

    fn row(before: Option<&str>, after: Option<&str>) -> TrailRow {
        TrailRow {
            no: 1,
            at: Millis(0),
            who: None,
            via: None,
            unix: None,
            address: None,
            action: String::new(),
            did: String::new(),
            what: String::new(),
            subject: None,
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            count: 1,
            hash: String::new(),
        }
    }

    fn words(before: Option<&str>, after: Option<&str>) -> Vec<String> {
        differences(&row(before, after)).iter().map(|d| d.short(">")).collect()
    }

    #[test]
    fn only_differences_are_listed() {
        let before = r#"{"name":"crm","state":"active","expires_at":null,"networks":"","z":1}"#;
        let after =
            r#"{"name":"crm","state":"disabled","expires_at":"2027-01-31T00:00:00Z","networks":"10.0.0.0/8","z":2}"#;
        assert_eq!(
            words(Some(before), Some(after)),
            ["state active > disabled", "expires never > 2027-01-31T00:00:00Z", "networks any > 10.0.0.0/8", "z 1 > 2"]
        );
        assert!(words(Some(before), Some(before)).is_empty());
    }

    #[test]
    fn a_creation_is_listed_whole_and_invalid_json_not_at_all() {
        let made = r#"{"role":"advanced","must_change_password":true,"note":""}"#;
        assert_eq!(words(None, Some(made)), ["role Advanced User", "must change password yes"]);
        assert_eq!(words(Some(made), None)[0], "role Advanced User > none");
        let legacy = r#"{"kind":"legacy","key":"smsbatch","body_digest":"required"}"#;
        assert_eq!(words(None, Some(legacy)), ["kind legacy", "key smsbatch"]);
        assert!(words(None, Some("kdb")).is_empty());
        assert!(words(None, None).is_empty());
    }
}
