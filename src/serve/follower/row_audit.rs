//! The audit of all rows that follows every commit: a row that is changed outside keydesk raises no change number. Each look
//! at the store audits a few rows, and compares them with the snapshot.

use std::time::{Duration, Instant};

use crate::hub::{StorePosition, VerifierCredential};
use crate::vault::Sum;
use crate::verify::{Entry, Snapshot};

/// The audit gets one part in so many of a core. Last uses are commits too, so on a desk in use it never ends.
const SHARE: u32 = 100;

/// Progress of the audit.
#[derive(Debug, Default)]
pub(super) struct RowAudit {
    paused_until: Option<Instant>,
    /// The last id that was audited; `None` if no audit is under way.
    after: Option<String>,
    /// Something was committed since it started.
    restart_at_end: bool,
    /// Sum of the snapshot's terms for the rows that were audited.
    visited: Sum,
}

/// The result of one step.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum AuditResult {
    /// Nothing new.
    Nothing,
    /// Some have wrong tags.
    Tampered,
    /// A row is older than the snapshot's, or unknown, or missing.
    Altered,
}

impl RowAudit {
    pub(super) fn store_may_have_changed(&mut self) {
        match self.after {
            None => self.restart(),
            Some(_) => self.restart_at_end = true,
        }
    }

    /// Starts from the first row.
    pub(super) fn restart(&mut self) {
        (self.after, self.visited) = (Some(String::new()), Sum::default());
    }

    /// Time until the next step is due; `None` if no audit is under way.
    pub(super) fn until_next(&self) -> Option<Duration> {
        self.after.as_ref()?;
        Some(self.paused_until.map_or(Duration::ZERO, |at| at.saturating_duration_since(Instant::now())))
    }

    /// The id after which the next step starts, if it is due.
    pub(super) fn next_start(&self) -> Option<&str> {
        let rested = self.paused_until.is_none_or(|at| at <= Instant::now());
        self.after.as_deref().filter(|_| rested)
    }

    /// The snapshot is about to get these entries, and with them other terms for rows that were audited already.
    pub(super) fn snapshot_changed(&mut self, before: &Snapshot, entries: &[Entry]) {
        let Some(after) = &self.after else { return };
        for entry in entries.iter().filter(|entry| entry.row.to_string() <= *after) {
            if let Some(known) = before.find(entry.kind, &entry.key) {
                self.visited.remove(known.term());
            }
            self.visited.add(entry.term);
        }
    }

    /// Evaluates a step that started at `began` and ended with the id `to`; `None` is the end of the table.
    pub(super) fn record(
        &mut self,
        (credentials, to): (&[VerifierCredential], Option<String>),
        began: Instant,
        snapshot: &Snapshot,
        position: &StorePosition,
    ) -> AuditResult {
        let mut found = AuditResult::Nothing;
        for credential in credentials {
            let known = snapshot.find(credential.kind, &credential.key).filter(|known| known.row() == credential.id);
            // Written by a change that is about to be followed.
            let is_later = position.is_before(credential.change) && !credential.tampered;
            match known {
                Some(known) => {
                    self.visited.add(known.term());
                    if known.term() != credential.term && !is_later && !known.tampered() {
                        found = AuditResult::Altered;
                    } else if credential.tampered && !known.tampered() && found == AuditResult::Nothing {
                        found = AuditResult::Tampered;
                    }
                }
                None if is_later => {}
                None => found = AuditResult::Altered,
            }
        }
        self.paused_until = Some(Instant::now() + began.elapsed() * SHARE);
        if to.is_none() && self.visited != snapshot.sum() {
            found = AuditResult::Altered;
        }
        let ended = to.is_none();
        self.after = to;
        if ended && std::mem::take(&mut self.restart_at_end) {
            self.restart();
        }
        found
    }
}
