//! Recovery: what a starting process learns from the replay journal, and what it has to treat as lost.

use std::{
    collections::BTreeSet,
    io::{self, Read as _},
    path::Path,
    sync::atomic::Ordering::Relaxed,
};

use crate::files::{self, Access};
use crate::time::Seconds;
use crate::verify::replay::{Guard, last_end};

use super::{
    Journal, MOST,
    list::List,
    record::{decode, minute_of, minutes, seconds},
    unkept::Unkept,
};

/// Whether a directory has an index of its files.
pub(in crate::serve) fn is_listed(directory: &Path) -> bool {
    List::read(directory).is_ok()
}

impl Journal {
    /// Reads all valid records.
    pub(super) fn read(&self, guard: &Guard, now: Seconds, something: bool) {
        let listed = files::is_own_directory(&self.directory).and_then(|()| minutes(&self.directory));
        let minutes = match listed {
            Ok(minutes) => minutes,
            // Nothing was remembered.
            Err(why) if why.kind() == io::ErrorKind::NotFound && !something => return,
            Err(why) if why.kind() == io::ErrorKind::NotFound => {
                return self.all_in_doubt(guard, now, "are gone", &why);
            }
            Err(why) => return self.all_in_doubt(guard, now, "cannot be listed", &why),
        };
        let told = self.read_unkept(guard, now);
        let (mut oldest, mut unread) = (None, BTreeSet::new());
        for minute in &minutes {
            let minute = *minute;
            match self.read_minute(minute, guard, now) {
                Ok(()) => oldest = oldest.or(Some(minute)),
                // Between the list and this another verifier removed it, for it has passed.
                Err(why) if why.kind() == io::ErrorKind::NotFound && minute < minute_of(now) => {}
                Err(why) => {
                    unread.insert(minute);
                    guard.forgot(seconds(minute));
                    self.lost.fetch_add(1, Relaxed);
                    tracing::error!(
                        error = %why,
                        file = %self.path(minute).display(),
                        "a file of accepted signatures cannot be read: all that ends in its minute is refused"
                    );
                }
            }
        }
        if let Some(oldest) = oldest.filter(|_| !told) {
            self.nothing_before(oldest, guard, now);
        }
        let near = minute_of(last_end(now));
        let used = something || told || minutes.iter().any(|minute| (minute_of(now)..=near).contains(minute));
        self.read_list(guard, now, used, &unread);
        tracing::info!(signatures = guard.len(), "what was accepted before is remembered");
    }

    /// Refuses everything that may have been accepted until now.
    fn all_in_doubt(&self, guard: &Guard, now: Seconds, what: &str, why: &io::Error) {
        guard.forgot_until(last_end(now));
        self.lost.fetch_add(1, Relaxed);
        tracing::error!(
            error = %why,
            place = %self.directory.display(),
            until = last_end(now).rfc3339(),
            "the files of accepted signatures {what}: all that may have been accepted is refused"
        );
    }

    /// Misses the files that were there when a verifier last looked. Those in `unread` are missed already.
    fn read_list(&self, guard: &Guard, now: Seconds, used: bool, unread: &BTreeSet<i64>) {
        let lengths = match List::read(&self.directory) {
            Ok(lengths) => lengths,
            Err(_) if !used => return,
            Err(why) => return self.all_in_doubt(guard, now, "may not be all there, for their list is not", &why),
        };
        for (minute, length) in lengths.into_iter().filter(|(minute, _)| *minute >= minute_of(now)) {
            let there = self.path(minute).symlink_metadata().ok().filter(|meta| meta.is_file());
            if length.is_some_and(|length| there.is_some_and(|there| there.len() >= length)) || unread.contains(&minute)
            {
                continue;
            }
            guard.forgot(seconds(minute));
            self.list.missed(minute);
            self.lost.fetch_add(1, Relaxed);
            tracing::error!(
                file = %self.path(minute).display(),
                "a file of accepted signatures was taken away or cut: all that ends in its minute is refused"
            );
        }
    }

    /// Reads until when signatures may have been accepted that no file holds; says whether that is known.
    fn read_unkept(&self, guard: &Guard, now: Seconds) -> bool {
        let until = Unkept::until(&self.directory).unwrap_or_else(|why| {
            self.lost.fetch_add(1, Relaxed);
            tracing::error!(error = %why, "until when signatures could not be kept cannot be read");
            Some(last_end(now))
        });
        let Some(until) = until else { return false };
        guard.forgot_until(until);
        if until >= now {
            let until = until.rfc3339();
            tracing::warn!(until, "not all accepted signatures could be kept: all that end by then are refused");
        }
        true
    }

    /// Where nothing tells it, nothing is known of what ends before the oldest file: only a clock that stepped back brings
    /// it up again. A file that cannot be read is not taken for the oldest: it may be anybody's, and lie years ahead.
    fn nothing_before(&self, oldest: i64, guard: &Guard, now: Seconds) {
        let before = Seconds(seconds(oldest).start().0 - 1);
        guard.forgot_until(before);
        if before > now {
            tracing::warn!(
                until = before.rfc3339(),
                place = %self.directory.display(),
                "the clock stood later when signatures were accepted, and all that end by then are refused: if it is right \
                 now and was wrong before, stop the verifier, take the directory away, and start it again"
            );
        }
    }

    fn read_minute(&self, minute: i64, guard: &Guard, now: Seconds) -> io::Result<()> {
        let (file, meta) = files::open(&self.path(minute), Access::Read)?;
        // Two verifiers together may write more than one of them reads.
        if meta.len() > MOST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is longer than any of keydesk"));
        }
        let mut bytes = Vec::new();
        file.take(MOST).read_to_end(&mut bytes)?;
        let damage = decode(&bytes, minute, |one| guard.recall(one));
        if (minute_of(now)..=minute_of(last_end(now))).contains(&minute) {
            // Held, so that it is noticed if it is taken away. If it cannot be written to, the next signature says so.
            let _ = self.with(minute, |_| Ok(()));
        }
        if damage.holes > 0 {
            let why = format!("{} bytes of it are damaged", damage.holes);
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        if damage.cut > 0 {
            tracing::warn!(
                file = minute,
                bytes = damage.cut,
                "the last record is damaged; its request was never answered"
            );
        }
        Ok(())
    }
}
