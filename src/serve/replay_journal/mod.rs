//! The replay journal: the replay guard's memory on disk, so that a verifier that is killed and restarted refuses what
//! it accepted before.
//!
//! One file for each minute in which signatures expire, named by it; each signature is one small record, appended
//! before the request is answered. That puts it into the page cache, which survives the end of this process; nothing is
//! synced, so a machine that loses power forgets what it had not written. Verifiers that share a directory share the
//! files: an append is atomic, and each verifier reads all of them when it starts.
//!
//! What cannot be read is refused, not forgotten: any signature that expires in the minute of a damaged file may have
//! been accepted. The same holds for a file that was removed while no verifier ran (`index.rs`).

mod gaps;
mod index;
#[cfg(test)]
mod missing_files_tests;
mod record;
mod recovery;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::files::{self, Access};
use crate::time::Seconds;
use crate::verify::replay::{Guard, Remembered, last_end};

use crate::serve::replay_journal::gaps::Gaps;
use crate::serve::replay_journal::index::SegmentIndex;
use crate::serve::replay_journal::record::{RECORD_BYTES, encode, minute_of, seconds, segments};

pub(super) use index::has_index;

/// Limit on the size of one file, in bytes. The memory is full before that, unless a million signatures expire in one
/// minute.
const MAX_BYTES: u64 = (RECORD_BYTES as u64) << 20;

/// How long the file of a minute is kept after the minute has passed, by the monotonic clock: as long as any of its
/// signatures can be acceptable. So a wall clock that is ahead for a while loses nothing that counts once it is right.
fn retention() -> Duration {
    Duration::from_secs(last_end(Seconds(0)).0.unsigned_abs() + 60)
}

/// The replay journal in one directory.
pub(super) struct ReplayJournal {
    directory: PathBuf,
    files: RwLock<BTreeMap<i64, Segment>>,
    /// Minutes whose file was removed or lacks a record, and must be rewritten from memory.
    dirty: Mutex<BTreeSet<i64>>,
    /// Since when the minutes have passed whose files are still there.
    passed_since: Mutex<BTreeMap<i64, Instant>>,
    gaps: Gaps,
    index: SegmentIndex,
    /// Whether the last record could not be written: logged once, and again after a success.
    failing: AtomicBool,
    /// Whether it was logged that not even the gap can be recorded.
    gap_failing: AtomicBool,
    /// Whether the journal is in use.
    started: AtomicBool,
    /// Records that could not be written, and files that could not be read.
    pub(super) lost: AtomicU64,
}

/// The file of a minute, opened to append.
struct Segment {
    file: File,
    /// Its device and inode, which no other file gets while this one is open.
    id: (u64, u64),
    length: AtomicU64,
}

