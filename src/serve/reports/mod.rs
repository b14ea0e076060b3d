//! Reports: last uses, refusals and log lines. Requests put them into a bounded queue; one thread aggregates and writes
//! them.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};

use uuid::Uuid;

use crate::credential::Kind;
use crate::hub::{Hub, HubError, REFUSALS_KEPT, Refusal, Use, crowded};
use crate::time::Seconds;
use crate::verify::{Allowed, Denied, Reason};

use super::{diagnosis::Diagnosis, metrics::Metrics, priority::Pieces};

/// Interval between two writes to the store.
const WRITTEN_EVERY: Duration = Duration::from_secs(10);
/// Drain interval of the queue.
const EMPTIED_EVERY: Duration = Duration::from_millis(100);
/// Capacity of the queue.
const QUEUE: usize = 65_536;
/// Reports that are gathered between two writes, and kept while the store cannot be written.
const GATHERED: usize = 262_144;
/// Drain interval under load: draining 100 ms worth at once would delay responses.
const EMPTIED_SOON: Duration = Duration::from_millis(5);
/// From this many reports at a time the queue is under load.
const MANY: usize = 200;
/// Reports that are aggregated in one piece: a tenth of a millisecond, which may delay a response.
const PIECE: usize = 256;
/// Refusals of one transaction, about half a millisecond's work: neither a desk that waits for the store nor a response
/// that waits for this core must wait long.
const BATCH: usize = 50;
/// Last uses of one transaction: they are one statement, and no more work than so many refusals.
const USES: usize = 256;
/// A use is written once the one that is known is this old. With the time between two writes each shows at the desk within
/// thirty seconds, and a credential that is used all the time is written three times a minute.
const KNOWN_FOR: i64 = 20;
/// Limit on refusals in the log per second; the rest is counted.
const LINES: u32 = 200;
/// Requests that are diagnosed in one second, each for a millisecond at most; of further ones only the reason is
/// reported.
const LOOKED_INTO: u32 = 200;
/// Places that remember what was reported in this second.
const SLOTS: usize = 16_384;

/// A use or a refusal to be written.
enum Report {
    Used(Use),
    Denied(Box<Denial>),
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
pub(super) struct Reports {
    queue: SyncSender<Report>,
    /// What was reported lately: a credential that is used a thousand times in a second is one report.
    lately: Box<[AtomicU64]>,
    metrics: Arc<Metrics>,
}

/// The receiving end: aggregates and writes.
pub(super) struct Gathering {
    queue: Receiver<Report>,
    uses: HashMap<(Uuid, i64), Use>,
    /// When those that were written a moment ago were used.
    known: HashMap<(Uuid, i64), Seconds>,
    refusals: HashMap<Uuid, VecDeque<Refusal>>,
    refused: usize,
    lines: Lines,
    metrics: Arc<Metrics>,
}

impl Reports {
    pub(super) fn new(metrics: Arc<Metrics>) -> (Self, Gathering) {
        let (sender, receiver) = sync_channel(QUEUE);
        let lately = (0..SLOTS).map(|_| AtomicU64::new(0)).collect();
        let gathering = Gathering {
            queue: receiver,
            uses: HashMap::new(),
            known: HashMap::new(),
            refusals: HashMap::new(),
            refused: 0,
            lines: Lines::default(),
            metrics: metrics.clone(),
        };
        (Self { queue: sender, lately, metrics }, gathering)
    }

    /// A credential was used.
    pub(super) fn used(&self, allowed: &Allowed<'_>, at: Seconds, address: Option<IpAddr>) {
        let (credential, secret) = (allowed.credential.row(), i64::from(allowed.secret_version));
        if self.is_news(credential, secret, at, address) {
            self.put(Report::Used(Use { credential, secret, at, address }));
        }
    }

