//! Metrics in the Prometheus text format. Each counter is an atomic number that is reached without a look-up, and
//! written out as text when scraped.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use crate::credential::{Condition, EXPIRING_DAYS, Kind};
use crate::verify::Reason;

use crate::serve::telemetry::callers::Callers;

/// Upper ends of the latency histogram's buckets, in microseconds: deciding takes one, a slow hash tens of thousands.
const BUCKETS: [u64; 12] = [5, 10, 25, 50, 100, 250, 1_000, 5_000, 25_000, 100_000, 500_000, 2_500_000];

const REASONS: usize = Reason::Tampered as usize + 1;

/// All counters.
#[derive(Debug)]
pub(in crate::serve) struct Metrics {
    allowed: [AtomicU64; Kind::ALL.len()],
    denied: [AtomicU64; REASONS],
    buckets: [AtomicU64; BUCKETS.len() + 1],
    nanoseconds: AtomicU64,
    connections: AtomicU64,
    /// Who asked.
    pub(in crate::serve) callers: Callers,
    /// Requests without the right gateway token.
    pub(in crate::serve) no_token: AtomicU64,
    /// Unauthenticated TCP connections that were evicted for newer ones.
    pub(in crate::serve) evicted: AtomicU64,
    /// Requests that got 503.
    pub(in crate::serve) stale: AtomicU64,
    /// Requests that wait for a slow hash.
    pub(in crate::serve) hash_queue: AtomicU64,
    /// Slow hashes done.
    pub(in crate::serve) hashes: AtomicU64,
    /// Right passwords answered from the cache.
    pub(in crate::serve) remembered: AtomicU64,
    /// Uses and refusals dropped because the queue was full.
    pub(in crate::serve) reports_lost: AtomicU64,
    /// Uses and refusals written to the store.
    pub(in crate::serve) reports_written: AtomicU64,
    /// Changes of credentials applied.
    pub(in crate::serve) changes: AtomicU64,
}

/// The state of credentials that were changed outside keydesk.
pub(in crate::serve) const TAMPERED: &str = "tampered";

/// The state of those that expire soon.
const EXPIRING: &str = Condition::Expiring(0).as_str();

/// Numbers of credentials by kind and state.
pub(in crate::serve) type CredentialStates = BTreeMap<(Kind, &'static str), usize>;

/// The gauges of the page.
#[derive(Clone, Debug)]
pub(in crate::serve) struct Gauges {
    pub(in crate::serve) credentials: usize,
    pub(in crate::serve) states: CredentialStates,
    pub(in crate::serve) tampered: i64,
    pub(in crate::serve) tampered_settings: usize,
    pub(in crate::serve) age_ms: u64,
    /// Whether the store was rolled back.
    pub(in crate::serve) rolled_back: bool,
    pub(in crate::serve) altered: usize,
    /// Whether changes arrive as hints; whether the desk was copied elsewhere; whether no standby has what was written; and
    /// whether two servers of the store take changes.
    pub(in crate::serve) listening: bool,
    pub(in crate::serve) copied: bool,
    pub(in crate::serve) unconfirmed: bool,
    pub(in crate::serve) two_primaries: bool,
    /// Signatures that the replay guard remembers; and records that the replay journal could not write, or not read
    /// after a restart.
    pub(in crate::serve) signatures: usize,
    pub(in crate::serve) signatures_lost: u64,
    pub(in crate::serve) snapshot_bytes: usize,
}

/// A connection while it lasts.
#[derive(Debug)]
pub(in crate::serve) struct Connected<'a>(&'a AtomicU64);

impl Drop for Connected<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Metrics {
    pub(in crate::serve) fn new() -> Self {
        let none = || AtomicU64::new(0);
        Self {
            allowed: std::array::from_fn(|_| none()),
            denied: std::array::from_fn(|_| none()),
            buckets: std::array::from_fn(|_| none()),
            nanoseconds: none(),
            connections: none(),
            callers: Callers::default(),
            no_token: none(),
            evicted: none(),
            stale: none(),
            hash_queue: none(),
            hashes: none(),
            remembered: none(),
            reports_lost: none(),
            reports_written: none(),
            changes: none(),
        }
    }

