//! Recovery: what a starting process learns from the replay journal, and what it has to treat as lost.

use std::collections::BTreeSet;
use std::io::{self, Read as _};
use std::sync::atomic::Ordering::Relaxed;

use crate::files::{self, Access};
use crate::time::Seconds;
use crate::verify::replay::{Guard, last_end};

use crate::serve::replay_journal::gaps::Gaps;
use crate::serve::replay_journal::index::SegmentIndex;
use crate::serve::replay_journal::record::{decode, minute_of, seconds, segments};
use crate::serve::replay_journal::{MAX_BYTES, ReplayJournal};

impl ReplayJournal {
    /// Reads all valid records.
    pub(super) fn read(&self, guard: &Guard, now: Seconds, used_before: bool) {
        let listed = files::is_own_directory(&self.directory).and_then(|()| segments(&self.directory));
        let minutes = match listed {
            Ok(minutes) => minutes,
            // Nothing was ever recorded.
            Err(why) if why.kind() == io::ErrorKind::NotFound && !used_before => return,
            Err(why) if why.kind() == io::ErrorKind::NotFound => {
                return self.doubt_everything(guard, now, "are gone", &why);
            }
            Err(why) => return self.doubt_everything(guard, now, "cannot be listed", &why),
        };
        let gaps_known = self.read_gaps(guard, now);
        let (mut oldest, mut unread) = (None, BTreeSet::new());
        for minute in &minutes {
            let minute = *minute;
            match self.read_segment(minute, guard, now) {
                Ok(()) => oldest = oldest.or(Some(minute)),
                // Another verifier has just removed it, because its minute has passed.
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
        if let Some(oldest) = oldest.filter(|_| !gaps_known) {
            self.doubt_everything_before(oldest, guard, now);
        }
        let near = minute_of(last_end(now));
        let used = used_before || gaps_known || minutes.iter().any(|minute| (minute_of(now)..=near).contains(minute));
        self.read_index(guard, now, used, &unread);
        tracing::info!(signatures = guard.len(), "what was accepted before is remembered");
    }

    /// Refuses everything that may have been accepted until now.
    fn doubt_everything(&self, guard: &Guard, now: Seconds, what: &str, why: &io::Error) {
        guard.forgot_until(last_end(now));
        self.lost.fetch_add(1, Relaxed);
        tracing::error!(
            error = %why,
            place = %self.directory.display(),
            until = last_end(now).rfc3339(),
            "the files of accepted signatures {what}: all that may have been accepted is refused"
        );
    }

    /// Compares the files with the index that a verifier wrote last. Files in `unread` are in doubt already.
    fn read_index(&self, guard: &Guard, now: Seconds, used: bool, unread: &BTreeSet<i64>) {
        let lengths = match SegmentIndex::read(&self.directory) {
            Ok(lengths) => lengths,
            Err(_) if !used => return,
            Err(why) => return self.doubt_everything(guard, now, "may not be all there, for their list is not", &why),
        };
        for (minute, length) in lengths.into_iter().filter(|(minute, _)| *minute >= minute_of(now)) {
            let there = self.path(minute).symlink_metadata().ok().filter(|meta| meta.is_file());
            if length.is_some_and(|length| there.is_some_and(|there| there.len() >= length)) || unread.contains(&minute)
            {
                continue;
            }
            guard.forgot(seconds(minute));
            self.index.add_missing(minute);
            self.lost.fetch_add(1, Relaxed);
            tracing::error!(
                file = %self.path(minute).display(),
                "a file of accepted signatures was taken away or cut: all that ends in its minute is refused"
            );
        }
    }

    /// Reads up to which expiry signatures may have been accepted that no file holds; returns whether that is known.
    fn read_gaps(&self, guard: &Guard, now: Seconds) -> bool {
        let until = Gaps::until(&self.directory).unwrap_or_else(|why| {
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

    /// Without a file of gaps, nothing is known about signatures that expire before the oldest file; they matter only if the
    /// clock stepped back. A file that cannot be read does not count as the oldest: it may be anybody's, and years ahead.
    fn doubt_everything_before(&self, oldest: i64, guard: &Guard, now: Seconds) {
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

    fn read_segment(&self, minute: i64, guard: &Guard, now: Seconds) -> io::Result<()> {
        let (file, meta) = files::open(&self.path(minute), Access::Read)?;
        // Two verifiers together may have written more than the limit.
        if meta.len() > MAX_BYTES {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is longer than any of keydesk"));
        }
        let mut bytes = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut bytes)?;
        let damage = decode(&bytes, minute, |one| guard.recall(one));
        if (minute_of(now)..=minute_of(last_end(now))).contains(&minute) {
            // Kept open, so that its removal is noticed. If it cannot be opened for writing, the next signature reports that.
            let _ = self.with_segment(minute, |_| Ok(()));
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
