//! One shard of a snapshot: records in one run of bytes, and a hash index of their keys. Replaced as a whole when one
//! record changes.

use std::fmt;

use zeroize::Zeroize as _;

use crate::credential::Kind;

use super::{Entry, SnapshotError, packed};

/// Records and their index. The bytes hold secrets: wiped when dropped.
pub(super) struct Shard {
    bytes: Vec<u8>,
    index: Box<[Slot]>,
    count: usize,
}

/// Where a record begins, plus one (0: the slot is free), and a part of its key's hash.
#[derive(Clone, Copy, Default)]
struct Slot {
    mark: u32,
    place: u32,
}

/// What a key leads to.
pub(super) enum Found<'a> {
    /// The record of this kind.
    Record(&'a [u8]),
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

    fn mark(self) -> u32 {
        (self.0 >> 16) as u32
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
}

impl Growing {
    pub fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes) }
    }

    pub fn push(&mut self, entry: &Entry) -> Result<(), SnapshotError> {
        self.reserve(packed::most(entry));
        let start = self.bytes.len();
        packed::pack(entry, &mut self.bytes).inspect_err(|_| wipe_tail(&mut self.bytes, start))
    }

    /// Bytes that it has room for.
    #[cfg(test)]
    pub fn room(&self) -> usize {
        self.bytes.capacity()
    }

    pub fn push_record(&mut self, record: &[u8]) {
        self.reserve(record.len());
        self.bytes.extend_from_slice(record);
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
        let mut shard = Shard { bytes, index: Box::default(), count: 0 };
        let starts: Vec<usize> = shard.starts().collect();
        // Three quarters full: a hit looks at two or three slots, which share a cache line.
        let mut index = vec![Slot::default(); starts.len() * 4 / 3 + 1].into_boxed_slice();
        for &start in &starts {
            let record = shard.record(start);
            let hash = hash(packed::key(record));
            if let Found::Record(_) = find(&index, &shard.bytes, hash, packed::kind(record), packed::key(record)) {
                let key = String::from_utf8_lossy(packed::key(record)).into_owned();
                return Err(SnapshotError::Twice { kind: packed::kind(record), key });
            }
            let free = chain(&index, hash).find(|&i| index[i].place == 0).expect("the index has room");
            index[free] = Slot { mark: hash.mark(), place: u32::try_from(start + 1).expect("a shard is small") };
        }
        (shard.count, shard.index) = (starts.len(), index);
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
    pub fn find(&self, hash: KeyHash, kind: Kind, key: &[u8]) -> Found<'_> {
        let found = find(&self.index, &self.bytes, hash, kind, key);
        if let Found::Nothing = found {
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
        self.count
    }

    /// Bytes that it occupies.
    pub fn memory(&self) -> usize {
        size_of::<Self>() + self.bytes.capacity() + size_of_val(&*self.index)
    }

    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    pub fn records(&self) -> impl Iterator<Item = &[u8]> {
        self.starts().map(|start| self.record(start))
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
        record(&self.bytes, start)
    }
}

fn record(bytes: &[u8], start: usize) -> &[u8] {
    &bytes[start..start + packed::length(&bytes[start..])]
}

fn chain(index: &[Slot], hash: KeyHash) -> impl Iterator<Item = usize> {
    let slots = index.len();
    let first = hash.slot(slots);
    (first..slots).chain(0..first)
}

/// One walk answers for all kinds, so that a key of another kind takes no longer than one that nobody has.
fn find<'a>(index: &[Slot], bytes: &'a [u8], hash: KeyHash, kind: Kind, key: &[u8]) -> Found<'a> {
    let mut found = Found::Nothing;
    for i in chain(index, hash) {
        let Slot { mark, place } = index[i];
        if place == 0 {
            break;
        }
        if mark != hash.mark() {
            continue;
        }
        let record = record(bytes, place as usize - 1);
        match packed::key(record) == key {
            true if packed::kind(record) == kind => return Found::Record(record),
            true => found = Found::OtherKind,
            false => {}
        }
    }
    found
}

impl Drop for Shard {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl fmt::Debug for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shard({} credentials)", self.count)
    }
}
