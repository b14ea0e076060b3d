//! The replay guard's memory beside the database, so that a verifier that is killed and started again refuses what it
//! accepted before.
//!
//! A file for each minute in which signatures end, named by it; each signature is one small record, appended before the
//! request is answered. That puts it into the system's page cache, where the end of this process does not touch it;
//! nobody waits for a disk, and a machine that loses its power forgets what it had not written. Verifiers that share a
//! directory share the files: an append is whole, and each reads everybody's when it starts.

use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

use crate::time::Seconds;
use crate::verify::replay::{Guard, Remembered};

/// Seconds of one file.
const MINUTE: i64 = 60;
/// A mark, the second of the minute, and a checksum over both and the minute.
const RECORD: usize = 16 + 4 + 4;
/// Bytes of one file at most. The memory's own bound is reached before, unless somebody signs a million requests that end
/// at once.
const MOST: u64 = (RECORD as u64) << 20;

/// The files.
pub(super) struct Journal {
    directory: PathBuf,
    files: RwLock<BTreeMap<i64, Minute>>,
    /// Whether the last record found no place: said once, and again after it went well.
    failing: AtomicBool,
    /// Records that found no place.
    pub(super) lost: AtomicU64,
}

/// The file of a minute, opened to append.
struct Minute {
    file: File,
    written: AtomicU64,
}

impl Journal {
    /// Beside the database. Nothing is touched before [`Journal::begin`].
    pub(super) fn beside(database: &Path) -> Self {
        let mut directory = database.as_os_str().to_owned();
        directory.push("-replay");
        Self {
            directory: directory.into(),
            files: RwLock::default(),
            failing: AtomicBool::new(false),
            lost: AtomicU64::new(0),
        }
    }

    /// Reads what was remembered, as far as it is good, and begins to write.
    pub(super) fn begin(&self, guard: &Guard, now: Seconds) {
        if let Err(why) = self.read(guard) {
            tracing::error!(error = %why, place = %self.directory.display(), "what was accepted before could not be read");
        }
        // The file of this minute marks from when on something was remembered.
        self.note_failure(self.with(minute_of(now), |_| Ok(())));
        self.tidy(now);
    }

    /// Keeps a signature. One that cannot be kept is still remembered by the process.
    pub(super) fn keep(&self, one: Remembered) {
        let minute = minute_of(one.good_until);
        let record = encode(&one, minute);
        let kept = self.with(minute, |file| {
            if file.written.fetch_add(RECORD as u64, Relaxed) >= MOST {
                return Err(io::Error::new(io::ErrorKind::StorageFull, "too many signatures end in one minute"));
            }
            // One call, so that records of two verifiers never mix.
            match (&file.file).write(&record)? {
                RECORD => Ok(()),
                _ => Err(io::ErrorKind::WriteZero.into()),
            }
        });
        self.note_failure(kept);
    }

    /// Removes the files of minutes that have passed. The newest of them stays: it tells up to where others are gone.
    pub(super) fn tidy(&self, now: Seconds) {
        let now = minute_of(now);
        self.files.write().unwrap_or_else(PoisonError::into_inner).retain(|minute, _| *minute >= now);
        let Ok(mut passed) = minutes(&self.directory) else { return };
        passed.retain(|minute| *minute < now);
        passed.pop();
        for minute in passed {
            let _ = fs::remove_file(self.path(minute));
        }
    }

    fn with(&self, minute: i64, act: impl Fn(&Minute) -> io::Result<()>) -> io::Result<()> {
        if let Some(file) = self.files.read().unwrap_or_else(PoisonError::into_inner).get(&minute) {
            return act(file);
        }
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let file = match files.entry(minute) {
            std::collections::btree_map::Entry::Occupied(there) => there.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => place.insert(self.open(minute)?),
        };
        act(file)
    }

    fn open(&self, minute: i64) -> io::Result<Minute> {
        match DirBuilder::new().mode(0o700).create(&self.directory) {
            Err(why) if why.kind() != io::ErrorKind::AlreadyExists => return Err(why),
            _ => {}
        }
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(self.path(minute))?;
        let written = AtomicU64::new(file.metadata()?.len());
        Ok(Minute { file, written })
    }

    fn path(&self, minute: i64) -> PathBuf {
        self.directory.join(minute.to_string())
    }

    fn note_failure(&self, done: io::Result<()>) {
        match done {
            Ok(()) => self.failing.store(false, Relaxed),
            Err(why) => {
                self.lost.fetch_add(1, Relaxed);
                if !self.failing.swap(true, Relaxed) {
                    tracing::error!(
                        error = %why,
                        place = %self.directory.display(),
                        "an accepted signature could not be kept: after a restart it would be taken again"
                    );
                }
            }
        }
    }

    fn read(&self, guard: &Guard) -> io::Result<()> {
        let minutes = match minutes(&self.directory) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
            minutes => minutes?,
        };
        // Of what ends before the oldest file nothing is known: only a clock that stepped back brings it up again.
        if let Some(oldest) = minutes.first() {
            guard.forgot_until(Seconds(oldest * MINUTE - 1));
        }
        for minute in minutes {
            let mut bytes = Vec::new();
            File::open(self.path(minute))?.take(MOST + RECORD as u64).read_to_end(&mut bytes)?;
            let skipped = decode(&bytes, minute, |one| guard.recall(one));
            if skipped > 0 {
                tracing::warn!(
                    file = minute,
                    bytes = skipped,
                    "a file of accepted signatures is damaged; what is good was read"
                );
            }
        }
        tracing::info!(signatures = guard.len(), "what was accepted before is remembered");
        Ok(())
    }
}

