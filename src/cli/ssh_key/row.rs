//! SSH keys as rows of a table and as JSON.

use serde::Serialize;

use crate::cli::output::Listed;
use crate::hub::SshKeyRow;
use crate::time::{Millis, Seconds};

#[derive(Serialize)]
struct SshKeyJson<'a> {
    key_id: i64,
    user: &'a str,
    fingerprint: &'a str,
    algorithm: &'a str,
    label: &'a str,
    networks: Vec<String>,
    expires_at: Option<String>,
    state: &'static str,
    created_at: String,
    created_by: &'a str,
    changed_at: String,
    changed_by: &'a str,
    last_used_at: Option<String>,
    last_used_from: Option<&'a str>,
    public_key: &'a str,
}

impl Listed for SshKeyRow {
    const TITLES: &'static [&'static str] =
        &["USER", "FINGERPRINT", "LABEL", "STATE", "NETWORKS", "EXPIRES (UTC)", "LAST USED (UTC)", "FROM"];

    fn cells(&self, _now: Millis) -> Vec<String> {
        let some = |text: Option<String>, none: &str| text.filter(|text| !text.is_empty()).unwrap_or(none.to_owned());
        let last = self.last_used.as_ref();
        vec![
            self.user.clone(),
            self.fingerprint.clone(),
            some(Some(self.label.clone()), "-"),
            self.state.as_str().to_owned(),
            some(Some(self.networks.to_string()), "any"),
            some(self.expires_at.map(|end| end.millis().utc("%Y-%m-%d %H:%M")), "never"),
            some(last.map(|last| last.at.utc("%Y-%m-%d %H:%M")), "never"),
            some(last.and_then(|last| last.address.clone()), "-"),
        ]
    }

    fn json(&self, _now: Millis) -> impl Serialize {
        let last = self.last_used.as_ref();
        SshKeyJson {
            key_id: self.no,
            user: &self.user,
            fingerprint: &self.fingerprint,
            algorithm: self.algorithm(),
            label: &self.label,
            networks: self.networks.iter().map(ToString::to_string).collect(),
            expires_at: self.expires_at.map(Seconds::rfc3339),
            state: self.state.as_str(),
            created_at: self.created_at.rfc3339(),
            created_by: &self.created_by,
            changed_at: self.changed_at.rfc3339(),
            changed_by: &self.changed_by,
            last_used_at: last.map(|last| last.at.rfc3339()),
            last_used_from: last.and_then(|last| last.address.as_deref()),
            public_key: &self.public_key,
        }
    }
}
