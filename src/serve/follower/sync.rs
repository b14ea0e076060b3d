//! One look at the store and what follows from it: changes are applied, everything is loaded again, or, after a rollback,
//! only restrictions are applied.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::hub::{Drift, EffectivePolicy, Findings, Hub, HubError, StorePosition, VerifierCredential};
use crate::verify::Entry;

use crate::serve::follower::health::StoreState;
use crate::serve::follower::load::entries;
use crate::serve::follower::row_audit::AuditResult;
use crate::serve::follower::{Follower, log_tampered_settings, rollback};

/// The head is read at least this often, even if nothing seems to have changed: a database that cannot be read must show.
const MAX_HEAD_INTERVAL: Duration = Duration::from_secs(5);

/// How often it is checked that a server's database can be opened again. A file may be replaced at any time; a connection
/// leads to the database that it was made to, and the driver compares the schema meanwhile.
const SERVER_OPEN_INTERVAL: Duration = Duration::from_secs(30);

/// Rows of one step of the audit: a fraction of a millisecond, for which a response may have to wait.
const AUDIT_ROWS: usize = 50;

impl Follower {
    pub(super) fn poll(&mut self) -> Result<StoreState, HubError> {
        let hub = self.hub.current();
        let may_have_changed = match hub.feed().may_have_changed() {
            Ok(stirred) => stirred,
            // The file was replaced or removed: what is there now has to be opened.
            Err(_) => return self.reopen(),
        };
        if may_have_changed {
            self.audit.store_may_have_changed();
        }
        // The schema may be another than this handle knows, as after a step of a newer desk: what is there now has to be opened.
        if self.check_integrity(&hub, may_have_changed).is_err() {
            return self.reopen();
        }
        let open_checks = if self.places.store.file().is_some() { MAX_HEAD_INTERVAL } else { SERVER_OPEN_INTERVAL };
        if self.open_checked_at.elapsed() >= open_checks {
            self.open_checked_at = Instant::now();
            // This handle may belong to files that were removed, or to another schema. And in a store that no desk can open,
            // no Administrator can revoke.
            if !hub.feed().is_fresh()? {
                return self.reopen();
            }
            self.open_hub()?;
        }
        let current = self.verifier.health.is_current() && hub.feed().reopened() == self.reopened;
        if !may_have_changed && self.head_read_at.elapsed() < MAX_HEAD_INTERVAL && current {
            self.audit_rows(&hub)?;
            return Ok(self.store_state());
        }
        // If another desk's store is in the same file, our keys do not open its head.
        let Ok(found) = hub.feed().drift(&self.state.position) else { return self.reopen() };
        self.head_read_at = Instant::now();
        self.synchronize(&hub, found)
    }

    /// The state of a store that continues from where it was, unless it went back while it was loaded.
    fn store_state(&self) -> StoreState {
        match self.state.rolled_back_to {
            _ if self.state.integrity.is_altered() => StoreState::Altered,
            Some(_) => StoreState::RolledBack,
            None => StoreState::Current,
        }
    }

    /// Checks everything beside the credentials, if that is due.
    fn check_integrity(&mut self, hub: &Hub, may_have_changed: bool) -> Result<(), HubError> {
        if self.state.integrity.check_is_due(may_have_changed) {
            self.state.integrity.check(hub)?;
        }
        self.verifier.health.set_integrity(&self.state.integrity);
        Ok(())
    }

    /// Brings the snapshot up to date with the store.
    fn synchronize(&mut self, hub: &Hub, (since, now): (Drift, StorePosition)) -> Result<StoreState, HubError> {
        match since {
            // The newest copy is back: restrictions of the older one no longer count.
            Drift::Same | Drift::Changed
                if self.state.rolled_back_to.is_some() || self.verifier.health.is_below_mark() =>
            {
                self.reload(hub)?;
            }
            // Secrets that had expired while the clock was ahead work again.
            Drift::Same | Drift::Changed if self.clock_step.stepped_back() => {
                tracing::warn!("the clock was set back: everything is loaded anew");
                self.reload(hub)?;
            }
            Drift::Same | Drift::Changed if hub.feed().reopened() != self.reopened => {
                tracing::warn!("the database was not what it was when it was opened: everything is loaded anew");
                self.reopened = hub.feed().reopened();
                self.reload(hub)?;
            }
            Drift::Same | Drift::Changed if self.state.integrity.is_altered() => {
                self.apply_recorded_restrictions(hub)?;
                if self.state.integrity.may_reload() {
                    self.reload(hub)?;
                }
            }
            // The position is taken over all the same: the trail may have grown, and a rollback of it must show.
            Drift::Same => {
                self.state.position = now;
                // Settings that are changed outside keydesk raise no change number.
                self.follow_settings(hub)?;
            }
            Drift::Changed => self.follow_commit(hub)?,
            Drift::Anew => {
                self.state.policy = self.state.policy.after_reset();
                self.reload(hub)?;
            }
            Drift::Another => {
                // The settings of the other desk say nothing about this one.
                self.state.policy = EffectivePolicy::default();
                self.reload(hub)?;
            }
            // Nothing newer is known, so nobody is answered and there is nothing to restrict.
            Drift::WentBack if self.verifier.health.is_below_mark() => return Ok(StoreState::BelowMark),
            Drift::WentBack => {
                self.restrict_to_rolled_back(hub)?;
                return Ok(StoreState::RolledBack);
            }
        }
        Ok(self.store_state())
    }

