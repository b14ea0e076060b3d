//! What stands between starting a verifier and its first answer: `cargo bench --bench start -- DIR` for a desk that
//! `fill` made in DIR. Reading, opening and indexing are told apart; beside them, what SQLite alone takes to hand the same
//! rows over, on as many threads.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use keydesk::hub::{DeskPaths, EffectivePolicy, Hub, OpenOutcome};
use keydesk::serve;
use keydesk::store::{Cancel, SqliteStore, Store as _, StoreError, tables};
use keydesk::time::SystemClock;
use keydesk::vault::MasterKeyPlace;

const ROUNDS: usize = 7;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let [dir] = args.as_slice() else {
        // `cargo test --benches` and `cargo bench` without arguments come here.
        println!("usage: cargo bench --bench start -- DIR");
        return ExitCode::SUCCESS;
    };
    let dir = std::path::Path::new(dir);
    let places = DeskPaths::new(dir.join("data/keydesk.db"), MasterKeyPlace::file(dir.join("etc/master.key")));
    match measure(&places) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("start: {why}");
            ExitCode::FAILURE
        }
    }
}

fn measure(places: &DeskPaths) -> Result<(), String> {
    println!("| ms | rows by SQLite alone | opening the desk | reading, with tags | opening | indexing | all |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let rows = rows(places)?;
        let began = Instant::now();
        let (first, second) = (open(places)?, open(places)?);
        let opened = began.elapsed();
        let policy = first.feed().policy(&EffectivePolicy::default()).map_err(|why| why.to_string())?;
        let loaded = serve::load(&first, Some(&second), &policy.policy).map_err(|why| why.to_string())?;
        let all = began.elapsed();
        let timings = loaded.timings;
        let round = [rows, opened, timings.reading, timings.opening, timings.indexing, all].map(|d| d.as_millis());
        println!("| {} credentials | {} |", loaded.snapshot.len(), round.map(|ms| ms.to_string()).join(" | "));
        rounds.push(round);
    }
    let median = [0, 1, 2, 3, 4, 5].map(|i| {
        rounds.sort_by_key(|round| round[i]);
        rounds[ROUNDS / 2][i].to_string()
    });
    println!("| median | {} |", median.join(" | "));
    Ok(())
}

fn open(places: &DeskPaths) -> Result<Hub, String> {
    match Hub::open(places, Arc::new(SystemClock)).map_err(|why| why.to_string())? {
        OpenOutcome::Ready(hub) => Ok(hub),
        OpenOutcome::New => Err(format!("There is no desk at {}.", places.store)),
    }
}

/// The same rows on as many threads, looked at by nobody.
fn rows(places: &DeskPaths) -> Result<Duration, String> {
    let began = Instant::now();
    let said = |why: StoreError| why.to_string();
    let half = |first: bool| {
        let store = SqliteStore::open(places.store.file().unwrap(), &mut |_, _| Ok(()))?;
        let mut tx = store.read(&Cancel::default())?;
        let count = tables::tallies(&mut *tx)?.iter().map(|(_, _, n)| n).sum();
        let middle = tables::middle_credential(&mut *tx, count)?.unwrap_or_default();
        let part = if first { ("", middle.as_str()) } else { (middle.as_str(), "g") };
        tables::credentials_after(&mut *tx, part, i64::MAX, &mut |_| Ok(()))?;
        tables::secrets_between(&mut *tx, part, &mut |_| Ok(()))
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| half(false));
        half(true).map_err(said)?;
        other.join().expect("it does not panic").map_err(said)
    })?;
    Ok(began.elapsed())
}