impl ReplayJournal {
    /// A journal in a directory. Nothing is touched before [`ReplayJournal::start`].
    pub(super) fn at(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            files: RwLock::default(),
            dirty: Mutex::default(),
            passed_since: Mutex::default(),
            gaps: Gaps::default(),
            index: SegmentIndex::default(),
            failing: AtomicBool::new(false),
            gap_failing: AtomicBool::new(false),
            started: AtomicBool::new(false),
            lost: AtomicU64::new(0),
        }
    }

    /// Reads all valid records, and starts to write. With `used_before`, signatures may have been accepted earlier: if there
    /// are no files, everything is in doubt.
    pub(super) fn start(&self, guard: &Guard, now: Seconds, used_before: bool) {
        self.read(guard, now, used_before);
        // First: the files that this process creates must not hide the gap from the next process.
        if let Some(end) = guard.forgotten().filter(|end| *end >= now) {
            // An error does not matter: it is written again when the file is opened.
            let _ = self.gaps.extend_to(end);
        }
        self.started.store(true, Relaxed);
        let gaps = self.create_directory().and_then(|()| self.gaps.open(&self.directory));
        // The file of this minute shows from when on signatures were recorded.
        self.report_failure(gaps.and_then(|()| self.with_segment(minute_of(now), |_| Ok(()))));
        self.maintain(guard, now);
    }

    /// Appends a signature. If it cannot be written, this process still remembers it and writes it later; a process that
    /// starts before that refuses all signatures up to the same expiry.
    pub(super) fn record(&self, one: Remembered) {
        let minute = minute_of(one.good_until);
        let written = self.append(minute, &encode(&one));
        if written.is_err() {
            self.dirty.lock().unwrap_or_else(PoisonError::into_inner).insert(minute);
            self.record_gap(one.good_until);
        }
        self.report_failure(written);
    }

    /// Expires files of minutes that have passed, and checks that the others are still there.
    pub(super) fn maintain(&self, guard: &Guard, now: Seconds) {
        self.maintain_at(guard, now, Instant::now());
    }

    fn maintain_at(&self, guard: &Guard, now: Seconds, at: Instant) {
        let now = minute_of(now);
        self.files.write().unwrap_or_else(PoisonError::into_inner).retain(|minute, _| *minute >= now);
        self.repair(guard, now);
        // The error was logged already.
        if !self.started.load(Relaxed) || self.create_directory().is_err() {
            return;
        }
        // On a full disk there is no file of gaps.
        let _ = self.gaps.open(&self.directory);
        let Ok(mut passed) = segments(&self.directory) else { return };
        passed.retain(|minute| *minute < now);
        passed.pop();
        // An index that cannot be written lists fewer files than there are; lost records are noted as gaps.
        let _ = self.index.write(&self.directory, now);
        let mut since = self.passed_since.lock().unwrap_or_else(PoisonError::into_inner);
        since.retain(|minute, _| passed.contains(minute));
        for minute in passed {
            let passed_for = at.saturating_duration_since(*since.entry(minute).or_insert(at));
            // First the gap, for the case that the clock steps back.
            if passed_for >= retention() && self.gaps.extend_to(*seconds(minute).end()).is_ok() {
                let _ = fs::remove_file(self.path(minute));
            }
        }
    }

    /// Drops handles of files that were deleted or replaced, and rewrites their records from memory.
    fn repair(&self, guard: &Guard, now: i64) {
        let gone = self.missing_segments();
        let mut dirty = self.dirty.lock().unwrap_or_else(PoisonError::into_inner);
        if !gone.is_empty() {
            tracing::warn!(
                files = gone.len(),
                place = %self.directory.display(),
                "files of accepted signatures were taken away or replaced; what is remembered is written again"
            );
            // From now on signatures go to the new files; the earlier ones are in memory.
            self.files.write().unwrap_or_else(PoisonError::into_inner).retain(|minute, _| !gone.contains(minute));
        }
        for minute in gone.iter().filter(|minute| guard.doubts(*seconds(**minute).start())) {
            // It was damaged, and now that it is gone, nothing else shows that.
            self.record_gap(*seconds(*minute).end());
        }
        let any_gone = !gone.is_empty();
        dirty.extend(gone);
        dirty.retain(|minute| *minute >= now);
        if dirty.is_empty() {
            return;
        }
        let rewritten = self.rewrite(guard, now, &mut dirty);
        // A failure that goes on was reported already.
        if any_gone || rewritten.is_ok() {
            self.report_failure(rewritten);
        }
    }

    /// The minutes whose files were removed, replaced or shortened. If a path cannot be read, the file counts as there.
    fn missing_segments(&self) -> Vec<i64> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let gone = files.iter().filter(|(minute, held)| match fs::symlink_metadata(self.path(**minute)) {
            Ok(there) => files::file_id(&there) != held.id || there.len() < held.length.load(Relaxed),
            Err(why) => matches!(why.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
        });
        gone.map(|(minute, _)| *minute).collect()
    }

    /// Rewrites the dirty minutes from memory. If verifiers share the directory, records may be written twice; that does no
    /// harm.
    fn rewrite(&self, guard: &Guard, now: i64, dirty: &mut BTreeSet<i64>) -> io::Result<()> {
        // The file of this minute must exist, as after the start.
        self.with_segment(now, |_| Ok(()))?;
        let mut failed = BTreeMap::new();
        for part in guard.remembered() {
            let mut runs: BTreeMap<i64, Vec<u8>> = BTreeMap::new();
            for one in part {
                let minute = minute_of(one.good_until);
                if dirty.contains(&minute) {
                    runs.entry(minute).or_default().extend(encode(&one));
                }
            }
            for (minute, records) in runs {
                if let Err(why) = self.append(minute, &records) {
                    failed.insert(minute, why);
                }
            }
        }
        dirty.retain(|minute| failed.contains_key(minute));
        failed.into_values().next().map_or(Ok(()), Err)
    }

    fn append(&self, minute: i64, records: &[u8]) -> io::Result<()> {
        let length = records.len() as u64;
        self.with_segment(minute, |segment| {
            if segment.length.load(Relaxed) + length > MAX_BYTES {
                return Err(io::Error::new(io::ErrorKind::StorageFull, "too many signatures end in one minute"));
            }
            // One call, so that records of two verifiers never mix.
            match (&segment.file).write(records)? {
                written if written == records.len() => {
                    segment.length.fetch_add(length, Relaxed);
                    Ok(())
                }
                _ => Err(io::ErrorKind::WriteZero.into()),
            }
        })
    }

    fn with_segment(&self, minute: i64, act: impl Fn(&Segment) -> io::Result<()>) -> io::Result<()> {
        if let Some(file) = self.files.read().unwrap_or_else(PoisonError::into_inner).get(&minute) {
            return act(file);
        }
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let file = match files.entry(minute) {
            std::collections::btree_map::Entry::Occupied(there) => there.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                let file = self.open(minute)?;
                if self.started.load(Relaxed) {
                    let _ = self.index.write(&self.directory, i64::MIN);
                }
                place.insert(file)
            }
        };
        act(file)
    }

    /// Creates the directory if it is missing. An error if there is anything else than a directory of this user.
    fn create_directory(&self) -> io::Result<()> {
        match DirBuilder::new().mode(0o700).create(&self.directory) {
            Err(why) if why.kind() != io::ErrorKind::AlreadyExists => Err(why),
            _ => files::is_own_directory(&self.directory),
        }
    }

    fn open(&self, minute: i64) -> io::Result<Segment> {
        self.create_directory()?;
        let (file, meta) = files::open(&self.path(minute), Access::Append)?;
        Ok(Segment { file, id: files::file_id(&meta), length: AtomicU64::new(meta.len()) })
    }

    fn path(&self, minute: i64) -> PathBuf {
        self.directory.join(minute.to_string())
    }

    /// Records a gap: the next process will not know signatures that expire then.
    fn record_gap(&self, end: Seconds) {
        if let Err(why) = self.gaps.extend_to(end)
            && !self.gap_failing.swap(true, Relaxed)
        {
            tracing::error!(
                error = %why,
                place = %self.directory.display(),
                "nor could it be noted: until they end, signatures that were accepted would be taken again after a restart"
            );
        }
    }

    fn report_failure(&self, result: io::Result<()>) {
        match result {
            Ok(()) => self.failing.store(false, Relaxed),
            Err(why) => {
                self.lost.fetch_add(1, Relaxed);
                if !self.failing.swap(true, Relaxed) {
                    tracing::error!(
                        error = %why,
                        place = %self.directory.display(),
                        "an accepted signature could not be kept: after a restart it might be taken again"
                    );
                }
            }
        }
    }
}
