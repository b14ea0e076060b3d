//! Loading everything anew, however long it takes: meanwhile what is there goes on answering, and goes on following the
//! store, so that nothing it answers is older than else.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Instant,
};

use uuid::Uuid;

use crate::hub::{Fed, Hub, HubError, Policy, Since, Start};
use crate::verify::{Change, Entry, Snapshot};

use super::{
    load::{self, Loaded, Tampered},
    mischief, older,
    refresh::{EVERY, Refresh},
};

impl Refresh {
    /// Loads everything anew, beside the snapshot that goes on answering, and takes it if it is what the head of the store
    /// tells of. Says whether it is.
    pub(super) fn load(&mut self, hub: &Hub) -> Result<bool, HubError> {
        let began = Instant::now();
        mischief::begins("load");
        let followed = hub.feed().policy(&self.known.followed)?;
        let mut loaded = self.load_beside(hub, &followed.policy)?;
        // What the snapshot of before knows by now the new one must know when it takes its place.
        while hub.feed().since(&loaded.mark)?.0 == Since::Changed {
            let (fed, mark) = hub.feed().changes(&loaded.mark, &mut loaded.findings)?;
            let mut entries = entries(fed);
            entries.iter().for_each(|entry| _ = loaded.unnamed.remove(&entry.row.to_string()));
            loaded.snapshot = put(&loaded.snapshot, &mut entries, &mut loaded.tampered)?;
            loaded.mark = mark;
        }
        self.known.trust.loaded(began.elapsed());
        let whole = loaded.is_whole();
        let closed = self.verifier.health.is_closed_by_trust();
        if !whole && !closed {
            self.take_from(hub, loaded)?;
            return Ok(false);
        }
        // This handle may be of a time when the account had another name.
        let now = self.another()?;
        let Loaded { snapshot, tampered, findings, mark, phases, unnamed, index_lies } = loaded;
        tracing::info!(credentials = snapshot.len(), milliseconds = phases.all.as_millis() as u64, whole, "loaded");
        self.verifier.replace(snapshot, tampered.len());
        self.settle(followed);
        if now.account_is_intact() {
            self.verifier.of_account(now.account());
        }
        self.verifier.health.set_behind(false);
        (self.known.tampered, self.known.mark, self.known.older) = (tampered, mark, None);
        self.known.unnamed = unnamed;
        self.known.trust.index(index_lies);
        self.known.findings.append(findings);
        self.pace.loaded();
        self.audit.begin_again();
        Ok(whole)
    }

    /// Of a store that is not what its head tells of, takes what it takes away: by its rows, and by its trail.
    fn take_from(&mut self, hub: &Hub, loaded: Loaded) -> Result<(), HubError> {
        let before = self.verifier.snapshot.load_full();
        let mut less: HashMap<Uuid, Entry> = HashMap::new();
        for known in before.credentials().filter(|known| !known.tampered()) {
            let now = loaded.snapshot.find(known.kind(), known.key()).filter(|now| now.row() == known.row());
            let taken = match now {
                Some(now) if now.term() == known.term() && !now.tampered() => None,
                Some(now) => older::less(known.entry(), &now.entry()),
                // A row that is gone, or calls itself something else by now.
                None => {
                    let mut entry = known.entry();
                    load::refuse(&mut entry);
                    Some(entry)
                }
            };
            less.extend(taken.map(|entry| (entry.row, entry)));
        }
        if !less.is_empty() {
            tracing::warn!(credentials = less.len(), "what the rows of an altered store take away is followed");
            self.put(less.into_values().collect())?;
        }
        self.known.findings.append(loaded.findings);
        self.take_told(hub)
    }

    /// Of a store that is not what its head tells of, takes what its trail says was taken away. A trail that is not whole
    /// says nothing: then nobody knows what was revoked.
    pub(super) fn take_told(&mut self, hub: &Hub) -> Result<(), HubError> {
        let told = hub.feed().taken(&self.known.mark)?;
        self.known.trust.blind(told.is_none());
        self.verifier.health.trust(&self.known.trust);
        let told = told.unwrap_or_default();
        let ids: HashSet<_> = told.iter().map(|taken| taken.id).collect();
        let before = self.verifier.snapshot.load_full();
        let mut less: HashMap<Uuid, Entry> = before
            .credentials()
            .filter(|known| ids.contains(&known.row()))
            .map(|known| (known.row(), known.entry()))
            .collect();
        for taken in &told {
            less.entry(taken.id).and_modify(|entry| older::take_told(entry, taken));
        }
        if !less.is_empty() {
            self.put(less.into_values().collect())?;
        }
        Ok(())
    }

    fn load_beside(&mut self, hub: &Hub, policy: &Policy) -> Result<Loaded, HubError> {
        let (two, policy) = (self.another()?, policy.clone());
        self.beside(hub, move |one| load::load(&one, Some(&two), &policy))
    }

