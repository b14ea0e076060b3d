//! Mapping: what the rows of SSH keys say, and their JSON for the trail.

use crate::credential::Networks;
use crate::hub::error::unreadable;
use crate::hub::tx::entry::Subject;
use crate::hub::tx::row_tags;
use crate::hub::{Hub, HubError, KeyUsed, LastSignIn, SshKeyRow, SshKeyState};
use crate::store::Tx;
use crate::store::tables::{self, SshKeyRecord, Tagged};
use crate::time::{Millis, Seconds};
use crate::vault::{Vault, sha256};

/// The fingerprint of a key, as `ssh-keygen -lf` prints it.
pub(super) fn fingerprint(blob: &[u8]) -> String {
    format!("SHA256:{}", data_encoding::BASE64_NOPAD.encode(&sha256(blob)))
}

/// The public key as the line of a .pub file, without a comment.
fn line(record: &SshKeyRecord) -> String {
    format!("{} {}", record.algorithm, data_encoding::BASE64.encode(&record.blob))
}

/// The subject of a trail row about a key: its owner, and the key in words.
pub(super) fn subject(record: &SshKeyRecord, owner: &str) -> Subject {
    let label = if record.label.is_empty() { String::new() } else { format!(" ({})", record.label) };
    Subject::row(&record.id, &format!("{owner}: {}{label}", record.fingerprint))
}

/// A key's row for the trail.
pub(super) fn json(record: &SshKeyRecord, owner: &str) -> String {
    let mut json = serde_json::json!({
        "user": owner,
        "key_id": record.no,
        "fingerprint": record.fingerprint,
        "label": record.label,
        "state": record.state,
        "public_key": line(record),
    });
    if !record.networks.is_empty() {
        json["networks"] = record.networks.clone().into();
    }
    if let Some(end) = record.expires_at {
        json["expires_at"] = Seconds(end).rfc3339().into();
    }
    json.to_string()
}

/// Whether a key has expired.
pub(super) fn is_over(record: &SshKeyRecord, now: Millis) -> bool {
    record.expires_at.is_some_and(|end| end <= now.seconds().0)
}

/// Networks of a key's row.
pub(super) fn networks(line: &str) -> Result<Networks, HubError> {
    Networks::from_line(line).map_err(|_| unreadable("network of an SSH key"))
}

/// Whether a key still opens the desk for a user: asked in each transaction of a session that it opened.
pub(crate) fn opens(tx: &mut dyn Tx, vault: &Vault, key: &KeyUsed, user: &str, now: Millis) -> Result<bool, HubError> {
    Ok(row_tags::readable(tables::ssh_key(tx, key.no))?.is_some_and(|row| {
        row_tags::intact(vault, &row)
            && row.record.person == user
            && row.record.fingerprint == key.fingerprint
            && row.record.state == SshKeyRecord::ACTIVE
            && !is_over(&row.record, now)
    }))
}

impl Hub {
    /// Whether a key opens the desk now, if its user may.
    pub(in crate::hub) fn is_usable(&self, row: &Tagged<SshKeyRecord>) -> bool {
        let key = &row.record;
        key.state == SshKeyRecord::ACTIVE && !is_over(key, self.now()) && row_tags::intact(&self.vault, row)
    }

    /// A key as lists show it.
    pub(super) fn ssh_key_row(
        &self,
        tx: &mut dyn Tx,
        row: &Tagged<SshKeyRecord>,
        owner: &str,
    ) -> Result<SshKeyRow, HubError> {
        let key = &row.record;
        let last = tables::ssh_use(tx, &key.id)?;
        let state = match key.state.as_str() {
            _ if !row_tags::intact(&self.vault, row) => SshKeyState::Tampered,
            SshKeyRecord::ACTIVE if is_over(key, self.now()) => SshKeyState::Expired,
            SshKeyRecord::ACTIVE => SshKeyState::Active,
            _ => SshKeyState::Removed,
        };
        Ok(SshKeyRow {
            no: key.no,
            user: owner.to_owned(),
            public_key: line(key),
            fingerprint: key.fingerprint.clone(),
            label: key.label.clone(),
            networks: networks(&key.networks).unwrap_or_default(),
            expires_at: key.expires_at.map(Seconds),
            state,
            created_at: Millis(key.created_at),
            created_by: key.created_by.clone(),
            changed_at: Millis(key.changed_at),
            changed_by: key.changed_by.clone(),
            last_used: last.map(|row| LastSignIn { at: Millis(row.at), address: row.address, via: None }),
        })
    }
}
