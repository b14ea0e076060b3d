//! What a decision costs, at a million credentials: time, allocations, memory; beside the yardsticks that say where the
//! floor is, measured in the same run. Only the ratios count on a shared machine.
//!
//! `cargo bench --bench decide` (`KEYDESK_BENCH_CREDENTIALS=100000` for a quick look)

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use data_encoding::BASE64;
use keydesk::credential::{Kind, State};
use keydesk::secret::Secret;
use keydesk::time::Seconds;
use keydesk::vault::{Hash, Stored, sha256};
use keydesk::verify::{
    Body, Builder, Change, Decision, Entry, Field, Reason, Request, Scheme, Snapshot, Surface, Verdict, Version, decide,
};
use uuid::Uuid;

/// Counts allocations and what is allocated. A global allocator is unsafe by its signature; this one only counts.
struct Counting;

thread_local! {
    // Not atomics: two locked additions would be a tenth of what is measured.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static LIVE: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is handed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        LIVE.set(LIVE.get() + layout.size());
        // SAFETY: the caller's promise is the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get().wrapping_sub(layout.size()));
        // SAFETY: as above.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const NOW: Seconds = Seconds(1_767_225_600);
const DATE: &str = "Thu, 01 Jan 2026 00:00:00 GMT";
/// Requests that are judged between two looks at the clock. They fit the first cache, as a request does that a server
/// has just read; the credentials do not.
const BATCH: usize = 32;
const BATCHES: usize = 4000;
/// Turns with and without changes, and decisions of each.
const TURNS: usize = 7;
const SINGLES: usize = 100_000;
/// Time between two changes: far more than a desk makes.
const CHANGE_EVERY: Duration = Duration::from_millis(1);

/// xorshift64*: random enough to miss every cache, the same in each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() >> 16) as usize % n
    }

    fn text(&mut self, length: usize) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..length).map(|_| char::from(LETTERS[self.below(LETTERS.len())])).collect()
    }
}

/// The n-th key and secret, so that none has to be kept.
fn pair(kind: Kind, n: usize) -> (String, String) {
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ (n as u64 + 1).wrapping_mul(0xd6e8_feb8_6659_fd93) ^ kind as u64);
    random.next();
    let prefix = if kind == Kind::Basic { "kdb" } else { "kdh" };
    (prefix.to_owned() + &random.text(17), "kds".to_owned() + &random.text(27))
}

fn entry(kind: Kind, n: usize) -> Entry {
    let (key, secret) = pair(kind, n);
    let secret = Secret::from_text(&secret);
    let stored = if kind == Kind::Basic { Stored::hashed(&secret) } else { Stored::plain(&secret) };
    Entry {
        row: Uuid::from_u128(n as u128),
        name: format!("credential {n:09}"),
        state: if n % 16 == 15 { State::Disabled } else { State::Active },
        ..Entry::new(kind, key, stored)
    }
}

/// Who asks: each is a way to be refused, but for the first.
const CASES: [&str; 5] = ["right", "wrong secret", "unknown key", "wrong kind", "disabled"];

