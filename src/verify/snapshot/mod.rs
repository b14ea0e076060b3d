//! The snapshot: every credential in memory, by key, which requests are decided from.
//!
//! A snapshot is immutable. [`Snapshot::apply`] makes the next one, which shares all shards but those of the changed
//! keys; a server swaps one for the other, so that no request waits and each sees one state of the store.

mod admitted;
mod entry;
mod packed;
mod reference;
mod shard;

pub use entry::{Change, Entry, LiveSecret, SnapshotError};
pub(super) use packed::PackedSecret;
pub use reference::CredentialRef;

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use crate::credential::{Algorithms, Kind};
use crate::vault::{Sum, VaultError, dummy_hash};

use admitted::AdmittedAlgorithms;
use shard::{Growing, KeyHash, Shard, ShardLookup};

/// Target size of a shard in credentials, and the size from which resharding is worth it.
const SHARD_SIZE: usize = 256;
const SHARD_MOST: usize = 4 * SHARD_SIZE;
const SHARDS_MOST: usize = 1 << 16;
/// Bytes of a credential, about, and the most credentials that room is set aside for before they come.
const BYTES: usize = 120;
const ROOM_MOST: usize = 1 << 19;

/// All credentials of a store, in immutable shards.
#[derive(Clone, Debug)]
pub struct Snapshot {
    shards: Box<[Arc<Shard>]>,
    /// With a random key, so that API keys cannot be chosen to collide.
    hasher: RandomState,
    /// Argon2id string that a password is checked against when there is nothing to check (C12).
    dummy: Arc<str>,
    count: usize,
    /// Over the rows of all credentials.
    sum: Sum,
    admitted: AdmittedAlgorithms,
}

/// The result of looking a key up.
#[derive(Clone, Copy)]
pub(super) enum Lookup<'a> {
    /// The credential with this key.
    Credential(CredentialRef<'a>),
    /// The key exists in another kind only.
    OtherKind,
    /// No credential has this key.
    Nothing,
}

/// Builds the first snapshot of a store.
pub struct Builder {
    shards: Vec<Growing>,
    hasher: RandomState,
    dummy: Arc<str>,
    count: usize,
    sum: Sum,
}

impl Builder {
    /// For about this many credentials: how many there will be says how many shards they are cut into. It is a guess,
    /// and any number will do: too few shards are split, and buffers grow.
    pub fn new(expected: usize) -> Result<Self, VaultError> {
        Ok(Self::with(expected, expected, RandomState::new(), dummy_hash()?.into()))
    }

    /// Two that two threads fill with about half of this many each, and [`Builder::join`] puts together.
    pub fn halves(expected: usize) -> Result<[Self; 2], VaultError> {
        let one = Self::with(expected, expected.div_ceil(2), RandomState::new(), dummy_hash()?.into());
        let two = Self::with(expected, expected.div_ceil(2), one.hasher.clone(), one.dummy.clone());
        Ok([one, two])
    }

    fn with(expected: usize, own: usize, hasher: RandomState, dummy: Arc<str>) -> Self {
        let shards = shards_for(expected);
        let bytes = BYTES * own.min(ROOM_MOST) / shards;
        Self {
            shards: (0..shards).map(|_| Growing::with_capacity(bytes)).collect(),
            hasher,
            dummy,
            count: 0,
            sum: Sum::default(),
        }
    }

    /// Adds one credential.
    pub fn add(&mut self, entry: &Entry) -> Result<(), SnapshotError> {
        let shard = KeyHash(self.hasher.hash_one(entry.key.as_bytes())).shard(self.shards.len());
        self.shards[shard].push(entry)?;
        self.count += 1;
        self.sum.add(entry.term);
        Ok(())
    }

    /// The snapshot. Fails when a key was added twice.
    pub fn finish(self) -> Result<Snapshot, SnapshotError> {
        let Self { shards, hasher, dummy, count, sum } = self;
        let shards: Result<_, _> = shards.into_iter().map(|shard| whole([shard], &hasher)).collect();
        Ok(Snapshot { shards: shards?, hasher, dummy, count, sum, admitted: AdmittedAlgorithms::ALL }.roomy())
    }

