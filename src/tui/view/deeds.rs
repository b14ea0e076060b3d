//! Words for what an entry of the activity log says was done: short ones for the columns of the list, and a sentence.

use serde_json::Value;

use crate::credential::Kind;
use crate::hub::{TrailRow, differences};

/// Actions on a credential that a verb says.
const VERBS: &[(&str, &str)] = &[
    ("credential.created", "created"),
    ("credential.rotated", "rotated"),
    ("credential.disabled", "disabled"),
    ("credential.enabled", "enabled"),
    ("credential.revoked", "revoked"),
    ("credential.renamed", "renamed"),
    ("credential.edited", "edited"),
];

/// Other actions: the verb, and what stands before the name of what it was done to. `-` is for deeds without one.
const OTHERS: &[(&str, &str, &str)] = &[
    ("credential.password", "changed", "password of"),
    ("credential.old_secret_stopped", "stopped", "old secret of"),
    ("credential.found", "found", "by its secret"),
    ("credential.explained", "explained", "a request with"),
    ("secret.copied", "copied", "secret of"),
    ("secret.dropped", "lost the line", "while it showed the secret of"),
    ("user.added", "added", "user"),
    ("user.role", "changed", "role of"),
    ("user.note", "changed", "note on"),
    ("user.disabled", "disabled", "user"),
    ("user.enabled", "enabled", "user"),
    ("user.locked", "locked", "user"),
    ("user.unlocked", "unlocked", "user"),
    ("user.password_set", "set", "password of"),
    ("user.password_changed", "changed", "own password"),
    ("setting.changed", "changed", "setting"),
];

/// What was done and to what, for two columns.
pub fn columns(row: &TrailRow) -> (String, String) {
    let name = row.object().unwrap_or_default();
    if let Some((_, verb)) = VERBS.iter().find(|(code, _)| *code == row.action) {
        let named = format!("{}{name}", kind(row).map_or(String::new(), |kind| format!("{} ", kind.word())));
        let fields: Vec<String> = match row.action.as_str() {
            "credential.edited" => differences(row).iter().map(|d| d.label.to_lowercase()).collect(),
            _ => Vec::new(),
        };
        let of = if fields.is_empty() { String::new() } else { format!("{} of ", fields.join(", ")) };
        return ((*verb).to_owned(), format!("{of}{named}"));
    }
    if let Some((_, verb, before)) = OTHERS.iter().find(|(code, ..)| *code == row.action) {
        return ((*verb).to_owned(), format!("{before} {name}").trim().to_owned());
    }
    match row.did.split_once(": ") {
        // The hub says in general what was refused; the name of the credential says it exactly.
        Some((did, why)) if !name.is_empty() && why.ends_with("credentials") => {
            (did.to_owned(), why.replace("credentials", name))
        }
        Some((did, why)) => (did.to_owned(), format!("{why} {name}").trim().to_owned()),
        None => (row.did.clone(), name.to_owned()),
    }
}

/// Who did it, what was done and to what, as a sentence without its full stop.
pub fn sentence(row: &TrailRow) -> String {
    let who = row.actor().unwrap_or_else(|| "nobody".to_owned());
    let times = if row.count > 1 { format!(", {} times", row.count) } else { String::new() };
    let (did, what) = columns(row);
    let verb = VERBS.iter().any(|(code, _)| *code == row.action);
    let refused = row.did.contains(": ");
    match kind(row).filter(|_| verb) {
        Some(kind) => format!("{who} {did} the {} credential {}{times}", kind.word(), row.what),
        None if refused => format!("{who} {did}: {what}{times}"),
        None => format!("{who} {did} {what}{times}").trim_end().to_owned(),
    }
}

/// The kind of the credential that it is about, if the row tells it.
fn kind(row: &TrailRow) -> Option<Kind> {
    let json = row.after.as_deref().or(row.before.as_deref())?;
    serde_json::from_str::<Value>(json).ok()?.get("kind")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Millis;

    fn row(action: &str, did: &str, before: Option<&str>, after: Option<&str>) -> TrailRow {
        TrailRow {
            no: 1,
            at: Millis(0),
            who: Some("bram".to_owned()),
            via: None,
            unix: None,
            address: None,
            action: action.to_owned(),
            did: did.to_owned(),
            what: "crm-sync".to_owned(),
            subject: None,
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            count: 1,
            hash: String::new(),
        }
    }

    #[test]
    fn deeds_are_short_in_columns_and_whole_in_the_sentence() {
        let (before, after) =
            (r#"{"kind":"basic","networks":"","note":""}"#, r#"{"kind":"basic","networks":"10.0.0.0/8","note":"x"}"#);
        let edited = row("credential.edited", "changed Basic key", Some(before), Some(after));
        assert_eq!(columns(&edited), ("edited".to_owned(), "networks, note of Basic crm-sync".to_owned()));
        assert_eq!(sentence(&edited), "bram edited the Basic credential crm-sync");
        for (action, did, said) in [
            ("secret.copied", "copied secret", "bram copied secret of crm-sync"),
            (
                "refused.credential",
                "was refused: may not disable credentials",
                "bram was refused: may not disable crm-sync",
            ),
            ("user.role", "changed role", "bram changed role of crm-sync"),
            ("user.note", "changed note", "bram changed note on crm-sync"),
            ("from.the.future", "did something", "bram did something crm-sync"),
        ] {
            assert_eq!(sentence(&row(action, did, None, None)), said);
        }
    }
}
