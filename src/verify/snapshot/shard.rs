//! One shard of a snapshot: records in one run of bytes, and a hash index of their keys. Replaced as a whole when one
//! record changes. The terms of the sum have an array of their own: no decision reads them, so they would only take room
//! in the cache lines and pages that decisions do read.

use std::fmt;

use zeroize::Zeroize as _;

use crate::credential::Kind;
use crate::vault::Term;
use crate::verify::snapshot::entry::{Entry, SnapshotError};
use crate::verify::snapshot::packed;

/// Records and their index. The bytes hold secrets: wiped when dropped.
pub(super) struct Shard {
    bytes: Vec<u8>,
    /// One for each record, in their order.
    terms: Box<[Term]>,
    index: Box<[Slot]>,
}

/// Where a record begins, plus one (0: the slot is free), its ordinal number, and a part of its key's hash.
#[derive(Clone, Copy, Default)]
struct Slot {
    mark: u16,
    ordinal: u16,
    place: u32,
}

/// The ordinal number of records behind the first 65,535. Only a shard that is about to be split has so many.
const UNNUMBERED: u16 = u16::MAX;

/// A record with its term.
pub(super) type PackedRecord<'a> = (&'a [u8], &'a Term);

/// What a key leads to.
pub(super) enum ShardLookup<'a> {
    /// The record of this kind.
    Record(PackedRecord<'a>),
    /// The key exists in another kind.
    OtherKind,
    /// No credential has this key.
    Nothing,
}

/// The hash of a key, cut into the parts that are used.
#[derive(Clone, Copy)]
pub(super) struct KeyHash(pub u64);

impl KeyHash {
    /// Which of `shards`, a power of two.
    pub fn shard(self, shards: usize) -> usize {
        (self.0 >> 48) as usize & (shards - 1)
    }

    fn mark(self) -> u16 {
        (self.0 >> 32) as u16
    }

    /// Where its chain begins. Scaled rather than masked, so that the index need not be a power of two.
    fn slot(self, slots: usize) -> usize {
        ((self.0 as u32 as u64 * slots as u64) >> 32) as usize
    }
}

/// A shard that grows. No copy of a secret is left behind when it does.
#[derive(Default)]
pub(super) struct Growing {
    bytes: Vec<u8>,
    terms: Vec<Term>,
}

impl Growing {
    pub fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), terms: Vec::new() }
    }

    pub fn push(&mut self, entry: &Entry) -> Result<(), SnapshotError> {
        self.reserve(packed::most(entry));
        let start = self.bytes.len();
        packed::pack(entry, &mut self.bytes).inspect_err(|_| wipe_tail(&mut self.bytes, start))?;
        self.terms.push(entry.term);
        Ok(())
    }

    /// Bytes that it has room for.
    #[cfg(test)]
    pub fn room(&self) -> usize {
        self.bytes.capacity()
    }

    pub fn push_record(&mut self, (record, term): PackedRecord<'_>) {
        self.reserve(record.len());
        self.bytes.extend_from_slice(record);
        self.terms.push(*term);
    }

    fn reserve(&mut self, more: usize) {
        let wanted = self.bytes.len() + more;
        if wanted > self.bytes.capacity() {
            self.move_to(Vec::with_capacity(wanted.max(2 * self.bytes.capacity())));
        }
    }

    fn move_to(&mut self, mut room: Vec<u8>) {
        room.extend_from_slice(&self.bytes);
        self.bytes.zeroize();
        self.bytes = room;
    }

    /// Builds the index, over exactly as many bytes as there are.
    pub fn finish(self, hash: impl Fn(&[u8]) -> KeyHash) -> Result<Shard, SnapshotError> {
        Self::join([self], hash)
    }

    /// One shard of what several threads gathered.
    pub fn join<const N: usize>(parts: [Self; N], hash: impl Fn(&[u8]) -> KeyHash) -> Result<Shard, SnapshotError> {
        let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.bytes.len()).sum());
        parts.iter().for_each(|part| bytes.extend_from_slice(&part.bytes));
        let terms: Box<[Term]> = parts.iter().flat_map(|part| &part.terms).copied().collect();
        // Three quarters full: a hit looks at two or three slots, which share a cache line.
        let index = vec![Slot::default(); terms.len() * 4 / 3 + 1].into_boxed_slice();
        let mut shard = Shard { bytes, terms, index };
        let starts: Vec<usize> = shard.starts().collect();
        for (ordinal, start) in starts.into_iter().enumerate() {
            let record = shard.record(start);
            let (kind, key, hash) = (packed::kind(record), packed::key(record), hash(packed::key(record)));
            if let ShardLookup::Record(_) = shard.walk(hash, kind, key) {
                return Err(SnapshotError::Twice { kind, key: String::from_utf8_lossy(key).into_owned() });
            }
            let free = chain(&shard.index, hash).find(|&i| shard.index[i].place == 0).expect("the index has room");
            let ordinal = u16::try_from(ordinal).unwrap_or(UNNUMBERED);
            let place = u32::try_from(start + 1).expect("a shard is small");
            shard.index[free] = Slot { mark: hash.mark(), ordinal, place };
        }
        Ok(shard)
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

