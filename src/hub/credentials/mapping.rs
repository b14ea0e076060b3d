//! Mapping: rows of the store to rows for users, and to JSON for the trail.

use crate::credential::{BodyDigest, Kind, Name, Note, Options, Owner};
use crate::hub::error::unreadable;
use crate::hub::tx::row_tags;
use crate::hub::{CredentialId, CredentialRow, HubError, LastUse};
use crate::store::tables::{CredentialRecord, Tagged, UsageRow};
use crate::time::{Millis, Seconds};
use crate::vault::Vault;

/// A credential as lists show it. A row with a wrong tag is shown, marked, and what cannot be read of it left out.
pub(crate) fn credential(
    vault: &Vault,
    row: Tagged<CredentialRecord>,
    last_used: Option<UsageRow>,
) -> Result<CredentialRow, HubError> {
    let tampered = is_tampered(vault, &row);
    let record = row.record;
    let options = options(&record);
    Ok(CredentialRow {
        id: id(&record.id)?,
        kind: kind(&record)?,
        state: record.state.parse().map_err(|()| unreadable("state"))?,
        options: options.unwrap_or_default(),
        created_at: Millis(record.created_at),
        created_by: record.created_by,
        changed_at: Millis(record.changed_at),
        changed_by: record.changed_by,
        version: record.version,
        last_used: last_used.and_then(last_use),
        older_until: record.older_until.filter(|_| record.older_no.is_some()).map(Seconds),
        tampered,
        key: record.key,
        name: record.name,
    })
}

/// Whether a row has a wrong tag, or says what cannot be read.
pub(crate) fn is_tampered(vault: &Vault, row: &Tagged<CredentialRecord>) -> bool {
    !row_tags::intact(vault, row) || options(&row.record).is_none()
}

pub(crate) fn last_use(row: UsageRow) -> Option<LastUse> {
    row.at.map(|at| LastUse { at: Seconds(at), address: row.address })
}

pub(crate) fn id(text: &str) -> Result<CredentialId, HubError> {
    text.parse().map(CredentialId).map_err(|_| unreadable("credential id"))
}

pub(crate) fn kind(record: &CredentialRecord) -> Result<Kind, HubError> {
    record.kind.parse().map_err(|()| unreadable("kind"))
}

fn options(record: &CredentialRecord) -> Option<Options> {
    Some(Options {
        not_before: record.not_before.map(Seconds),
        expires_at: record.expires_at.map(Seconds),
        networks: record.networks.parse().ok()?,
        note: Note::new(&record.note).ok()?,
        owner: Owner::new(&record.owner).ok()?,
        tags: record.tags.parse().ok()?,
        algorithms: record.algorithms.parse().ok()?,
        body_digest: record.body_digest.parse::<BodyDigest>().ok()?,
    })
}

/// A credential as JSON for the trail, without its secrets.
pub(crate) fn json(record: &CredentialRecord) -> String {
    let time = |at: Option<i64>| at.map(|at| Seconds(at).rfc3339());
    let mut row = serde_json::json!({
        "kind": record.kind,
        "key": record.key,
        "name": record.name,
        "state": record.state,
        "not_before": time(record.not_before),
        "expires_at": time(record.expires_at),
        "networks": record.networks,
        "note": record.note,
        "algorithms": record.algorithms,
        "body_digest": record.body_digest,
    });
    // As with the tag: a row without labels is told as before there were any.
    for (name, label) in [("owner", &record.owner), ("tags", &record.tags)] {
        if !label.is_empty() {
            row[name] = label.as_str().into();
        }
    }
    row.to_string()
}

/// Writes a name and options into a record.
pub(crate) fn put_options(record: &mut CredentialRecord, name: &Name, options: &Options) {
    record.name = name.as_str().to_owned();
    record.name_fold = name.folded();
    record.not_before = options.not_before.map(|at| at.0);
    record.expires_at = options.expires_at.map(|at| at.0);
    record.networks = options.networks.to_string();
    record.note = options.note.as_str().to_owned();
    record.owner = options.owner.as_str().to_owned();
    record.owner_fold = options.owner.folded();
    record.tags = options.tags.to_string();
    record.algorithms = options.algorithms.to_string();
    record.body_digest = options.body_digest.as_str().to_owned();
}

/// The newest use of any of a credential's secrets.
pub(crate) fn newest(usages: Vec<UsageRow>) -> Option<UsageRow> {
    usages.into_iter().filter(|row| row.at.is_some()).max_by_key(|row| row.at)
}