    /// Does what takes long on a thread of its own, with a handle of its own: one that reads everything can look at nothing
    /// else. Meanwhile this thread keeps the store in sight.
    pub(super) fn beside<T: Send + 'static>(
        &mut self,
        hub: &Hub,
        work: impl FnOnce(Hub) -> Result<T, HubError> + Send + 'static,
    ) -> Result<T, HubError> {
        let (own, done, follower) = (self.another()?, Arc::new(AtomicBool::new(false)), thread::current());
        let told = done.clone();
        let work = move || {
            mischief::delays("load");
            let result = work(own);
            told.store(true, Ordering::Release);
            follower.unpark();
            result
        };
        let spawned = thread::Builder::new().name("load".to_owned()).spawn(work);
        let working = spawned.map_err(|why| HubError::Failed(why.to_string()))?;
        while !done.load(Ordering::Acquire) && !working.is_finished() {
            if self.stop.load(Ordering::Relaxed) {
                return Err(HubError::Failed("The verifier is stopping.".to_owned()));
            }
            self.watch(hub);
            thread::park_timeout(EVERY);
        }
        working.join().unwrap_or_else(|_| Err(HubError::Failed("A thread that read the store died.".to_owned())))
    }

    /// The desk that is there now.
    pub(super) fn another(&self) -> Result<Hub, HubError> {
        match Hub::open(&self.places, self.clock.clone())? {
            Start::Ready(hub) => Ok(hub),
            Start::New => Err(HubError::Unavailable("The database is gone. Put it back.".to_owned())),
        }
    }

    /// Looks at the store while everything is read. What changed in it is followed; of one that was put back there is nothing
    /// to follow before it is read.
    fn watch(&mut self, hub: &Hub) {
        self.verifier.let_go();
        let seen = match hub.feed().since(&self.known.mark) {
            Ok((Since::Same | Since::Anew | Since::Another | Since::WentBack, _)) => true,
            Ok((Since::Changed, _)) if self.known.trust.is_altered() => true,
            Ok((Since::Changed, _)) => self.follow_changes(hub).is_ok(),
            Err(_) => false,
        };
        if seen && self.glimpses {
            self.verifier.health.glimpsed();
        }
        self.tidy();
    }

    /// Puts what changed into the shards that hold it, if that comes to what the head of the store tells of; says whether
    /// it does. If not, some row is not there, is an older one, or is not led to by an index.
    pub(super) fn follow_changes(&mut self, hub: &Hub) -> Result<bool, HubError> {
        let (fed, mark) = hub.feed().changes(&self.known.mark, &mut self.known.findings)?;
        let (mut entries, mut tampered) = (entries(fed), self.known.tampered.clone());
        let mut unnamed = self.known.unnamed.clone();
        entries.iter().for_each(|entry| _ = unnamed.remove(&entry.row.to_string()));
        let before = self.verifier.snapshot.load_full();
        let after = put(&before, &mut entries, &mut tampered)?;
        if !load::is_whole(&after, &unnamed, &mark) {
            return Ok(false);
        }
        self.audit.moved(&before, &entries);
        (self.known.tampered, self.known.unnamed, self.known.mark) = (tampered, unnamed, mark);
        self.replace(after, entries.len());
        Ok(true)
    }

    fn replace(&mut self, after: Snapshot, changed: usize) {
        self.verifier.replace(after, self.known.tampered.len());
        self.verifier.metrics.changes.fetch_add(changed as u64, Ordering::Relaxed);
        tracing::debug!(credentials = changed, "changes applied");
    }

    /// Puts credentials into the shards that hold them.
    pub(super) fn put(&mut self, mut entries: Vec<Entry>) -> Result<(), HubError> {
        let before = self.verifier.snapshot.load_full();
        let after = put(&before, &mut entries, &mut self.known.tampered)?;
        self.audit.moved(&before, &entries);
        self.replace(after, entries.len());
        Ok(())
    }
}

/// As a snapshot keeps them.
pub(super) fn entries(fed: Vec<Fed>) -> Vec<Entry> {
    fed.into_iter().map(load::entry).collect()
}

/// A snapshot with these in it, and which of them are tampered.
fn put(before: &Snapshot, entries: &mut [Entry], tampered: &mut Tampered) -> Result<Snapshot, HubError> {
    let changes = |entries: &[Entry]| before.apply(&entries.iter().map(Change::Put).collect::<Vec<_>>());
    let after = match changes(entries) {
        Ok(after) => after,
        Err(_) => {
            // One of them cannot be held: found one by one, and refused.
            let lone = |entry: &Entry| before.apply(&[Change::Put(entry)]).is_ok();
            entries.iter_mut().filter(|entry| !lone(entry)).for_each(load::refuse);
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