/// The authorization of a request, as the case wants it.
fn authorization(kind: Kind, case: &str, target: &str, credentials: usize, random: &mut Random) -> String {
    let n = random.below(credentials / 16) * 16;
    let (mut key, mut secret) = pair(kind, if case == "disabled" { n + 15 } else { n });
    match case {
        "wrong secret" => secret = random.text(30),
        "unknown key" => key = random.text(20),
        "wrong kind" => key = pair(other(kind), random.below(others(credentials))).0,
        _ => {}
    }
    if kind == Kind::Basic {
        return format!("Basic {}", BASE64.encode(format!("{key}:{secret}").as_bytes()));
    }
    let string = format!("Date: {DATE}\nGET {target} HTTP/1.1");
    assert_eq!(string.len(), 200);
    let signature = BASE64.encode(Hash::Sha256.mac(secret.as_bytes(), string.as_bytes()).as_bytes());
    format!(r#"hmac username="{key}", algorithm="hmac-sha256", headers="Date request-line", signature="{signature}""#)
}

/// The kind that the case "wrong kind" has its keys in.
fn other(kind: Kind) -> Kind {
    if kind == Kind::Basic { Kind::Hmac } else { Kind::Basic }
}

/// How many of those are in each snapshot: enough to miss the caches, too few to count in the memory of each.
fn others(credentials: usize) -> usize {
    (credentials / 64).max(1)
}

fn main() {
    // `cargo test --benches` and `cargo bench` hand over flags of their own; there is nothing to choose here.
    let credentials = std::env::var("KEYDESK_BENCH_CREDENTIALS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    println!("{credentials} credentials, medians in ns; p90 and p99 are of means over {BATCH} requests\n");
    for kind in [Kind::Basic, Kind::Hmac] {
        measure(kind, credentials);
    }
    yardsticks(credentials);
}

fn measure(kind: Kind, credentials: usize) {
    let snapshot = build(kind, credentials);
    println!("| {} | median | p90 | p99 | allocations |\n| --- | --- | --- | --- | --- |", kind.word());
    let target = format!("/{}", "x".repeat(200 - 4 - DATE.len() - 2 - 1 - 4 - 1 - 9));
    let mut random = Random(42);
    for case in CASES {
        let (mut times, mut allocations) = (Vec::with_capacity(BATCHES), 0);
        for _ in 0..BATCHES {
            let batch: Vec<_> =
                (0..BATCH).map(|_| authorization(kind, case, &target, credentials, &mut random)).collect();
            let before = ALLOCATIONS.get();
            let start = Instant::now();
            for value in &batch {
                black_box(ask(&snapshot, &target, value, case));
            }
            times.push(start.elapsed().as_nanos() as f64 / BATCH as f64);
            allocations += ALLOCATIONS.get() - before;
        }
        let each = allocations as f64 / (BATCHES * BATCH) as f64;
        let [median, p90, p99] = percentiles(times);
        println!("| {case} | {median:.0} | {p90:.0} | {p99:.0} | {each:.1} |");
    }
    println!();
    under_changes(kind, snapshot, &target, credentials);
}

/// Whether a decision takes longer while another thread puts the next snapshot in place every millisecond, as the
/// thread that follows the store does after a commit. Single decisions, in turns: nothing changes; the changes are made
/// in a snapshot of their own, which costs the same work and is seen by nobody; the changes are seen.
fn under_changes(kind: Kind, snapshot: Snapshot, target: &str, credentials: usize) {
    let (shared, apart) = (ArcSwap::from_pointee(snapshot.clone()), ArcSwap::from_pointee(snapshot));
    let cases = [("nothing changes", None), ("changes elsewhere", Some(&apart)), ("changes here", Some(&shared))];
    let (mut turns, mut changes) = ([const { Vec::new() }; 3], Vec::new());
    for turn in 0..TURNS {
        for (turns, (_, changed)) in turns.iter_mut().zip(cases) {
            let stop = AtomicBool::new(false);
            thread::scope(|scope| {
                let other = changed.map(|changed| scope.spawn(|| change_until(&stop, kind, changed, credentials)));
                turns.push(singles(kind, &shared, target, credentials, turn));
                stop.store(true, Ordering::Relaxed);
                changes.extend(other.into_iter().flat_map(|other| other.join().unwrap()));
            });
        }
    }
    let count = changes.len();
    let [p50, _, p99] = percentiles(changes).map(|ns| ns / 1000.0);
    println!("{count} changes, one a millisecond, while it was asked: {p50:.0} us each, p99 {p99:.0} us\n");
    println!("| {}, single decisions | p50 | p99 | p99.9 | longest |\n| --- | --- | --- | --- | --- |", kind.word());
    for (turns, (what, _)) in turns.iter().zip(cases) {
        let [p50, p99, p999, longest] =
            [0, 1, 2, 3].map(|i| percentiles(turns.iter().map(|t: &[f64; 4]| t[i]).collect())[0]);
        println!("| {what} | {p50:.0} | {p99:.0} | {p999:.0} | {longest:.0} |");
    }
    println!();
}

/// The time of single decisions: p50, p99, p99.9, and the longest.
fn singles(kind: Kind, shared: &ArcSwap<Snapshot>, target: &str, credentials: usize, turn: usize) -> [f64; 4] {
    let (mut times, mut random) = (Vec::with_capacity(SINGLES), Random(turn as u64 + 1));
    while times.len() < SINGLES {
        let batch: Vec<_> =
            (0..BATCH).map(|_| authorization(kind, "right", target, credentials, &mut random)).collect();
        for value in &batch {
            let start = Instant::now();
            black_box(ask(&shared.load(), target, value, "right"));
            times.push(start.elapsed().as_nanos() as f64);
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |thousandths: usize| times[(times.len() * thousandths / 1000).min(times.len() - 1)];
    [at(500), at(990), at(999), at(1000)]
}

/// Changes credentials at random; gives how long each change took, with putting the snapshot in place and dropping the
/// one before the one before: as a verifier does it, so that no answer is the last to hold one.
fn change_until(stop: &AtomicBool, kind: Kind, shared: &ArcSwap<Snapshot>, credentials: usize) -> Vec<f64> {
    let (mut times, mut random, mut left) = (Vec::new(), Random(99), None);
    while !stop.load(Ordering::Relaxed) {
        thread::sleep(CHANGE_EVERY);
        let changed = entry(kind, random.below(credentials));
        let start = Instant::now();
        let next = shared.load().apply(&[Change::Put(&changed)]).unwrap();
        drop(left.replace(shared.swap(next.into())));
        times.push(start.elapsed().as_nanos() as f64);
    }
    times
}

fn ask(snapshot: &Snapshot, target: &str, authorization: &str, case: &str) -> bool {
    let fields: [Field<'_>; 6] = [
        (b"Host", b"api.example.com"),
        (b"User-Agent", b"python-requests/2.32.3"),
        (b"Accept-Encoding", b"gzip, deflate"),
        (b"Accept", b"*/*"),
        (b"Date", DATE.as_bytes()),
        (b"Authorization", authorization.as_bytes()),
    ];
    let request = Request {
        surface: Surface::Rest,
        method: b"GET",
        target: target.as_bytes(),
        fields: &fields,
        body: Body::Visible(b""),
        version: Version::Http11,
        scheme: Scheme::Https,
        client: Some(b"198.51.100.1"),
    };
    let Decision::Verdict(verdict) = decide(&request, snapshot, NOW) else { unreachable!("no slow secrets here") };
    // A benchmark of the wrong answer would be a fast one.
    let expected = match &verdict {
        Verdict::Allow(_) => "right",
        Verdict::Deny(denied) => match denied.reason {
            Reason::BadSecret | Reason::BadSignature => "wrong secret",
            Reason::UnknownCredential => "unknown key",
            Reason::WrongKind => "wrong kind",
            Reason::Disabled => "disabled",
            other => panic!("{other}"),
        },
    };
    assert_eq!(expected, case);
    verdict.is_allow()
}

fn build(kind: Kind, credentials: usize) -> Snapshot {
    let entries: Vec<_> = (0..credentials).map(|n| entry(kind, n)).collect();
    let others: Vec<_> = (0..others(credentials)).map(|n| entry(other(kind), n)).collect();
    let before = LIVE.get();
    let start = Instant::now();
    let mut builder = Builder::new(credentials).unwrap();
    entries.iter().chain(&others).for_each(|entry| builder.add(entry).unwrap());
    let snapshot = builder.finish().unwrap();
    let took = start.elapsed();
    let each = (LIVE.get() - before) as f64 / snapshot.len() as f64;
    let said = snapshot.memory() as f64 / snapshot.len() as f64;
    println!(
        "{kind}: indexed in {took:.0?} on one thread; {each:.0} bytes a credential allocated ({said:.0} by itself)"
    );
    let mut changes: Vec<_> = (0..101)
        .map(|n| {
            let start = Instant::now();
            let next = snapshot.apply(&[Change::Put(&entries[n * (credentials / 101)])]).unwrap();
            let made = start.elapsed().as_nanos() as f64;
            drop(next);
            (made, start.elapsed().as_nanos() as f64)
        })
        .collect();
    changes.sort_by(|a, b| a.0.total_cmp(&b.0));
    println!(
        "{kind}: one change makes the next snapshot in {:.0} us, {:.0} us at most\n",
        changes[50].0 / 1000.0,
        changes[100].0 / 1000.0
    );
    snapshot
}

fn yardsticks(credentials: usize) {
    let mut random = Random(7);
    println!("| yardstick | median | p90 | p99 |\n| --- | --- | --- | --- |");
    let (forty, message, key) = (random.text(40), random.text(200), random.text(30));
    row("SHA-256 of 40 bytes", || {
        black_box(sha256(black_box(forty.as_bytes())));
    });
    row("HMAC-SHA-256 of 200 bytes, key set up each time", || {
        black_box(Hash::Sha256.mac(black_box(key.as_bytes()), black_box(message.as_bytes())));
    });
    let map: HashMap<String, usize> = (0..credentials).map(|n| (pair(Kind::Basic, n).0, n)).collect();
    let mut times = Vec::with_capacity(BATCHES);
    for _ in 0..BATCHES {
        let batch: Vec<_> = (0..BATCH).map(|_| pair(Kind::Basic, random.below(credentials)).0).collect();
        let start = Instant::now();
        for key in &batch {
            black_box(map.get(key.as_str()));
        }
        times.push(start.elapsed().as_nanos() as f64 / BATCH as f64);
    }
    let [median, p90, p99] = percentiles(times);
    println!("| std HashMap of as many keys, a random hit | {median:.0} | {p90:.0} | {p99:.0} |");
}

fn row(what: &str, mut run: impl FnMut()) {
    let mut times = Vec::with_capacity(BATCHES);
    for _ in 0..BATCHES {
        let start = Instant::now();
        (0..BATCH).for_each(|_| run());
        times.push(start.elapsed().as_nanos() as f64 / BATCH as f64);
    }
    let [median, p90, p99] = percentiles(times);
    println!("| {what} | {median:.0} | {p90:.0} | {p99:.0} |");
}

fn percentiles(mut times: Vec<f64>) -> [f64; 3] {
    times.sort_by(f64::total_cmp);
    [50, 90, 99].map(|p| times[times.len() * p / 100])
}
