//! What a process that starts learns from the files, and what it learns that it does not know.

use std::{
    fs::OpenOptions,
    io::{self, Read as _},
    os::unix::fs::OpenOptionsExt as _,
    sync::atomic::Ordering::Relaxed,
};

use crate::time::Seconds;
use crate::verify::replay::{Guard, last_end};

use super::{
    AT_ONCE, Journal, MOST,
    record::{decode, minute_of, minutes, seconds},
    regular,
    unkept::Unkept,
};

impl Journal {
    /// Reads what was remembered, as far as it is good.
    pub(super) fn read(&self, guard: &Guard, now: Seconds) {
        let minutes = match minutes(&self.directory) {
            Ok(minutes) => minutes,
            // Nothing was remembered.
            Err(why) if why.kind() == io::ErrorKind::NotFound => return,
            Err(why) => {
                guard.forgot_until(last_end(now));
                self.lost.fetch_add(1, Relaxed);
                tracing::error!(
                    error = %why,
                    place = %self.directory.display(),
                    "the files of accepted signatures cannot be listed: all that may have been accepted is refused"
                );
                return;
            }
        };
        let told = self.read_unkept(guard, now);
        let mut oldest = None;
        for minute in minutes {
            match self.read_minute(minute, guard, now) {
                Ok(()) => oldest = oldest.or(Some(minute)),
                // Between the list and this another verifier removed it, for it has passed.
                Err(why) if why.kind() == io::ErrorKind::NotFound && minute < minute_of(now) => {}
                Err(why) => {
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
        tracing::info!(signatures = guard.len(), "what was accepted before is remembered");
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
        let file = OpenOptions::new().read(true).custom_flags(AT_ONCE).open(self.path(minute))?;
        // Two verifiers together may write more than one of them reads.
        if regular(&file)?.len() > MOST {
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
