//! Reports: last uses, counts, refusals and their log lines. Requests put them into a bounded queue; one thread aggregates and writes
//! them.

mod counts;
mod refusal_log;

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::credential::Kind;
use crate::hub::{Hub, HubError, ProcessNote, REFUSALS_KEPT, Refusal, UsageReport, eviction_index};
use crate::time::Seconds;
use crate::verify::{Allowed, Denied, Reason};

use crate::serve::follower::followed::Followed;
use crate::serve::follower::notice::NoticeState;
use crate::serve::process::cpu_priority::CooperativeYield;
use crate::serve::shared_hub::SharedHub;
use crate::serve::telemetry::diagnosis::Diagnosis;
use crate::serve::telemetry::metrics::Metrics;
use crate::serve::telemetry::reports::counts::PendingCounts;
use crate::serve::telemetry::reports::refusal_log::RefusalLog;
use crate::serve::telemetry::use_counter::{CountReport, Tally, UseCounter, with_counter};

/// Interval between two writes to the store.
const WRITE_INTERVAL: Duration = Duration::from_secs(10);
/// Drain interval of the queue.
const DRAIN_INTERVAL: Duration = Duration::from_millis(100);
/// Capacity of the queue.
const QUEUE_CAPACITY: usize = 65_536;
/// Limit on the reports that wait to be written, and are kept while the store cannot be written.
const MAX_PENDING: usize = 262_144;
/// Drain interval under load: draining 100 ms worth at once would delay responses.
const DRAIN_INTERVAL_UNDER_LOAD: Duration = Duration::from_millis(5);
/// From this many reports at a time the queue is under load.
const LOAD_THRESHOLD: usize = 200;
/// Reports that are aggregated in one piece: a tenth of a millisecond, which may delay a response.
const PIECE: usize = 256;
/// Refusals of one transaction, about half a millisecond's work: neither a desk that waits for the store nor a response
/// that waits for this core must wait long.
const REFUSALS_PER_TRANSACTION: usize = 50;
/// A use is written when the one in the store is this many seconds old. With the interval between two writes, each use
/// shows at the desk within thirty seconds, and a credential in constant use is written three times a minute.
const REWRITE_AFTER: i64 = 20;
/// Slots that remember what was reported in this second.
const RECENT_SLOTS: usize = 16_384;

/// A use or a refusal to be written.
enum Report {
    Used(UsageReport),
    Denied(Box<Denial>),
    Counted(CountReport),
}

/// A refusal as log and store keep it: never a value of the request.
struct Denial {
    at: Seconds,
    reason: Reason,
    component: Option<String>,
    clock_offset: Option<i64>,
    credential: Option<(Uuid, Kind, String)>,
    client: Option<IpAddr>,
    endpoint: &'static str,
    diagnosis: Option<Diagnosis>,
    /// The result of the diagnosis.
    mistake: Option<String>,
}

/// The sending end of the queue.
pub(in crate::serve) struct Reports {
    queue: SyncSender<Report>,
    /// Recent reports: a credential that is used a thousand times in a second is reported once.
    recent: Box<[AtomicU64]>,
    metrics: Arc<Metrics>,
}

/// The receiving end: aggregates and writes.
pub(in crate::serve) struct ReportWriter {
    queue: Receiver<Report>,
    uses: HashMap<(Uuid, i64), UsageReport>,
    /// The uses that were written lately, with their times.
    written: HashMap<(Uuid, i64), Seconds>,
    refusals: HashMap<Uuid, VecDeque<Refusal>>,
    refused: usize,
    counts: PendingCounts,
    log: RefusalLog,
    metrics: Arc<Metrics>,
    /// The change that requests are judged by.
    followed: Arc<Followed>,
}

impl Reports {
    pub(in crate::serve) fn new(metrics: Arc<Metrics>) -> (Self, ReportWriter) {
        let (sender, receiver) = sync_channel(QUEUE_CAPACITY);
        let recent = (0..RECENT_SLOTS).map(|_| AtomicU64::new(0)).collect();
        let writer = ReportWriter {
            queue: receiver,
            uses: HashMap::new(),
            written: HashMap::new(),
            refusals: HashMap::new(),
            refused: 0,
            counts: PendingCounts::new(),
            log: RefusalLog::default(),
            metrics: metrics.clone(),
            followed: Arc::default(),
        };
        (Self { queue: sender, recent, metrics }, writer)
    }

    /// A credential was used.
    pub(in crate::serve) fn used(&self, allowed: &Allowed<'_>, at: Seconds, address: Option<IpAddr>) {
        let (credential, secret) = (allowed.credential.row(), i64::from(allowed.secret_version));
        // A report is counted by its receiver: with as many credentials as there are requests, a map of them on this
        // thread would cost more than all the rest.
        let reported = self.is_new(credential, secret, at, address)
            && self.put(Report::Used(UsageReport { credential, secret, at, address }));
        if !reported {
            self.count(credential, at, true);
        }
    }