    /// The snapshot of both halves, made by two threads. Fails when a key was added twice.
    pub fn join([one, two]: [Self; 2]) -> Result<Snapshot, SnapshotError> {
        let Self { shards, hasher, dummy, count, mut sum } = one;
        sum.join(two.sum);
        let mut front: Vec<_> = shards.into_iter().zip(two.shards).map(|(one, two)| [one, two]).collect();
        let back = front.split_off(front.len() / 2);
        let make =
            |pairs: Vec<_>| -> Result<Vec<_>, _> { pairs.into_iter().map(|pair| whole(pair, &hasher)).collect() };
        let (front, back) = std::thread::scope(|scope| {
            let back = scope.spawn(|| make(back));
            (make(front), back.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        let shards = front?.into_iter().chain(back?).collect();
        Ok(Snapshot { shards, hasher, dummy, count: count + two.count, sum, admitted: AdmittedAlgorithms::ALL }.roomy())
    }
}

fn whole<const N: usize>(parts: [Growing; N], hasher: &RandomState) -> Result<Arc<Shard>, SnapshotError> {
    Growing::join(parts, |key| KeyHash(hasher.hash_one(key))).map(Arc::new)
}

fn shards_for(count: usize) -> usize {
    count.div_ceil(SHARD_SIZE).next_power_of_two().clamp(1, SHARDS_MOST)
}

impl Snapshot {
    /// A snapshot of a few credentials.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<Self, BuildError> {
        let mut builder = Builder::new(0)?;
        entries.into_iter().try_for_each(|entry| builder.add(entry))?;
        Ok(builder.finish()?)
    }

    /// The same credentials, where the site admits only these algorithms.
    #[must_use]
    pub fn admitting(&self, algorithms: &Algorithms) -> Self {
        Self { admitted: AdmittedAlgorithms::of(algorithms), ..self.clone() }
    }

    /// The snapshot after some changes; of two of one key the later counts.
    pub fn apply(&self, changes: &[Change<'_>]) -> Result<Self, SnapshotError> {
        let mut next = self.clone();
        let place = |change| self.hash(key_of(change)).shard(self.shards.len());
        let mut by_place: Vec<_> = changes.iter().map(|change| (place(change), change)).collect();
        by_place.sort_by_key(|(place, _)| *place);
        for group in by_place.chunk_by(|a, b| a.0 == b.0) {
            let (place, _) = group[0];
            let (old, new) = (&self.shards[place], self.shard_after(place, group, &mut next.sum)?);
            next.count = next.count + new.len() - old.len();
            next.shards[place] = Arc::new(new);
        }
        Ok(next.roomy())
    }

    /// One shard rebuilt, and the change of the sum.
    fn shard_after(
        &self,
        place: usize,
        changes: &[(usize, &Change<'_>)],
        sum: &mut Sum,
    ) -> Result<Shard, SnapshotError> {
        let old = &self.shards[place];
        let mut shard = Growing::with_capacity(old.size() + 256);
        let changed = |record: &[u8]| {
            changes.iter().any(|(_, c)| kind_of(c) == packed::kind(record) && key_of(c) == packed::key(record))
        };
        for (record, term) in old.records() {
            if changed(record) {
                sum.remove(*term);
            } else {
                shard.push_record((record, term));
            }
        }
        for (i, (_, change)) in changes.iter().enumerate() {
            let same = |later: &Change<'_>| (kind_of(later), key_of(later)) == (kind_of(change), key_of(change));
            match change {
                Change::Put(entry) if !changes[i + 1..].iter().any(|(_, later)| same(later)) => {
                    shard.push(entry)?;
                    sum.add(entry.term);
                }
                Change::Put(_) | Change::Remove { .. } => {}
            }
        }
        shard.finish(|key| self.hash(key))
    }

    /// How many credentials it holds.
    pub fn len(&self) -> usize {
        self.count
    }

    /// The sum over the rows of all credentials that it holds.
    pub fn sum(&self) -> Sum {
        self.sum
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Bytes it occupies, all in.
    pub fn memory(&self) -> usize {
        // An Arc has two counters before what it holds.
        let shards: usize = self.shards.iter().map(|shard| shard.memory() + 2 * size_of::<usize>()).sum();
        size_of::<Self>() + shards + size_of_val(&*self.shards) + self.dummy.len()
    }

    /// All credentials, in no order.
    pub fn credentials(&self) -> impl Iterator<Item = CredentialRef<'_>> {
        self.shards.iter().flat_map(|shard| shard.records()).map(|record| CredentialRef::new(record, self.admitted))
    }

    /// The credential of a kind with this key.
    pub fn find(&self, kind: Kind, key: &str) -> Option<CredentialRef<'_>> {
        self.look_up(kind, key.as_bytes()).credential()
    }

    /// The same, as it was before it was packed.
    pub fn entry(&self, kind: Kind, key: &str) -> Option<Entry> {
        self.find(kind, key).map(CredentialRef::entry)
    }

    /// Finds a credential by kind and key (C8, C9).
    pub(super) fn look_up(&self, kind: Kind, key: &[u8]) -> Lookup<'_> {
        let hash = self.hash(key);
        match self.shards[hash.shard(self.shards.len())].find(hash, kind, key) {
            ShardLookup::Record(record) => Lookup::Credential(CredentialRef::new(record, self.admitted)),
            ShardLookup::OtherKind => Lookup::OtherKind,
            ShardLookup::Nothing => Lookup::Nothing,
        }
    }

    /// The dummy Argon2id string.
    pub(super) fn dummy(&self) -> &Arc<str> {
        &self.dummy
    }

    fn hash(&self, key: &[u8]) -> KeyHash {
        KeyHash(self.hasher.hash_one(key))
    }

    /// The same, with more shards if these are too full.
    fn roomy(self) -> Self {
        if self.is_crowded() { self.cut_anew() } else { self }
    }

    fn is_crowded(&self) -> bool {
        self.count > SHARD_MOST * self.shards.len() && self.shards.len() < SHARDS_MOST
    }

    /// Reshards: the same credentials in as many shards as they need now.
    fn cut_anew(&self) -> Self {
        let shards = shards_for(self.count);
        let mut growing: Vec<_> = (0..shards).map(|_| Growing::default()).collect();
        for record in self.shards.iter().flat_map(|shard| shard.records()) {
            growing[self.hash(packed::key(record.0)).shard(shards)].push_record(record);
        }
        let whole = |shard: Growing| Arc::new(shard.finish(|key| self.hash(key)).expect("no key was twice before"));
        Self { shards: growing.into_iter().map(whole).collect(), ..self.clone() }
    }
}

fn key_of<'a>(change: &Change<'a>) -> &'a [u8] {
    match change {
        Change::Put(entry) => entry.key.as_bytes(),
        Change::Remove { key, .. } => key.as_bytes(),
    }
}

fn kind_of(change: &Change<'_>) -> Kind {
    match change {
        Change::Put(entry) => entry.kind,
        Change::Remove { kind, .. } => *kind,
    }
}

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A credential cannot be held.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

#[cfg(test)]
mod tests;
