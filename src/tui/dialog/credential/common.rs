//! What several credentials have in common, told once for their form.

use std::collections::BTreeMap;

use crate::hub::CredentialRow;
use crate::time::{Millis, Seconds, duration};
use crate::tui::form::Id;

/// The fields that one form can hold.
const FIELDS: [Id; 7] = [Id::Name, Id::Owner, Id::Tags, Id::Expires, Id::NotBefore, Id::Networks, Id::Note];

/// What the rows of a form have in common.
#[derive(Debug)]
pub struct Common {
    /// The value of each field, or `None` where they differ.
    values: Vec<(Id, Option<String>)>,
    /// The first and the last expiry; never comes last.
    expiries: Option<(Option<Seconds>, Option<Seconds>)>,
    /// Which tags all of them have, and how many have the others.
    pub tags: String,
    several: bool,
}

impl Common {
    /// Looks at all rows.
    pub fn of(rows: &[CredentialRow]) -> Self {
        let order = |at: &Option<Seconds>| (at.is_none(), *at);
        let expiries = || rows.iter().map(|row| row.options.expires_at);
        Self {
            values: FIELDS.map(|id| (id, common_value(rows, id))).to_vec(),
            expiries: expiries().min_by_key(order).zip(expiries().max_by_key(order)),
            tags: tag_words(rows),
            several: rows.len() > 1,
        }
    }

    /// What all have in a field; `None` where they differ.
    pub fn value(&self, id: Id) -> Option<&str> {
        self.values.iter().find(|(field, _)| *field == id).and_then(|(_, value)| value.as_deref())
    }

    /// The text that a field opens with; the tags of several are changed and not replaced.
    pub fn filled(&self, id: Id) -> String {
        match id {
            Id::Expires => String::new(),
            Id::Tags if self.several => String::new(),
            id => self.value(id).unwrap_or_default().to_owned(),
        }
    }

    /// When they expire now; of several, from the first to the last.
    pub fn expiry_words(&self, now: Millis) -> String {
        let at = |at: Option<Seconds>| at.map_or("never".to_owned(), |at| at.millis().utc("%-d %b %Y %H:%M UTC"));
        let away = |at: Option<Seconds>| match at.map(|at| at.millis().since(now)) {
            None => "never".to_owned(),
            Some(left) if left <= 0 => format!("{} ago", duration(-left)),
            Some(left) => format!("in {}", duration(left)),
        };
        match self.expiries {
            None => String::new(),
            Some((first, last)) if first == last => at(first),
            Some((first, last)) => format!("they differ: from {} to {}", away(first), away(last)),
        }
    }
}

/// Which tags all of them have, and how many have the others.
fn tag_words(rows: &[CredentialRow]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    rows.iter()
        .flat_map(|row| row.options.tags.iter())
        .for_each(|tag| *counts.entry(tag.to_string()).or_default() += 1);
    let of_all: Vec<&str> = counts.iter().filter(|(_, n)| **n == rows.len()).map(|(tag, _)| tag.as_str()).collect();
    let mut parts = Vec::new();
    if !of_all.is_empty() {
        parts.push(format!("all have {}", of_all.join(" ")));
    }
    parts.extend(counts.iter().filter(|(_, n)| **n < rows.len()).map(|(tag, n)| format!("{n} have {tag}")));
    if parts.is_empty() { "none has a tag".to_owned() } else { parts.join(", ") }
}

/// What all rows have in a field; `None` if they differ.
fn common_value(rows: &[CredentialRow], id: Id) -> Option<String> {
    let (first, rest) = rows.split_first()?;
    let text = value_of(first, id);
    rest.iter().all(|row| value_of(row, id) == text).then_some(text)
}

/// What a row has in a field, as it is typed.
pub fn value_of(row: &CredentialRow, id: Id) -> String {
    let options = &row.options;
    match id {
        Id::Name => row.name.clone(),
        Id::NotBefore => options.not_before.map(Seconds::rfc3339).unwrap_or_default(),
        Id::Expires => options.expires_at.map(Seconds::rfc3339).unwrap_or_default(),
        Id::Networks => options.networks.to_string(),
        Id::Owner => options.owner.as_str().to_owned(),
        Id::Tags => options.tags.to_string(),
        Id::Note => options.note.as_str().to_owned(),
        _ => String::new(),
    }
}