    pub(in crate::serve) fn connected(&self) -> Connected<'_> {
        self.connections.fetch_add(1, Relaxed);
        Connected(&self.connections)
    }

    /// All requests that were decided.
    pub(in crate::serve) fn requests(&self) -> u64 {
        self.allowed.iter().chain(&self.denied).map(|n| n.load(Relaxed)).sum()
    }

    pub(in crate::serve) fn allowed(&self, kind: Kind) {
        self.allowed[kind as usize].fetch_add(1, Relaxed);
    }

    pub(in crate::serve) fn denied(&self, reason: Reason) {
        self.denied[reason as usize].fetch_add(1, Relaxed);
    }

    pub(in crate::serve) fn took(&self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BUCKETS.partition_point(|end| nanoseconds > end * 1_000);
        self.buckets[bucket].fetch_add(1, Relaxed);
        self.nanoseconds.fetch_add(nanoseconds, Relaxed);
    }

    /// The page in Prometheus' text format.
    pub(in crate::serve) fn page(&self, gauges: &Gauges) -> String {
        let mut page = String::with_capacity(8 * 1024);
        head(&mut page, "keydesk_allowed_total", "counter", "Requests that may pass.");
        for kind in Kind::ALL {
            let n = self.allowed[kind as usize].load(Relaxed);
            let _ = writeln!(page, "keydesk_allowed_total{{kind=\"{kind}\"}} {n}");
        }
        head(&mut page, "keydesk_denied_total", "counter", "Requests that were refused, by reason.");
        for reason in Reason::all() {
            let n = self.denied[reason as usize].load(Relaxed);
            let _ = writeln!(page, "keydesk_denied_total{{reason=\"{reason}\"}} {n}");
        }
        head(&mut page, "keydesk_credentials_by_state", "gauge", "Credentials by kind and state, as lists call it.");
        for ((kind, state), n) in &gauges.states {
            let _ = writeln!(page, "keydesk_credentials_by_state{{kind=\"{kind}\",state=\"{state}\"}} {n}");
        }
        self.histogram(&mut page);
        for (name, help, is) in [
            (
                "keydesk_store_listening",
                "1 while hints of commits arrive, 0 while the store is polled.",
                gauges.listening,
            ),
            ("keydesk_store_copied", "1 where the desk was copied elsewhere and may be left behind.", gauges.copied),
            (
                "keydesk_store_unconfirmed",
                "1 while no standby has confirmed what this verifier wrote.",
                gauges.unconfirmed,
            ),
            ("keydesk_store_two_primaries", "1 while two servers of the store take changes.", gauges.two_primaries),
        ] {
            head(&mut page, name, "gauge", help);
            let _ = writeln!(page, "{name} {}", u8::from(is));
        }
        self.numbers(&mut page, gauges);
        page
    }

    /// Writes the metrics that are a single number.
    fn numbers(&self, page: &mut String, gauges: &Gauges) {
        let age = format!("{}.{:03}", gauges.age_ms / 1_000, gauges.age_ms % 1_000);
        let expiring_now: usize =
            gauges.states.iter().filter(|((_, state), _)| *state == EXPIRING).map(|(_, n)| n).sum();
        let expiring = format!("Active ones that expire within {EXPIRING_DAYS} days.");
        let counter = |n: &AtomicU64| n.load(Relaxed).to_string();
        for (name, kind, help, value) in [
            ("snapshot_age_seconds", "gauge", "Since the store was last in sight.", age),
            (
                "store_went_back",
                "gauge",
                "1 while the store is older than it was.",
                u8::from(gauges.rolled_back).to_string(),
            ),
            (
                "store_altered",
                "gauge",
                "Things of the store that are not as keydesk left them.",
                gauges.altered.to_string(),
            ),
            ("snapshot_bytes", "gauge", "Memory of the snapshot.", gauges.snapshot_bytes.to_string()),
            ("credentials", "gauge", "Credentials in the snapshot.", gauges.credentials.to_string()),
            ("credentials_expiring", "gauge", &expiring, expiring_now.to_string()),
            ("credentials_tampered", "gauge", "Credentials with a wrong tag.", gauges.tampered.to_string()),
            (
                "settings_tampered",
                "gauge",
                "Settings of verifiers changed outside keydesk.",
                gauges.tampered_settings.to_string(),
            ),
            ("replay_signatures", "gauge", "Signatures that are remembered.", gauges.signatures.to_string()),
            (
                "replay_lost_total",
                "counter",
                "Signatures that a restart would forget, and files of them that could not be read.",
                gauges.signatures_lost.to_string(),
            ),
            ("connections", "gauge", "Open connections.", counter(&self.connections)),
            ("argon2_queue", "gauge", "Requests that wait for a slow hash.", counter(&self.hash_queue)),
            ("argon2_total", "counter", "Slow hashes done.", counter(&self.hashes)),
            ("passwords_remembered_total", "counter", "Passwords that needed no hash.", counter(&self.remembered)),
            ("no_token_total", "counter", "Requests without the gateway token.", counter(&self.no_token)),
            (
                "gave_way_total",
                "counter",
                "TCP connections without a token, closed for newer ones.",
                counter(&self.evicted),
            ),
            ("stale_total", "counter", "Requests that got 503.", counter(&self.stale)),
            ("reports_written_total", "counter", "Last uses and refusals written.", counter(&self.reports_written)),
            ("reports_lost_total", "counter", "Last uses and refusals without room.", counter(&self.reports_lost)),
            ("changes_total", "counter", "Changes of credentials applied.", counter(&self.changes)),
        ] {
            let name = format!("keydesk_{name}");
            head(page, &name, kind, help);
            let _ = writeln!(page, "{name} {value}");
        }
    }

    fn histogram(&self, page: &mut String) {
        const NAME: &str = "keydesk_answer_seconds";
        head(page, NAME, "histogram", "Time to an answer.");
        let mut sum = 0;
        for (i, bucket) in self.buckets.iter().enumerate() {
            sum += bucket.load(Relaxed);
            let end = BUCKETS.get(i).map_or("+Inf".to_owned(), |end| seconds(end * 1_000));
            let _ = writeln!(page, "{NAME}_bucket{{le=\"{end}\"}} {sum}");
        }
        let total = seconds(self.nanoseconds.load(Relaxed));
        let _ = writeln!(page, "{NAME}_sum {total}\n{NAME}_count {sum}");
    }
}