    /// Loads everything again, and records whether it matches the head.
    fn reload(&mut self, hub: &Hub) -> Result<(), HubError> {
        let loaded = self.load_all(hub);
        self.last_load_succeeded = loaded.is_ok();
        let matches = loaded?;
        self.state.integrity.set_altered(!matches);
        self.state.integrity.check(hub)?;
        self.verifier.health.set_integrity(&self.state.integrity);
        Ok(())
    }

    fn follow_commit(&mut self, hub: &Hub) -> Result<(), HubError> {
        self.follow_settings(hub)?;
        if self.apply_changes(hub)? {
            return Ok(());
        }
        // Restrictions in the trail apply at once, whether the rows can be read or not.
        self.state.integrity.set_altered(true);
        self.apply_recorded_restrictions(hub)?;
        self.reload(hub)
    }

    fn follow_settings(&mut self, hub: &Hub) -> Result<(), HubError> {
        let policy = hub.feed().policy(&self.state.policy)?;
        if policy != self.state.policy {
            self.apply_settings(policy);
        }
        Ok(())
    }

    pub(super) fn apply_settings(&mut self, policy: EffectivePolicy) {
        if policy.tampered != self.state.policy.tampered {
            log_tampered_settings(&policy);
        }
        self.verifier.apply_policy(&policy);
        self.state.policy = policy;
    }

    /// Applies the restrictions of a store that was rolled back.
    pub(super) fn restrict_to_rolled_back(&mut self, hub: &Hub) -> Result<(), HubError> {
        let since = self.state.rolled_back_to.as_ref().map(|before| hub.feed().drift(before)).transpose()?;
        let before = self.verifier.snapshot.load_full();
        let restricted = move |run: Vec<VerifierCredential>| {
            let restrict = |old: Entry| rollback::restrict_only(before.entry(old.kind, &old.key)?, &old);
            entries(run).into_iter().filter_map(restrict).collect::<Vec<_>>()
        };
        let (position, restrictions) = match (&self.state.rolled_back_to, since) {
            (Some(_), Some((Drift::Same, now))) => (now, Vec::new()),
            (Some(older), Some((Drift::Changed, _))) => {
                let (credentials, position) = hub.feed().changes(older, &mut self.state.findings)?;
                (position, restricted(credentials))
            }
            _ => {
                let (position, restrictions, findings) = self.on_own_thread(hub, move |hub| {
                    let (mut findings, mut restrictions) = (Findings::default(), Vec::new());
                    let read =
                        hub.feed().load_scanned(&mut findings, &mut |run| restrictions.extend(restricted(run)))?;
                    Ok((read.mark, restrictions, findings))
                })?;
                self.state.findings.append(findings);
                (position, restrictions)
            }
        };
        self.state.rolled_back_to = Some(position);
        if !restrictions.is_empty() {
            tracing::warn!(
                credentials = restrictions.len(),
                "the store that went back takes away, and is followed in that"
            );
            self.apply_entries(restrictions)?;
        }
        Ok(())
    }

    /// Audits the next rows. Only tampering changes the snapshot: a row that looks right again may be an older copy, and is
    /// believed once the desk changes it or everything is loaded again.
    fn audit_rows(&mut self, hub: &Hub) -> Result<(), HubError> {
        let began = Instant::now();
        let Some(after) = self.audit.next_start().map(str::to_owned) else { return Ok(()) };
        let (credentials, next) =
            hub.feed().check_batch(&after, AUDIT_ROWS, &self.state.tampered, &mut self.state.findings)?;
        let snapshot = self.verifier.snapshot.load_full();
        match self.audit.record((&credentials, next), began, &snapshot, &self.state.position) {
            AuditResult::Nothing => Ok(()),
            AuditResult::Tampered => {
                let is_new = |credential: &VerifierCredential| {
                    credential.tampered && !self.state.tampered.contains(&credential.id)
                };
                let found: Vec<_> = credentials.into_iter().filter(is_new).collect();
                tracing::error!(credentials = found.len(), "changed outside keydesk (tampered), and refused");
                self.apply_entries(entries(found))
            }
            AuditResult::Altered if self.state.integrity.is_altered() || !self.state.integrity.may_reload() => Ok(()),
            AuditResult::Altered => {
                tracing::error!("a row is older than it was, or is not there any more: everything is loaded anew");
                self.reload(hub)
            }
        }
    }

    /// Opens the database that is there now.
    fn reopen(&mut self) -> Result<StoreState, HubError> {
        let hub = Arc::new(self.open_hub()?);
        let found = hub.feed().drift(&self.state.position)?;
        self.reopened = hub.feed().reopened();
        let continues = matches!(found.0, Drift::Same | Drift::Changed);
        let state = self.synchronize(&hub, found)?;
        // The old handle may have read from other files.
        if continues && !self.state.integrity.is_altered() {
            self.reload(&hub)?;
        }
        self.hub.replace(hub);
        Ok(state)
    }
}