    /// A request was refused.
    pub(in crate::serve) fn denied(
        &self,
        denied: &Denied<'_>,
        at: Seconds,
        client: Option<IpAddr>,
        endpoint: &'static str,
        diagnosis: Option<Diagnosis>,
    ) {
        let credential = denied.credential.map(|of| (of.row(), of.kind(), of.key().to_owned()));
        let reported = self.put(Report::Denied(Box::new(Denial {
            at,
            reason: denied.reason,
            component: denied.component.clone(),
            clock_offset: denied.clock_offset,
            credential,
            client,
            endpoint,
            diagnosis,
            mistake: None,
        })));
        if let Some(of) = denied.credential.filter(|_| !reported) {
            self.count(of.row(), at, false);
        }
    }

    /// Counts a request of a known credential that is not reported, on the thread that answers it.
    fn count(&self, credential: Uuid, at: Seconds, allowed: bool) {
        let day = at.day();
        let counted = with_counter(|counter| counter.count(credential, day, allowed));
        if !counted {
            if !with_counter(|counter| counter.is_held()) {
                self.hand_over_counts();
            }
            if !with_counter(|counter| counter.count(credential, day, allowed)) {
                self.metrics.reports_lost.fetch_add(1, Relaxed);
            }
        }
    }

    /// Hands over what the calling thread counted; while the queue is full, the thread keeps it.
    pub(in crate::serve) fn hand_over_counts(&self) {
        let Some(report) = with_counter(UseCounter::take) else { return };
        if let Err(TrySendError::Full(Report::Counted(report))) = self.queue.try_send(Report::Counted(report)) {
            with_counter(|counter| counter.put_back(report));
        }
    }

    /// Drops the report when the queue is full: a response is worth more than a report. Says whether it was sent.
    fn put(&self, report: Report) -> bool {
        let sent = self.queue.try_send(report).is_ok();
        if !sent {
            self.metrics.reports_lost.fetch_add(1, Relaxed);
        }
        sent
    }

    /// Whether this use is the first of its second. Two secrets that share a slot overwrite each other and are always new.
    fn is_new(&self, credential: Uuid, secret: i64, at: Seconds, address: Option<IpAddr>) -> bool {
        let address = match address {
            None => 0,
            Some(IpAddr::V4(address)) => u64::from(u32::from(address)),
            Some(IpAddr::V6(address)) => (u128::from(address) >> 64) as u64 ^ u128::from(address) as u64,
        };
        let (high, low) = credential.as_u64_pair();
        // The low half of a UUIDv7 is random; the odd factors spread what is not.
        let mixed = low ^ high.rotate_left(21) ^ (secret as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ address).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        let slot = &self.recent[(mixed >> 40) as usize % RECENT_SLOTS];
        let mark = (mixed << 32) | u64::from(at.0 as u32);
        slot.load(Relaxed) != mark && slot.swap(mark, Relaxed) != mark
    }
}

