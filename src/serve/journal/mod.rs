//! The replay journal: the replay guard's memory on disk, so that a verifier that is killed and restarted refuses what
//! it accepted before.
//!
//! One file for each minute in which signatures expire, named by it; each signature is one small record, appended
//! before the request is answered. That puts it into the page cache, which survives the end of this process; nothing is
//! synced, so a machine that loses power forgets what it had not written. Verifiers that share a directory share the
//! files: an append is atomic, and each verifier reads all of them when it starts.
//!
//! What cannot be read is refused, not forgotten: any signature that expires in the minute of a damaged file may have
//! been accepted. The same holds for a file that was removed while no verifier ran (`list.rs`).

mod list;
#[cfg(test)]
mod missed_tests;
mod reading;
mod record;
#[cfg(test)]
mod tests;
mod unkept;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, DirBuilder, File},
    io::{self, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::PathBuf,
    sync::{
        Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use crate::files::{self, Access};
use crate::time::Seconds;
use crate::verify::replay::{Guard, Remembered, last_end};

use list::List;
pub(super) use reading::is_listed;
use unkept::Unkept;

use record::{RECORD, encode, minute_of, minutes, seconds};

/// Limit on the size of one file, in bytes. The memory's own bound is reached before, unless somebody signs a million
/// requests that end at once.
const MOST: u64 = (RECORD as u64) << 20;

/// How long a minute must have passed before its file goes, by a clock that nobody sets: as long as any signature of it can
/// be acceptable. So a clock that stood ahead for a while took nothing away that counts when it is right again.
fn over() -> Duration {
    Duration::from_secs(last_end(Seconds(0)).0.unsigned_abs() + 60)
}

/// The replay journal in one directory.
pub(super) struct Journal {
    directory: PathBuf,
    files: RwLock<BTreeMap<i64, Minute>>,
    /// Dirty minutes: their file was removed or refused a record, and has to be rewritten from memory.
    owed: Mutex<BTreeSet<i64>>,
    /// Since when minutes have passed whose files are still there.
    passed: Mutex<BTreeMap<i64, Instant>>,
    unkept: Unkept,
    list: List,
    /// Whether the last record could not be written: logged once, and again after a success.
    failing: AtomicBool,
    /// Whether it was logged that not even the gap can be recorded.
    mute: AtomicBool,
    /// Whether the journal is in use.
    begun: AtomicBool,
    /// Records that could not be written, and files that could not be read.
    pub(super) lost: AtomicU64,
}

/// The file of a minute, opened to append.
struct Minute {
    file: File,
    /// Its device and inode: nobody else has these while it is held.
    which: (u64, u64),
    written: AtomicU64,
}

impl Journal {
    /// In a directory. Nothing is touched before [`Journal::begin`].
    pub(super) fn at(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            files: RwLock::default(),
            owed: Mutex::default(),
            passed: Mutex::default(),
            unkept: Unkept::default(),
            list: List::default(),
            failing: AtomicBool::new(false),
            mute: AtomicBool::new(false),
            begun: AtomicBool::new(false),
            lost: AtomicU64::new(0),
        }
    }

    /// Reads what was remembered, as far as it is good, and begins to write. Where `something` was remembered before, it is
    /// in doubt if nothing is there.
    pub(super) fn begin(&self, guard: &Guard, now: Seconds, something: bool) {
        self.read(guard, now, something);
        // First, for the files that this process makes must not hide from the next what this one does not know.
        if let Some(end) = guard.forgotten().filter(|end| *end >= now) {
            // Written when the file is opened.
            let _ = self.unkept.note(end);
        }
        self.begun.store(true, Relaxed);
        let unkept = self.make().and_then(|()| self.unkept.open(&self.directory));
        // The file of this minute marks from when on something was remembered.
        self.note_failure(unkept.and_then(|()| self.with(minute_of(now), |_| Ok(()))));
        self.tidy(guard, now);
    }

    /// Appends a signature. One that cannot be written is still remembered by the process, which writes it when it can;
    /// one that starts before that refuses all that ends when it does.
    pub(super) fn keep(&self, one: Remembered) {
        let minute = minute_of(one.good_until);
        let kept = self.append(minute, &encode(&one));
        if kept.is_err() {
            self.owed.lock().unwrap_or_else(PoisonError::into_inner).insert(minute);
            self.note_unkept(one.good_until);
        }
        self.note_failure(kept);
    }

    /// Expires the files of minutes that have passed, and checks that the others are still where they are read after a
    /// restart.
    pub(super) fn tidy(&self, guard: &Guard, now: Seconds) {
        self.tidy_at(guard, now, Instant::now());
    }

    fn tidy_at(&self, guard: &Guard, now: Seconds, at: Instant) {
        let now = minute_of(now);
        self.files.write().unwrap_or_else(PoisonError::into_inner).retain(|minute, _| *minute >= now);
        self.mend(guard, now);
        // What is in the way was logged already.
        if !self.begun.load(Relaxed) || self.make().is_err() {
            return;
        }
        // Without room there is none.
        let _ = self.unkept.open(&self.directory);
        let Ok(mut passed) = minutes(&self.directory) else { return };
        passed.retain(|minute| *minute < now);
        passed.pop();
        // One that cannot be written says less than there is, and whatever finds no place is noted.
        let _ = self.list.write(&self.directory, now);
        let mut since = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        since.retain(|minute, _| passed.contains(minute));
        for minute in passed {
            let passed_for = at.saturating_duration_since(*since.entry(minute).or_insert(at));
            // First that it is gone, for a clock that steps back.
            if passed_for >= over() && self.unkept.note(*seconds(minute).end()).is_ok() {
                let _ = fs::remove_file(self.path(minute));
            }
        }
    }

    /// Drops handles of files that were deleted or replaced, and rewrites their records from memory.
    fn mend(&self, guard: &Guard, now: i64) {
        let gone = self.gone();
        let mut owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner);
        if !gone.is_empty() {
            tracing::warn!(
                files = gone.len(),
                place = %self.directory.display(),
                "files of accepted signatures were taken away or replaced; what is remembered is written again"
            );
            // From here on a signature that is accepted is written to the new file; each one before is in the memory already.
            self.files.write().unwrap_or_else(PoisonError::into_inner).retain(|minute, _| !gone.contains(minute));
        }
        for minute in gone.iter().filter(|minute| guard.doubts(*seconds(**minute).start())) {
            // It was damaged, and is no more there to tell of it.
            self.note_unkept(*seconds(*minute).end());
        }
        let news = !gone.is_empty();
        owed.extend(gone);
        owed.retain(|minute| *minute >= now);
        if owed.is_empty() {
            return;
        }
        let done = self.write_again(guard, now, &mut owed);
        // That it still cannot be written is no news.
        if news || done.is_ok() {
            self.note_failure(done);
        }
    }

    /// The minutes whose file is no longer the one at its place. A place that cannot be looked at says nothing.
    fn gone(&self) -> Vec<i64> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let gone = files.iter().filter(|(minute, held)| match fs::symlink_metadata(self.path(**minute)) {
            Ok(there) => files::which(&there) != held.which || there.len() < held.written.load(Relaxed),
            Err(why) => matches!(why.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
        });
        gone.map(|(minute, _)| *minute).collect()
    }

    /// Rewrites the dirty minutes from memory. What others who share the directory write as well is there twice, which
    /// no reader minds.
    fn write_again(&self, guard: &Guard, now: i64, owed: &mut BTreeSet<i64>) -> io::Result<()> {
        // As at the beginning.
        self.with(now, |_| Ok(()))?;
        let mut failed = BTreeMap::new();
        for part in guard.remembered() {
            let mut runs: BTreeMap<i64, Vec<u8>> = BTreeMap::new();
            for one in part {
                let minute = minute_of(one.good_until);
                if owed.contains(&minute) {
                    runs.entry(minute).or_default().extend(encode(&one));
                }
            }
            for (minute, records) in runs {
                if let Err(why) = self.append(minute, &records) {
                    failed.insert(minute, why);
                }
            }
        }
        owed.retain(|minute| failed.contains_key(minute));
        failed.into_values().next().map_or(Ok(()), Err)
    }

    fn append(&self, minute: i64, records: &[u8]) -> io::Result<()> {
        let length = records.len() as u64;
        self.with(minute, |file| {
            if file.written.load(Relaxed) + length > MOST {
                return Err(io::Error::new(io::ErrorKind::StorageFull, "too many signatures end in one minute"));
            }
            // One call, so that records of two verifiers never mix.
            match (&file.file).write(records)? {
                written if written == records.len() => {
                    file.written.fetch_add(length, Relaxed);
                    Ok(())
                }
                _ => Err(io::ErrorKind::WriteZero.into()),
            }
        })
    }

    fn with(&self, minute: i64, act: impl Fn(&Minute) -> io::Result<()>) -> io::Result<()> {
        if let Some(file) = self.files.read().unwrap_or_else(PoisonError::into_inner).get(&minute) {
            return act(file);
        }
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let file = match files.entry(minute) {
            std::collections::btree_map::Entry::Occupied(there) => there.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                let file = self.open(minute)?;
                if self.begun.load(Relaxed) {
                    let _ = self.list.write(&self.directory, i64::MIN);
                }
                place.insert(file)
            }
        };
        act(file)
    }

    /// Creates the directory if it is missing; an error if the path is something else than a directory of this user.
    fn make(&self) -> io::Result<()> {
        match DirBuilder::new().mode(0o700).create(&self.directory) {
            Err(why) if why.kind() != io::ErrorKind::AlreadyExists => Err(why),
            _ => files::is_own_directory(&self.directory),
        }
    }

    fn open(&self, minute: i64) -> io::Result<Minute> {
        self.make()?;
        let (file, meta) = files::open(&self.path(minute), Access::Append)?;
        Ok(Minute { file, which: files::which(&meta), written: AtomicU64::new(meta.len()) })
    }

    fn path(&self, minute: i64) -> PathBuf {
        self.directory.join(minute.to_string())
    }

    /// Records a gap: the next process will not know of signatures that expire then.
    fn note_unkept(&self, end: Seconds) {
        if let Err(why) = self.unkept.note(end)
            && !self.mute.swap(true, Relaxed)
        {
            tracing::error!(
                error = %why,
                place = %self.directory.display(),
                "nor could it be noted: until they end, signatures that were accepted would be taken again after a restart"
            );
        }
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
                        "an accepted signature could not be kept: after a restart it might be taken again"
                    );
                }
            }
        }
    }
}
