//! Loading everything again, however long it takes. Meanwhile the old snapshot goes on answering and following the store,
//! so that no response is older than usual.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use uuid::Uuid;

use crate::hub::{Drift, Hub, HubError, OpenOutcome, Policy};
use crate::verify::{Change, Entry, Snapshot};

use crate::serve::follower::health::StoreState;
use crate::serve::follower::load::{self, Loaded, TamperedIds, entries};
use crate::serve::follower::rollback;
use crate::serve::follower::{Follower, POLL_INTERVAL};
use crate::serve::process::fault_injection;

impl Follower {
    /// Loads everything beside the snapshot in use, and replaces that if the result matches the head of the store. Returns
    /// whether it matches.
    pub(super) fn load_all(&mut self, hub: &Hub) -> Result<bool, HubError> {
        let began = Instant::now();
        fault_injection::panic_if_asked("load");
        let policy = hub.feed().policy(&self.state.policy)?;
        let mut loaded = self.load_on_thread(hub, &policy.policy)?;
        // The new snapshot must not lack changes that the old one has by now.
        let (drift, looked) = loop {
            let looked = Instant::now();
            let drift = hub.feed().drift(&loaded.position)?.0;
            if drift != Drift::Changed {
                break (drift, looked);
            }
            let (credentials, position) = hub.feed().changes(&loaded.position, &mut loaded.findings)?;
            let mut entries = entries(credentials);
            entries.iter().for_each(|entry| _ = loaded.unnamed.remove(&entry.row.to_string()));
            loaded.snapshot = put(&loaded.snapshot, &mut entries, &mut loaded.tampered)?;
            loaded.position = position;
        };
        self.state.integrity.record_load(began.elapsed());
        // It may have gone back in the meantime, and what was read is that: taken over, nothing would show it any more.
        if hub.feed().drift(&self.state.position)?.0 == Drift::WentBack {
            self.restrict_to_rolled_back(hub)?;
            return Ok(!self.state.integrity.is_altered());
        }
        let matches = loaded.matches_head();
        let closed = self.verifier.health.is_closed_by_tampering();
        if !matches && !closed {
            self.restrict_to_rows(hub, loaded)?;
            return Ok(false);
        }
        // This handle may be from a time when the account had another name.
        let now = self.open_hub()?;
        let Loaded { snapshot, tampered, findings, position, timings, unnamed, index_incomplete } = loaded;
        tracing::info!(
            credentials = snapshot.len(),
            milliseconds = timings.all.as_millis() as u64,
            whole = matches,
            "loaded"
        );
        self.verifier.replace(snapshot, tampered.len());
        if drift == Drift::Same {
            self.verifier.health.record_readable(looked);
        }
        self.apply_settings(policy);
        if now.account_is_intact() {
            self.verifier.set_account(now.account());
        }
        self.verifier.health.set_below_mark(false);
        (self.state.tampered, self.state.position, self.state.rolled_back_to) = (tampered, position, None);
        self.state.unnamed = unnamed;
        self.state.integrity.set_index_incomplete(index_incomplete);
        self.state.findings.append(findings);
        self.clock_step.reset();
        self.audit.restart();
        Ok(matches)
    }

    /// Applies the restrictions of a store that does not match its head: those of its rows, and those of its trail.
    fn restrict_to_rows(&mut self, hub: &Hub, loaded: Loaded) -> Result<(), HubError> {
        let before = self.verifier.snapshot.load_full();
        let mut restricted: HashMap<Uuid, Entry> = HashMap::new();
        for known in before.credentials().filter(|known| !known.tampered()) {
            let now = loaded.snapshot.find(known.kind(), known.key()).filter(|now| now.row() == known.row());
            let restriction = match now {
                Some(now) if now.term() == known.term() && !now.tampered() => None,
                Some(now) => rollback::restrict_only(known.entry(), &now.entry()),
                // The row is gone, or has another key.
                None => {
                    let mut entry = known.entry();
                    load::mark_tampered(&mut entry);
                    Some(entry)
                }
            };
            restricted.extend(restriction.map(|entry| (entry.row, entry)));
        }
        if !restricted.is_empty() {
            tracing::warn!(credentials = restricted.len(), "what the rows of an altered store take away is followed");
            self.apply_entries(restricted.into_values().collect())?;
        }
        self.state.findings.append(loaded.findings);
        self.apply_recorded_restrictions(hub)
    }

    /// Applies the restrictions that the trail of an altered store records. If the trail is broken, nobody knows what was
    /// revoked.
    pub(super) fn apply_recorded_restrictions(&mut self, hub: &Hub) -> Result<(), HubError> {
        let recorded = hub.feed().restrictions(&self.state.position)?;
        self.state.integrity.set_trail_broken(recorded.is_none());
        self.verifier.health.set_integrity(&self.state.integrity);
        let recorded = recorded.unwrap_or_default();
        let ids: HashSet<_> = recorded.iter().map(|taken| taken.id).collect();
        let before = self.verifier.snapshot.load_full();
        let mut restricted: HashMap<Uuid, Entry> = before
            .credentials()
            .filter(|known| ids.contains(&known.row()))
            .map(|known| (known.row(), known.entry()))
            .collect();
        for taken in &recorded {
            restricted.entry(taken.id).and_modify(|entry| rollback::apply_recorded_restriction(entry, taken));
        }
        if !restricted.is_empty() {
            self.apply_entries(restricted.into_values().collect())?;
        }
        Ok(())
    }