fn wipe_tail(bytes: &mut Vec<u8>, start: usize) {
    bytes[start..].zeroize();
    bytes.truncate(start);
}

impl Shard {
    pub fn find(&self, hash: KeyHash, kind: Kind, key: &[u8]) -> ShardLookup<'_> {
        let found = self.walk(hash, kind, key);
        if let ShardLookup::Nothing = found {
            self.touch(hash);
        }
        found
    }

    /// Reads some record, as a look-up that finds one does: fetching it from memory takes longer than everything else,
    /// and would tell by the clock which keys exist (C12).
    fn touch(&self, hash: KeyHash) {
        let near = chain(&self.index, hash).map(|i| self.index[i].place).find(|place| *place != 0);
        if let Some(place) = near {
            let record = self.record(place as usize - 1);
            std::hint::black_box((record.first(), record.last()));
        }
    }

    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Bytes that it occupies.
    pub fn memory(&self) -> usize {
        size_of::<Self>() + self.bytes.capacity() + size_of_val(&*self.terms) + size_of_val(&*self.index)
    }

    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    pub fn records(&self) -> impl Iterator<Item = PackedRecord<'_>> {
        self.starts().map(|start| self.record(start)).zip(&self.terms)
    }

    fn starts(&self) -> impl Iterator<Item = usize> {
        let mut next = 0;
        std::iter::from_fn(move || {
            let start = next;
            next += packed::length(self.bytes.get(start..).filter(|rest| !rest.is_empty())?);
            Some(start)
        })
    }

    fn record(&self, start: usize) -> &[u8] {
        &self.bytes[start..start + packed::length(&self.bytes[start..])]
    }

    fn term(&self, ordinal: u16, place: u32) -> &Term {
        if ordinal != UNNUMBERED {
            return &self.terms[usize::from(ordinal)];
        }
        &self.terms[self.starts().take_while(|start| start + 1 < place as usize).count()]
    }

    /// One probe covers all kinds, so that a key of another kind takes no longer than an unknown one.
    fn walk(&self, hash: KeyHash, kind: Kind, key: &[u8]) -> ShardLookup<'_> {
        let mut found = ShardLookup::Nothing;
        for i in chain(&self.index, hash) {
            let Slot { mark, ordinal, place } = self.index[i];
            if place == 0 {
                break;
            }
            if mark != hash.mark() {
                continue;
            }
            let record = self.record(place as usize - 1);
            match packed::key(record) == key {
                true if packed::kind(record) == kind => {
                    return ShardLookup::Record((record, self.term(ordinal, place)));
                }
                true => found = ShardLookup::OtherKind,
                false => {}
            }
        }
        found
    }
}

fn chain(index: &[Slot], hash: KeyHash) -> impl Iterator<Item = usize> + use<> {
    let slots = index.len();
    let first = hash.slot(slots);
    (first..slots).chain(0..first)
}

impl Drop for Shard {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl fmt::Debug for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shard({} credentials)", self.terms.len())
    }
}
