//! Loads a snapshot from the store, on two threads.

use std::collections::{HashMap, HashSet};
use std::sync::{Barrier, Mutex, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::hub::{
    Findings, Hub, HubError, IdRange, LoadSummary, Policy, ReadAgreement, StorePosition, VerifierCredential,
    VerifierSecret,
};
use crate::vault::Term;
use crate::verify::{Builder, Entry, LiveSecret, Snapshot, SnapshotError};

/// Credentials with a wrong tag.
pub type TamperedIds = HashSet<Uuid>;

/// Terms of the sum for rows too damaged to be named, by id.
pub type UnnamedRows = HashMap<String, Term>;

/// The result of loading everything.
pub struct Loaded {
    /// All credentials, packed and indexed by key.
    pub snapshot: Snapshot,
    /// Durations of its parts.
    pub timings: SnapshotTimings,
    pub(in crate::serve) tampered: TamperedIds,
    /// Findings that are not in the trail yet.
    pub(in crate::serve) findings: Findings,
    pub(in crate::serve) position: StorePosition,
    /// Rows too damaged to be named.
    pub(in crate::serve) unnamed: UnnamedRows,
    /// An index does not lead to every row; the table has them.
    pub(in crate::serve) index_incomplete: bool,
}

/// Durations of the parts of a load; of two threads, that of the slower one.
#[derive(Clone, Copy, Debug, Default)]
pub struct SnapshotTimings {
    /// Reading rows and checking their tags.
    pub reading: Duration,
    /// Decrypting secrets.
    pub opening: Duration,
    /// Packing credentials and making the index of their keys.
    pub indexing: Duration,
    /// From the first look to the finished snapshot.
    pub all: Duration,
}

/// The result of one thread.
struct PartLoader {
    builder: Builder,
    tampered: TamperedIds,
    findings: Findings,
    failed: Option<SnapshotError>,
    packing: Duration,
}

/// Loads everything on two threads, which read at the same time if there is a second handle. If the result does not
/// match the sum in the head, everything is loaded again by a table scan, since an index may have hidden a row.
pub fn load(first: &Hub, second: Option<&Hub>, policy: &Policy) -> Result<Loaded, HubError> {
    let began = Instant::now();
    let loaded = match second {
        Some(second) => on_two_threads(first, second, policy),
        None => PartLoader::new(Builder::new(first.feed().count()?)?).scan(first, policy),
    };
    match loaded {
        Ok(mut loaded) if loaded.matches_head() => {
            loaded.timings.all = began.elapsed();
            Ok(loaded)
        }
        Err(why) if !matches!(why, HubError::Failed(_)) => Err(why),
        // It does not match, or an index showed a row twice.
        indexed => {
            let mut scanned = PartLoader::new(Builder::new(first.feed().count()?)?).scan(first, policy)?;
            scanned.timings.all = began.elapsed();
            // A commit between the two reads explains a difference as well.
            let same_state = indexed.map_or(true, |loaded| loaded.position == scanned.position);
            scanned.index_incomplete = scanned.matches_head() && same_state;
            Ok(scanned)
        }
    }
}

fn on_two_threads(first: &Hub, second: &Hub, policy: &Policy) -> Result<Loaded, HubError> {
    let feed = first.feed();
    let [one, two] = feed.halves()?;
    let builders = Builder::halves(feed.count()?)?;
    let [own, other] = builders.map(PartLoader::new);
    let consistent = ConsistentRead::default();
    let (one, two) = std::thread::scope(|scope| {
        let other = scope.spawn(|| other.read((second, two), &mut |position| consistent.compare(1, position)));
        let own = own.read((first, one), &mut |position| consistent.compare(0, position));
        (own, other.join().unwrap_or_else(|_| Err(HubError::Failed("A thread that read the store died.".to_owned()))))
    });
    let ((one, read), (two, read_two)) = (one?, two?);
    let packing = one.packing.max(two.packing);
    let mut findings = one.findings;
    findings.append(two.findings);
    let tampered = one.tampered.into_iter().chain(two.tampered).collect();
    if let Some(why) = one.failed.or(two.failed) {
        return Err(HubError::Failed(why.to_string()));
    }
    let joining = Instant::now();
    let snapshot = Builder::join([one.builder, two.builder]).map_err(|why| HubError::Failed(why.to_string()))?;
    let snapshot = snapshot.admitting(&policy.algorithms);
    let timings = SnapshotTimings {
        reading: read.took.reading.max(read_two.took.reading),
        opening: read.took.opening.max(read_two.took.opening),
        indexing: packing + joining.elapsed(),
        all: Duration::ZERO,
    };
    let unnamed = read.unnamed.into_iter().chain(read_two.unnamed).collect();
    Ok(Loaded { snapshot, timings, tampered, findings, position: read.mark, unnamed, index_incomplete: false })
}

/// Makes two threads read the same state of the store.
struct ConsistentRead {
    positions: Mutex<[Option<StorePosition>; 2]>,
    both: Barrier,
}

impl Default for ConsistentRead {
    fn default() -> Self {
        Self { positions: Mutex::default(), both: Barrier::new(2) }
    }
}

impl ConsistentRead {
    /// Whether both threads see the same state. Both threads must call this equally often.
    fn compare(&self, thread: usize, position: Option<&StorePosition>) -> ReadAgreement {
        self.positions.lock().unwrap_or_else(PoisonError::into_inner)[thread] = position.cloned();
        self.both.wait();
        let positions = self.positions.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.both.wait();
        match positions {
            [Some(one), Some(two)] if one == two => ReadAgreement::Yes,
            [Some(_), Some(_)] => ReadAgreement::Again,
            _ => ReadAgreement::Never,
        }
    }
}

impl Loaded {
    /// Whether this matches the sum in the head of the store: all rows, and each as it was last written.
    pub(in crate::serve) fn matches_head(&self) -> bool {
        matches_head(&self.snapshot, &self.unnamed, &self.position)
    }
}

/// Whether a snapshot, with the rows that cannot be named, matches the sum in the head.
pub(in crate::serve) fn matches_head(snapshot: &Snapshot, unnamed: &UnnamedRows, position: &StorePosition) -> bool {
    let mut sum = snapshot.sum();
    unnamed.values().for_each(|term| sum.add(*term));
    position.matches_sum(&sum)
}

impl PartLoader {
    fn new(builder: Builder) -> Self {
        Self {
            builder,
            tampered: TamperedIds::new(),
            findings: Findings::default(),
            failed: None,
            packing: Duration::ZERO,
        }
    }

    /// Reads a part of the store.
    fn read(
        mut self,
        (hub, part): (&Hub, IdRange),
        agree: &mut dyn FnMut(Option<&StorePosition>) -> ReadAgreement,
    ) -> Result<(Self, LoadSummary), HubError> {
        let mut findings = Findings::default();
        let read = hub.feed().load(&part, agree, &mut findings, &mut |run| self.pack(run))?;
        self.findings = findings;
        Ok((self, read))
    }

    /// Reads everything by a table scan.
    fn scan(mut self, hub: &Hub, policy: &Policy) -> Result<Loaded, HubError> {
        let mut findings = Findings::default();
        let read = hub.feed().load_scanned(&mut findings, &mut |run| self.pack(run))?;
        let failed = |why: SnapshotError| HubError::Failed(why.to_string());
        if let Some(why) = self.failed {
            return Err(failed(why));
        }
        let snapshot = self.builder.finish().map_err(failed)?.admitting(&policy.algorithms);
        let timings = SnapshotTimings { indexing: self.packing, ..SnapshotTimings::default() };
        let unnamed = read.unnamed.into_iter().collect();
        let (tampered, position) = (self.tampered, read.mark);
        Ok(Loaded { snapshot, timings, tampered, findings, position, unnamed, index_incomplete: false })
    }

    fn pack(&mut self, run: Vec<VerifierCredential>) {
        let began = Instant::now();
        for credential in run {
            let mut entry = entry(credential);
            let added = self.builder.add(&entry).or_else(|_| {
                mark_tampered(&mut entry);
                self.builder.add(&entry)
            });
            if entry.tampered {
                self.tampered.insert(entry.row);
            }
            if let Err(why) = added {
                self.failed.get_or_insert(why);
            }
        }
        self.packing += began.elapsed();
    }
}

/// Turns an entry that the snapshot cannot hold into one that is refused.
pub(in crate::serve) fn mark_tampered(entry: &mut Entry) {
    entry.secrets.clear();
    entry.tampered = true;
}

/// The entries of a snapshot for these credentials.
pub(super) fn entries(credentials: Vec<VerifierCredential>) -> Vec<Entry> {
    credentials.into_iter().map(entry).collect()
}

/// What the snapshot keeps of a credential.
pub fn entry(credential: VerifierCredential) -> Entry {
    Entry {
        row: credential.id,
        kind: credential.kind,
        key: credential.key,
        name: credential.name,
        state: credential.state,
        not_before: credential.not_before,
        expires_at: credential.expires_at,
        networks: credential.networks,
        algorithms: credential.algorithms,
        body_digest: credential.body_digest,
        secrets: credential.secrets.into_iter().filter_map(live_secret).collect(),
        tampered: credential.tampered,
        term: credential.term,
    }
}

fn live_secret(secret: VerifierSecret) -> Option<LiveSecret> {
    let version = u32::try_from(secret.no).ok()?;
    Some(LiveSecret { version, stored: secret.stored, valid_until: secret.valid_until })
}