impl ReportWriter {
    /// Aggregates and writes until every sender is gone, then writes what is left.
    pub(in crate::serve) fn run(mut self, hub: &SharedHub, notice: &NoticeState, of: (ProcessNote, Arc<Followed>)) {
        let (note, followed) = of;
        self.counts.set_note(note);
        self.followed = followed;
        // Once at the start, so that the verifier is in sight of the desk at once.
        self.write(&hub.current(), &mut || {});
        let mut written = Instant::now();
        loop {
            match self.queue.recv_timeout(DRAIN_INTERVAL) {
                Ok(report) => {
                    self.receive(report);
                    let more = self.queue.try_iter().collect::<Vec<_>>();
                    // Waking for each report would cost more than the reports are worth.
                    let pause = if more.len() < LOAD_THRESHOLD { DRAIN_INTERVAL } else { DRAIN_INTERVAL_UNDER_LOAD };
                    for (n, report) in more.into_iter().enumerate() {
                        self.receive(report);
                        if n % PIECE == PIECE - 1 {
                            // On a busy machine the thread runs rarely and finds thousands of reports.
                            std::thread::yield_now();
                        }
                    }
                    std::thread::sleep(pause);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.log.log_suppressed();
            if let Some(channel) = notice.next_proof(Instant::now()) {
                // One that cannot be sent is not heard, and that is what it is for.
                let _ = hub.current().feed().prove(&channel);
            }
            if written.elapsed() >= WRITE_INTERVAL {
                let mut yielding = CooperativeYield::start();
                self.write(&hub.current(), &mut || yielding.after_piece());
                written = Instant::now();
            }
        }
        self.end(&hub.current());
    }

    /// Writes everything that is left, whether due or not: this is the last chance.
    fn end(&mut self, hub: &Hub) {
        self.written.clear();
        self.write(hub, &mut || {});
        self.counts.end(hub);
    }

    fn receive(&mut self, report: Report) {
        match report {
            Report::Used(used) => {
                self.count(used.credential, used.at, Tally { allowed: 1, refused: 0 });
                let secret = (used.credential, used.secret);
                if self.uses.len() >= MAX_PENDING && !self.uses.contains_key(&secret) {
                    self.lost(1);
                    return;
                }
                self.uses.insert(secret, used);
            }
            Report::Denied(mut denial) => {
                let diagnosed = denial.diagnosis.take().filter(|_| self.log.may_diagnose());
                denial.mistake = diagnosed.and_then(|diagnosis| diagnosis.mistake(denial.at));
                self.log.log(&denial);
                if let Some((credential, ..)) = denial.credential {
                    self.count(credential, denial.at, Tally { allowed: 0, refused: 1 });
                }
                self.keep(*denial);
            }
            Report::Counted(report) => {
                let lost = self.counts.receive(report, MAX_PENDING, &mut |n| {
                    if n % PIECE == PIECE - 1 {
                        std::thread::yield_now();
                    }
                });
                self.lost(lost);
            }
        }
    }

    fn count(&mut self, credential: Uuid, at: Seconds, tally: Tally) {
        if !self.counts.add(credential, at.day(), tally, MAX_PENDING) {
            self.lost(1);
        }
    }

    /// Keeps a refusal to be written, but only of a credential that exists: what a stranger sends is never stored.
    fn keep(&mut self, denial: Denial) {
        let Some((credential, ..)) = denial.credential else { return };
        if self.refused >= MAX_PENDING {
            self.lost(1);
            return;
        }
        let refusals = self.refusals.entry(credential).or_default();
        let mut new = Refusal {
            credential,
            at: denial.at,
            reason: denial.reason.as_str().to_owned(),
            component: denial.component,
            clock_offset: denial.clock_offset,
            address: denial.client,
            mistake: denial.mistake,
            count: 1,
        };
        if let Some(i) = refusals.iter().position(|before| new.is_like(before)) {
            new.count = refusals.remove(i).map_or(1, |before| before.count.saturating_add(1));
        } else if refusals.len() == REFUSALS_KEPT {
            refusals.remove(eviction_index(refusals.iter().map(|refusal| refusal.reason.as_str())));
        } else {
            self.refused += 1;
        }
        refusals.push_back(new);
    }

    /// Writes what is due; calls `yield_now` after each batch.
    fn write(&mut self, hub: &Hub, yield_now: &mut dyn FnMut()) {
        let now = hub.now().seconds();
        // After the clock was set back, nothing counts as written.
        self.written.retain(|_, at| (0..REWRITE_AFTER).contains(&now.0.saturating_sub(at.0)));
        let written = std::mem::take(&mut self.written);
        let (wait, mut due): (Vec<_>, Vec<_>) =
            self.uses.drain().map(|(_, used)| used).partition(|used| written.contains_key(&secret_of(used)));
        self.written = written;
        // Sorted, so that rows of one database page are in one transaction.
        due.sort_unstable_by_key(secret_of);
        let (done, failed) =
            in_batches(&due, hub.feed().uses_at_once(), yield_now, |batch| hub.feed().write_uses(batch));
        let capacity = MAX_PENDING.saturating_sub(self.written.len());
        self.written.extend(due[..done].iter().take(capacity).map(|used| (secret_of(used), used.at)));
        self.uses.extend(due.drain(done..).chain(wait).map(|used| (secret_of(&used), used)));
        // The refusals of one credential may be in two batches: the store limits them in each.
        let refusals: Vec<_> = self.refusals.drain().flat_map(|(_, refusals)| refusals).collect();
        let (stored, failed_too) =
            in_batches(&refusals, REFUSALS_PER_TRANSACTION, yield_now, |batch| hub.feed().write_refusals(batch));
        self.refused = refusals.len() - stored;
        for refusal in refusals.into_iter().skip(stored) {
            self.refusals.entry(refusal.credential).or_default().push_back(refusal);
        }
        self.metrics.reports_written.fetch_add((done + stored) as u64, Relaxed);
        let not_counted = self.counts.write(hub, (&self.metrics, &self.followed), yield_now).err();
        if let Some(why) = failed.or(failed_too).or(not_counted) {
            tracing::warn!(error = %why, waiting = self.uses.len(), "last uses could not be written; kept for later");
        }
    }

    fn lost(&self, n: u64) {
        self.metrics.reports_lost.fetch_add(n, Relaxed);
    }
}

/// Last uses are kept by credential and secret.
fn secret_of(used: &UsageReport) -> (Uuid, i64) {
    (used.credential, used.secret)
}

/// Returns how many were written before a batch failed, and its error.
fn in_batches<T>(
    all: &[T],
    size: usize,
    yield_now: &mut dyn FnMut(),
    mut write: impl FnMut(&[T]) -> Result<(), HubError>,
) -> (usize, Option<HubError>) {
    let mut done = 0;
    for batch in all.chunks(size) {
        if let Err(why) = write(batch) {
            return (done, Some(why));
        }
        done += batch.len();
        yield_now();
    }
    (done, None)
}

#[cfg(test)]
mod tests;
