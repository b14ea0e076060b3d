//! Counts on their way into the store: in batches, each of which is added once, whatever becomes of its commit.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use foldhash::fast::RandomState;
use uuid::Uuid;

use crate::hub::{Hub, HubError, ProcessKind, ProcessNote, UseCount};
use crate::time::Day;

use crate::serve::follower::followed::Followed;
use crate::serve::process::fault_injection;
use crate::serve::telemetry::metrics::Metrics;
use crate::serve::telemetry::use_counter::{CountReport, Tally};

/// Counts of one transaction: a few statements, and no more work than the last uses of one.
const COUNTS_PER_TRANSACTION: usize = 256;
/// Interval between two deletions of counts that are too old.
const FORGET_INTERVAL: Duration = Duration::from_secs(3_600);

/// What waits to be written.
pub(super) struct PendingCounts {
    note: Option<ProcessNote>,
    waiting: HashMap<(Uuid, Day), (i64, i64), RandomState>,
    /// A batch that was sent and may be there: until it is known to be, it is sent again as it is.
    sent: Option<Vec<UseCount>>,
    /// Number of the next batch, or of the one that was sent.
    batch: i64,
    forgotten_at: Option<Instant>,
    /// Requests at the last note, and when that was.
    noted: (u64, Instant),
}

impl PendingCounts {
    pub(super) fn new() -> Self {
        let waiting = HashMap::default();
        Self { note: None, waiting, sent: None, batch: 1, forgotten_at: None, noted: (0, Instant::now()) }
    }

    /// Adds a report, of at most `capacity` credentials and days in all; returns how many were dropped.
    pub(super) fn receive(&mut self, report: CountReport, capacity: usize, yield_now: &mut dyn FnMut(usize)) -> u64 {
        let mut dropped = 0;
        for (n, (credential, tally)) in report.counts.into_iter().enumerate() {
            dropped += u64::from(!self.add(credential, report.day, tally, capacity));
            yield_now(n);
        }
        dropped
    }

    /// Adds to the counts of a credential; false if there is no room for another one.
    pub(super) fn add(&mut self, credential: Uuid, day: Day, tally: Tally, capacity: usize) -> bool {
        let room = self.waiting.len() < capacity || self.waiting.contains_key(&(credential, day));
        if room {
            let sum = self.waiting.entry((credential, day)).or_default();
            sum.0 += i64::from(tally.allowed);
            sum.1 += i64::from(tally.refused);
        }
        room
    }

    /// The process whose counts these are, if that is known already.
    pub(super) fn set_note(&mut self, note: ProcessNote) {
        self.note = Some(note);
    }

    /// Takes the note of this process away.
    pub(super) fn end(&self, hub: &Hub) {
        // One that stays is taken for silent.
        let _ = self.note.as_ref().map(|note| hub.feed().forget_process(note.id));
    }

    /// Writes everything that waits, and notes the process.
    pub(super) fn write(
        &mut self,
        hub: &Hub,
        (metrics, followed): (&Metrics, &Followed),
        yield_now: &mut dyn FnMut(),
    ) -> Result<(), HubError> {
        let mut note = self.note(hub, metrics)?;
        let mut counts: Vec<_> = self.waiting.drain().collect();
        // Sorted, so that rows of one database page are in one transaction.
        counts.sort_unstable_by_key(|(place, _)| *place);
        let mut counts = counts.into_iter().peekable();
        loop {
            let batch = self.sent.take().unwrap_or_else(|| {
                let rows = counts.by_ref().take(COUNTS_PER_TRANSACTION);
                rows.map(|((credential, day), (allowed, refused))| UseCount { credential, day, allowed, refused })
                    .collect()
            });
            let written = {
                let _noting = followed.noting();
                note.answers_from = Some(followed.get());
                write_batch(hub, &note, self.batch, &batch)
            };
            if let Err(why) = written {
                self.sent = (!batch.is_empty()).then_some(batch);
                self.waiting.extend(counts);
                return Err(why);
            }
            self.batch += 1;
            yield_now();
            if counts.peek().is_none() {
                break;
            }
        }
        self.forget(hub, yield_now)
    }

    /// What this process is at the moment.
    fn note(&mut self, hub: &Hub, metrics: &Metrics) -> Result<ProcessNote, HubError> {
        let note = match self.note.take() {
            Some(note) => note,
            None => hub.process_note(ProcessKind::Verifier)?,
        };
        let (requests, (before, at)) = (metrics.requests(), self.noted);
        let elapsed = u64::try_from(at.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        self.noted = (requests, Instant::now());
        let per_minute = requests.saturating_sub(before).saturating_mul(60_000) / elapsed;
        let note = ProcessNote { gateways: metrics.callers.words(), requests, per_minute, ..note };
        self.note = Some(note.clone());
        Ok(note)
    }

    /// Deletes counts that are too old, a piece at a time.
    fn forget(&mut self, hub: &Hub, yield_now: &mut dyn FnMut()) -> Result<(), HubError> {
        if self.forgotten_at.is_some_and(|at| at.elapsed() < FORGET_INTERVAL) {
            return Ok(());
        }
        while hub.feed().forget_old_counts()? {
            yield_now();
        }
        self.forgotten_at = Some(Instant::now());
        Ok(())
    }
}

fn write_batch(hub: &Hub, note: &ProcessNote, batch: i64, counts: &[UseCount]) -> Result<(), HubError> {
    hub.feed().write_counts(note, batch, counts)?;
    match !counts.is_empty() && fault_injection::once("unknown-commit") {
        true => Err(HubError::Unknown),
        false => Ok(()),
    }
}