    fn load_on_thread(&mut self, hub: &Hub, policy: &Policy) -> Result<Loaded, HubError> {
        let (two, policy) = (self.open_hub()?, policy.clone());
        self.on_own_thread(hub, move |one| load::load(&one, Some(&two), &policy))
    }

    /// Does long work on another thread, with a handle of its own, because a handle that reads everything can read nothing
    /// else. Meanwhile this thread goes on polling the store.
    pub(super) fn on_own_thread<T: Send + 'static>(
        &mut self,
        hub: &Hub,
        work: impl FnOnce(Hub) -> Result<T, HubError> + Send + 'static,
    ) -> Result<T, HubError> {
        let (own, done, follower) = (self.open_hub()?, Arc::new(AtomicBool::new(false)), thread::current());
        let finished = done.clone();
        let work = move || {
            fault_injection::delay_if_asked("load");
            let result = work(own);
            finished.store(true, Ordering::Release);
            follower.unpark();
            result
        };
        let spawned = thread::Builder::new().name("load".to_owned()).spawn(work);
        let working = spawned.map_err(|why| HubError::Failed(why.to_string()))?;
        while !done.load(Ordering::Acquire) && !working.is_finished() {
            if self.stop.load(Ordering::Relaxed) {
                return Err(HubError::Failed("The verifier is stopping.".to_owned()));
            }
            self.poll_while_loading(hub);
            thread::park_timeout(POLL_INTERVAL);
        }
        working.join().unwrap_or_else(|_| Err(HubError::Failed("A thread that read the store died.".to_owned())))
    }

    /// Opens the desk that is there now.
    pub(super) fn open_hub(&self) -> Result<Hub, HubError> {
        match Hub::open(&self.places, self.clock.clone())? {
            OpenOutcome::Ready(hub) => Ok(hub),
            OpenOutcome::New => Err(HubError::Unavailable("The database is gone. Put it back.".to_owned())),
        }
    }

    /// Looks at the store during a load. Changes are followed; after a rollback there is nothing to follow before the load is
    /// done.
    fn poll_while_loading(&mut self, hub: &Hub) {
        self.verifier.drop_retired();
        let looked = Instant::now();
        let readable = match hub.feed().drift(&self.state.position) {
            Ok((Drift::Same | Drift::Anew | Drift::Another | Drift::WentBack, _)) => true,
            Ok((Drift::Changed, _)) if self.state.integrity.is_altered() => true,
            Ok((Drift::Changed, _)) => {
                let applied = self.apply_changes(hub);
                if applied.as_ref().is_ok_and(|matches| *matches) && self.verifier.health.is_current() {
                    self.verifier.health.followed.record(&StoreState::Current, self.state.position.number());
                }
                applied.is_ok()
            }
            Err(_) => false,
        };
        if readable && self.last_load_succeeded {
            self.verifier.health.record_readable(looked);
        }
        self.maintain();
    }

    /// Applies the changes since the last look, if the result matches the head of the store; returns whether it does. If it
    /// does not, some row is missing, is an older copy, or is hidden by an index.
    pub(super) fn apply_changes(&mut self, hub: &Hub) -> Result<bool, HubError> {
        let (credentials, position) = hub.feed().changes(&self.state.position, &mut self.state.findings)?;
        let (mut entries, mut tampered) = (entries(credentials), self.state.tampered.clone());
        let mut unnamed = self.state.unnamed.clone();
        entries.iter().for_each(|entry| _ = unnamed.remove(&entry.row.to_string()));
        let before = self.verifier.snapshot.load_full();
        let after = put(&before, &mut entries, &mut tampered)?;
        if !load::matches_head(&after, &unnamed, &position) {
            return Ok(false);
        }
        self.audit.snapshot_changed(&before, &entries);
        (self.state.tampered, self.state.unnamed, self.state.position) = (tampered, unnamed, position);
        self.replace(after, entries.len());
        Ok(true)
    }

    fn replace(&mut self, after: Snapshot, changed: usize) {
        self.verifier.replace(after, self.state.tampered.len());
        self.verifier.metrics.changes.fetch_add(changed as u64, Ordering::Relaxed);
        tracing::debug!(credentials = changed, "changes applied");
    }

    /// Puts credentials into the snapshot.
    pub(super) fn apply_entries(&mut self, mut entries: Vec<Entry>) -> Result<(), HubError> {
        let before = self.verifier.snapshot.load_full();
        let after = put(&before, &mut entries, &mut self.state.tampered)?;
        self.audit.snapshot_changed(&before, &entries);
        self.replace(after, entries.len());
        Ok(())
    }
}

/// A snapshot with these entries; updates which credentials are tampered.
fn put(before: &Snapshot, entries: &mut [Entry], tampered: &mut TamperedIds) -> Result<Snapshot, HubError> {
    let changes = |entries: &[Entry]| before.apply(&entries.iter().map(Change::Put).collect::<Vec<_>>());
    let after = match changes(entries) {
        Ok(after) => after,
        Err(_) => {
            // One of them does not fit into a snapshot: it is found by trying each alone, and refused.
            let fits = |entry: &Entry| before.apply(&[Change::Put(entry)]).is_ok();
            entries.iter_mut().filter(|entry| !fits(entry)).for_each(load::mark_tampered);
            changes(entries).map_err(|why| HubError::Failed(why.to_string()))?
        }
    };
    for entry in entries.iter() {
        match entry.tampered {
            true => tampered.insert(entry.row),
            false => tampered.remove(&entry.row),
        };
    }
    Ok(after)
}
