//! What a change costs, commit and disk included: `cargo bench --bench changes -- DIR` sets a desk up below DIR and creates,
//! rotates, disables and lists in it, one transaction each.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use keydesk::credential::{Kind, Options, Overlap, Verb};
use keydesk::hub::{Hub, HubError, Issued, ListQuery, NewCredential, OpenOutcome, Origin, SetUp};
use keydesk::secret::Secret;
use keydesk::time::SystemClock;

const ROUNDS: usize = 400;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let [dir] = args.as_slice() else {
        // `cargo test --benches` and `cargo bench` without arguments come here.
        println!("usage: cargo bench --bench changes -- DIR");
        return ExitCode::SUCCESS;
    };
    match measure(Path::new(dir)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("changes: {why}");
            ExitCode::FAILURE
        }
    }
}

fn measure(dir: &Path) -> Result<(), HubError> {
    let places = places(dir);
    let origin = Origin::default();
    let password = Secret::from_text("correct horse battery");
    let wanted = SetUp { account: "Bench".into(), name: "alice".into(), password };
    drop(Hub::set_up(&places, Arc::new(SystemClock), &wanted, &origin)?);
    let OpenOutcome::Ready(hub) = Hub::open(&places, Arc::new(SystemClock))? else { return Ok(()) };
    let alice = hub.local_actor("alice", &origin)?;
    let mut made: Vec<Issued> = Vec::with_capacity(ROUNDS);
    println!("| µs | median | p90 | p99 |\n| --- | --- | --- | --- |");
    told("create a Basic key", |i| {
        let name = format!("bench-{i}");
        made.push(
            hub.create(&alice, &NewCredential { kind: Kind::Basic, name, legacy: None, options: Options::default() })?,
        );
        Ok(())
    })?;
    let mut targets: Vec<_> = made.iter().map(|issued| issued.row.target()).collect();
    told("rotate it, with overlap", |i| {
        targets[i] = hub.rotate(&alice, targets[i], Overlap::Day)?.row.target();
        Ok(())
    })?;
    told("disable it", |i| hub.set_state(&alice, &[targets[i]], Verb::Disable).map(drop))?;
    told("a page of the list", |_| hub.list(&alice, &ListQuery { limit: 40, ..ListQuery::default() }).map(drop))
}

fn told(what: &str, mut once: impl FnMut(usize) -> Result<(), HubError>) -> Result<(), HubError> {
    let mut took = Vec::with_capacity(ROUNDS);
    for i in 0..ROUNDS {
        let began = Instant::now();
        once(i)?;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    let at = |part: usize| Duration::as_micros(&took[took.len() * part / 100]);
    println!("| {what} | {} | {} | {} |", at(50), at(90), at(99));
    Ok(())
}

fn places(dir: &Path) -> keydesk::hub::DeskPaths {
    let key = keydesk::vault::MasterKeyPlace::file(dir.join("master.key"));
    keydesk::hub::DeskPaths::new(dir.join("keydesk.db"), key)
}