    /// A request was refused.
    pub(super) fn denied(
        &self,
        denied: &Denied<'_>,
        at: Seconds,
        client: Option<IpAddr>,
        endpoint: &'static str,
        diagnosis: Option<Diagnosis>,
    ) {
        let credential = denied.credential.map(|of| (of.row(), of.kind(), of.key().to_owned()));
        self.put(Report::Denied(Box::new(Denial {
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
    }

    /// Drops the report when the queue is full: a response is worth more than a report.
    fn put(&self, report: Report) {
        if self.queue.try_send(report).is_err() {
            self.metrics.reports_lost.fetch_add(1, Relaxed);
        }
    }

    /// Whether this use is the first report of this second. Of two that fall on one place both are news, again and
    /// again.
    fn is_news(&self, credential: Uuid, secret: i64, at: Seconds, address: Option<IpAddr>) -> bool {
        let address = match address {
            None => 0,
            Some(IpAddr::V4(address)) => u64::from(u32::from(address)),
            Some(IpAddr::V6(address)) => (u128::from(address) >> 64) as u64 ^ u128::from(address) as u64,
        };
        let (high, low) = credential.as_u64_pair();
        // The low half of a UUIDv7 is random; the odd factors spread what is not.
        let mixed = low ^ high.rotate_left(21) ^ (secret as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ address).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        let slot = &self.lately[(mixed >> 40) as usize % SLOTS];
        let mark = (mixed << 32) | u64::from(at.0 as u32);
        slot.load(Relaxed) != mark && slot.swap(mark, Relaxed) != mark
    }
}

impl Gathering {
    /// Gathers and writes until every sender is gone, then writes what is left.
    pub(super) fn run(mut self, hub: &RwLock<Arc<Hub>>) {
        let mut written = Instant::now();
        loop {
            match self.queue.recv_timeout(EMPTIED_EVERY) {
                Ok(report) => {
                    self.take(report);
                    let more = self.queue.try_iter().collect::<Vec<_>>();
                    // Woken for each report, the thread would cost more than it saves.
                    let pause = if more.len() < MANY { EMPTIED_EVERY } else { EMPTIED_SOON };
                    for (n, report) in more.into_iter().enumerate() {
                        self.take(report);
                        if n % PIECE == PIECE - 1 {
                            // On a busy machine the thread runs seldom and finds thousands of reports, so it yields the
                            // core between pieces.
                            std::thread::yield_now();
                        }
                    }
                    std::thread::sleep(pause);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.lines.tell_rest();
            if written.elapsed() >= WRITTEN_EVERY {
                let mut pieces = Pieces::begin();
                self.write(&current(hub), &mut || pieces.done());
                written = Instant::now();
            }
        }
        self.end(&current(hub));
    }

    /// Writes everything that is left. Shutdown waits for this, and nothing after it could write what is left.
    fn end(&mut self, hub: &Hub) {
        self.known.clear();
        self.write(hub, &mut || {});
    }

    fn take(&mut self, report: Report) {
        match report {
            Report::Used(used) => {
                let place = (used.credential, used.secret);
                if self.uses.len() >= GATHERED && !self.uses.contains_key(&place) {
                    self.lost(1);
                    return;
                }
                self.uses.insert(place, used);
            }
            Report::Denied(mut denial) => {
                let looked_into = denial.diagnosis.take().filter(|_| self.lines.may_look());
                denial.mistake = looked_into.and_then(|diagnosis| diagnosis.mistake(denial.at));
                self.lines.tell(&denial);
                self.keep(*denial);
            }
        }
    }

    /// Only of credentials that exist: what a stranger types is never written.
    fn keep(&mut self, denial: Denial) {
        let Some((credential, ..)) = denial.credential else { return };
        if self.refused >= GATHERED {
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
            refusals.remove(crowded(refusals.iter().map(|refusal| refusal.reason.as_str())));
        } else {
            self.refused += 1;
        }
        refusals.push_back(new);
    }

    /// Writes what is due; `rest` comes after each batch.
    fn write(&mut self, hub: &Hub, rest: &mut dyn FnMut()) {
        let now = hub.now().seconds();
        // By a clock that was set back nothing is known.
        self.known.retain(|_, at| (0..KNOWN_FOR).contains(&now.0.saturating_sub(at.0)));
        let known = std::mem::take(&mut self.known);
        let (wait, mut due): (Vec<_>, Vec<_>) =
            self.uses.drain().map(|(_, used)| used).partition(|used| known.contains_key(&place_of(used)));
        self.known = known;
        // Rows of one page in one transaction: a crowd of credentials would else touch a page for each.
        due.sort_unstable_by_key(place_of);
        let (done, failed) = in_batches(&due, USES, rest, |batch| hub.feed().write_uses(batch));
        let room = GATHERED.saturating_sub(self.known.len());
        self.known.extend(due[..done].iter().take(room).map(|used| (place_of(used), used.at)));
        self.uses.extend(due.drain(done..).chain(wait).map(|used| (place_of(&used), used)));
        // Of one credential all in one batch would be nicer, but each batch keeps as many anyway.
        let refusals: Vec<_> = self.refusals.drain().flat_map(|(_, refusals)| refusals).collect();
        let (told, failed_too) = in_batches(&refusals, BATCH, rest, |batch| hub.feed().write_refusals(batch));
        self.refused = refusals.len() - told;
        for refusal in refusals.into_iter().skip(told) {
            self.refusals.entry(refusal.credential).or_default().push_back(refusal);
        }
        self.metrics.reports_written.fetch_add((done + told) as u64, Relaxed);
        if let Some(why) = failed.or(failed_too) {
            tracing::warn!(error = %why, waiting = self.uses.len(), "last uses could not be written; kept for later");
        }
    }

    fn lost(&self, n: u64) {
        self.metrics.reports_lost.fetch_add(n, Relaxed);
    }
}

/// Which secret of which credential was used: of these the last use is kept.
fn place_of(used: &Use) -> (Uuid, i64) {
    (used.credential, used.secret)
}

/// How many were written before one batch failed, and why.
fn in_batches<T>(
    all: &[T],
    size: usize,
    rest: &mut dyn FnMut(),
    mut write: impl FnMut(&[T]) -> Result<(), HubError>,
) -> (usize, Option<HubError>) {
    let mut done = 0;
    for batch in all.chunks(size) {
        if let Err(why) = write(batch) {
            return (done, Some(why));
        }
        done += batch.len();
        rest();
    }
    (done, None)
}

/// The hub as it is now: it is another one after the store was replaced.
pub(super) fn current(hub: &RwLock<Arc<Hub>>) -> Arc<Hub> {
    hub.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
}

/// Refusals in the log, so many a second.
struct Lines {
    second: Instant,
    told: u32,
    silent: u64,
    looked_into: u32,
}

impl Default for Lines {
    fn default() -> Self {
        Self { second: Instant::now(), told: 0, silent: 0, looked_into: 0 }
    }
}

impl Lines {
    fn tell(&mut self, denial: &Denial) {
        self.tell_rest();
        if self.told >= LINES {
            self.silent += 1;
            return;
        }
        self.told += 1;
        let (kind, key) = denial.credential.as_ref().map(|(_, kind, key)| (kind.as_str(), key.as_str())).unzip();
        tracing::info!(
            reason = denial.reason.as_str(),
            component = denial.component,
            clock_offset = denial.clock_offset,
            mistake = denial.mistake,
            kind,
            key,
            client = denial.client.map(tracing::field::display),
            endpoint = denial.endpoint,
            "refused"
        );
    }

    /// Whether one more request may be diagnosed in this second.
    fn may_look(&mut self) -> bool {
        self.tell_rest();
        self.looked_into += 1;
        self.looked_into <= LOOKED_INTO
    }

    /// Logs at the end of a second how many refusals were suppressed.
    fn tell_rest(&mut self) {
        if self.second.elapsed() < Duration::from_secs(1) {
            return;
        }
        if self.silent > 0 {
            tracing::info!(count = self.silent, "refused more than are told one by one");
        }
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests;