fn seconds(nanoseconds: u64) -> String {
    let text = format!("{}.{:09}", nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn head(page: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(page, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_all_counters() {
        let metrics = Metrics::new();
        metrics.allowed(Kind::Hmac);
        metrics.denied(Reason::Tampered);
        metrics.took(Duration::from_micros(7));
        metrics.took(Duration::from_secs(9));
        let connection = metrics.connected();
        let gauges = Gauges {
            credentials: 3,
            states: CredentialStates::from([((Kind::Basic, EXPIRING), 1)]),
            tampered: 0,
            tampered_settings: 1,
            age_ms: 1_005,
            rolled_back: true,
            altered: 2,
            listening: true,
            copied: true,
            unconfirmed: true,
            two_primaries: true,
            signatures: 4,
            signatures_lost: 2,
            snapshot_bytes: 9,
        };
        let page = metrics.page(&gauges);
        for line in [
            "keydesk_allowed_total{kind=\"hmac\"} 1",
            "keydesk_denied_total{reason=\"tampered\"} 1",
            "keydesk_answer_seconds_bucket{le=\"0.000005\"} 0",
            "keydesk_answer_seconds_bucket{le=\"0.00001\"} 1",
            "keydesk_answer_seconds_bucket{le=\"2.5\"} 1",
            "keydesk_answer_seconds_bucket{le=\"+Inf\"} 2",
            "keydesk_answer_seconds_sum 9.000007",
            "keydesk_answer_seconds_count 2",
            "keydesk_snapshot_age_seconds 1.005",
            "keydesk_store_went_back 1",
            "keydesk_store_altered 2",
            "keydesk_store_listening 1",
            "keydesk_store_copied 1",
            "keydesk_store_unconfirmed 1",
            "keydesk_store_two_primaries 1",
            "keydesk_settings_tampered 1",
            "keydesk_replay_signatures 4",
            "keydesk_replay_lost_total 2",
            "keydesk_connections 1",
        ] {
            assert!(page.lines().any(|l| l == line), "{line}\n{page}");
        }
        drop(connection);
        assert!(metrics.page(&gauges).contains("keydesk_connections 0"));
    }
}