fn minute_of(at: Seconds) -> i64 {
    at.0.div_euclid(MINUTE)
}

/// The minutes that there are files of, in order.
fn minutes(directory: &Path) -> io::Result<Vec<i64>> {
    let names = fs::read_dir(directory)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut minutes: Vec<i64> = names.filter_map(|name| name.parse().ok()).collect();
    minutes.sort_unstable();
    Ok(minutes)
}

fn encode(one: &Remembered, minute: i64) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    record[..16].copy_from_slice(&one.mark);
    // Less than a minute, whatever the second is.
    let second = one.good_until.0.rem_euclid(MINUTE) as u32;
    record[16..20].copy_from_slice(&second.to_be_bytes());
    let sum = checksum(&record[..20], minute);
    record[20..].copy_from_slice(&sum);
    record
}

fn checksum(bytes: &[u8], minute: i64) -> [u8; 4] {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&minute.to_be_bytes());
    sum.update(bytes);
    sum.finalize().to_be_bytes()
}

/// Hands over every record that is good; says how many bytes belong to none.
fn decode(mut bytes: &[u8], minute: i64, mut each: impl FnMut(Remembered)) -> usize {
    let mut skipped = 0;
    while !bytes.is_empty() {
        match bytes.split_first_chunk::<RECORD>() {
            Some((record, rest)) if checksum(&record[..20], minute) == record[20..] => {
                let [mark @ .., a, b, c, d, _, _, _, _] = *record;
                let second = i64::from(u32::from_be_bytes([a, b, c, d]));
                each(Remembered { mark, good_until: Seconds(minute.saturating_mul(MINUTE).saturating_add(second)) });
                bytes = rest;
            }
            _ => {
                skipped += 1;
                bytes = &bytes[1..];
            }
        }
    }
    skipped
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const NOW: i64 = 1_767_225_600;

    fn one(n: u8, good_until: i64) -> Remembered {
        Remembered { mark: [n; 16], good_until: Seconds(good_until) }
    }

    fn journal() -> (tempfile::TempDir, Journal) {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::beside(&dir.path().join("keydesk.db"));
        (dir, journal)
    }

    fn recalled(journal: &Journal, now: i64) -> usize {
        let guard = Guard::new(1_000);
        Journal { directory: journal.directory.clone(), ..Journal::beside(Path::new("")) }.begin(&guard, Seconds(now));
        guard.len()
    }

    #[test]
    fn what_was_kept_is_recalled_by_the_next_and_files_are_its_owners_alone() {
        let (_dir, journal) = journal();
        journal.begin(&Guard::new(10), Seconds(NOW));
        (0..5).for_each(|n| journal.keep(one(n, NOW + 100 * i64::from(n))));
        assert_eq!(recalled(&journal, NOW), 5);
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&journal.directory), mode(&journal.path(NOW / 60))), (0o700, 0o600));
        assert_eq!(journal.lost.load(Relaxed), 0);
    }

    #[test]
    fn what_has_passed_is_removed_but_for_the_newest_of_it() {
        let (_dir, journal) = journal();
        journal.begin(&Guard::new(10), Seconds(NOW));
        (0..10).for_each(|n| journal.keep(one(n, NOW + 60 * i64::from(n))));
        journal.tidy(Seconds(NOW + 300));
        assert_eq!(minutes(&journal.directory).unwrap().first(), Some(&(NOW / 60 + 4)));
        let guard = Guard::new(10_000);
        Journal { directory: journal.directory.clone(), ..Journal::beside(Path::new("")) }
            .begin(&guard, Seconds(NOW + 120));
        // The clock stepped back by a lot: what is gone may have been accepted.
        assert_eq!(guard.len(), 6);
        assert!(
            minutes(&journal.directory).unwrap().contains(&(NOW / 60 + 2)),
            "and from now on it is remembered again"
        );
    }

    #[test]
    fn a_file_that_is_cut_or_corrupt_is_read_as_far_as_it_is_good() {
        let (_dir, journal) = journal();
        journal.begin(&Guard::new(10), Seconds(NOW));
        (0..10).for_each(|n| journal.keep(one(n, NOW + 30)));
        let path = journal.path(NOW / 60);
        let whole = fs::read(&path).unwrap();
        for (bytes, good) in [
            (whole[..whole.len() - 7].to_vec(), 9),
            ([&whole[..48], &[0; 100][..], &whole[48..]].concat(), 10),
            ([&whole[..30], &whole[31..]].concat(), 9),
            (vec![0; 4_096], 0),
            (b"not ours at all".to_vec(), 0),
        ] {
            fs::write(&path, bytes).unwrap();
            assert_eq!(recalled(&journal, NOW), good);
        }
    }

    #[test]
    fn a_place_that_cannot_be_written_is_counted_and_nobody_is_kept_waiting() {
        let journal = Journal::beside(Path::new("/proc/nowhere/keydesk.db"));
        journal.begin(&Guard::new(10), Seconds(NOW));
        journal.keep(one(1, NOW));
        assert_eq!(journal.lost.load(Relaxed), 2);
    }
}
