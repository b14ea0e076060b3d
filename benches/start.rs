//! What stands between starting a verifier and its first answer: `cargo bench --bench start -- DIR` for a desk that
//! `fill` made in DIR. Reading, opening and indexing are told apart; beside them, what SQLite alone takes to hand the same
//! rows over, on as many threads.

use std::{process::ExitCode, sync::Arc, time::Instant};

use keydesk::{
    hub::{Hub, Places, Policy, Start},
    serve,
    store::{Cancel, SqliteStore, Store as _, tables},
    time::SystemClock,
    vault::MasterKeyPlace,
};

const ROUNDS: usize = 7;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let [dir] = args.as_slice() else {
        // `cargo test --benches` and `cargo bench` without arguments come here.
        println!("usage: cargo bench --bench start -- DIR");
        return ExitCode::SUCCESS;
    };
    let dir = std::path::Path::new(dir);
    let places =
        Places { database: dir.join("data/keydesk.db"), master_key: MasterKeyPlace::file(dir.join("etc/master.key")) };
    match measure(&places) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("start: {why}");
            ExitCode::FAILURE
        }
    }
}

fn measure(places: &Places) -> Result<(), String> {
    println!("| milliseconds | rows by SQLite alone | opening the desk | reading, tags | opening | indexing | all |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let rows = rows(places)?;
        let began = Instant::now();
        let (first, second) = (open(places)?, open(places)?);
        let opened = began.elapsed();
        let policy = first.feed().policy(&Policy::default()).map_err(|why| why.to_string())?;
        let loaded = serve::load(&first, Some(&second), &policy).map_err(|why| why.to_string())?;
        let all = began.elapsed();
        let phases = loaded.phases;
        let round = [rows, opened, phases.reading, phases.opening, phases.indexing, all].map(|d| d.as_millis());
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

fn open(places: &Places) -> Result<Hub, String> {
    match Hub::open(places, Arc::new(SystemClock)).map_err(|why| why.to_string())? {
        Start::Ready(hub) => Ok(hub),
        Start::New => Err(format!("There is no desk at {}.", places.database.display())),
    }
}

/// The rows of both tables, looked at by nobody, on two threads.
fn rows(places: &Places) -> Result<std::time::Duration, String> {
    let began = Instant::now();
    let scan = |credentials: bool| {
        let store = SqliteStore::open(&places.database)?;
        let mut tx = store.read(&Cancel::default())?;
        let nothing: &mut dyn FnMut(&[keydesk::store::Cell<'_>]) -> _ = &mut |_| Ok(());
        match credentials {
            true => tables::credentials_after(&mut *tx, ("", "g"), i64::MAX, nothing),
            false => tables::live_secrets_after(&mut *tx, ("", "g"), 0, nothing),
        }
    };
    std::thread::scope(|scope| {
        let secrets = scope.spawn(|| scan(false));
        scan(true)?;
        secrets.join().expect("it does not panic")
    })
    .map_err(|why: keydesk::store::StoreError| why.to_string())?;
    Ok(began.elapsed())
}
