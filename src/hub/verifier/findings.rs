//! Tampering findings on their way into the trail. Callers refuse first and record afterwards: writing to the trail has
//! to wait for the store's lock, and until then nobody may use what was changed.

use std::collections::VecDeque;

use crate::hub::audit::action;
use crate::hub::tx::entry::{Author, Subject};
use crate::hub::{Feed, HubError, Origin};

/// Limit on the findings that wait for the trail: a whole table changed is one finding, not a million.
const MOST: usize = 100;

/// A credential that is not to be trusted.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) id: String,
    pub(super) what: String,
}

/// Credentials with a wrong tag that the trail does not have yet.
#[derive(Debug, Default)]
pub struct Findings(VecDeque<Finding>);

impl Findings {
    /// Appends the findings of another.
    pub fn append(&mut self, other: Self) {
        self.extend(other.0);
    }

    pub(super) fn extend(&mut self, found: impl IntoIterator<Item = Finding>) {
        let room = MOST.saturating_sub(self.0.len());
        self.0.extend(found.into_iter().take(room));
    }
}

impl Feed<'_> {
    /// Records the findings in the trail. Stops at the first that cannot be written: it and the others wait for the
    /// next call.
    pub fn record_findings(self, findings: &mut Findings) {
        while let Some(Finding { id, what }) = findings.0.front() {
            if self.note(Subject::row(id, what), "verify (tampered)").is_err() {
                return;
            }
            findings.0.pop_front();
        }
    }

    /// A row of the trail about something with a wrong tag.
    pub(in crate::hub) fn note(self, subject: Subject, asked: &str) -> Result<(), HubError> {
        let after = serde_json::json!({ "asked": asked }).to_string();
        let author = Author::nobody(&Origin::default());
        self.hub.write_refusal(author, action::TAMPERED, subject.changed(None, Some(after)), asked)
    }
}
