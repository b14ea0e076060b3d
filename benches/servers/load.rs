//! Last uses a second, and the start of a verifier.

use std::path::Path;
use std::time::Instant;

use keydesk::hub::{DeskPaths, EffectivePolicy, HubError, ListQuery, PagePosition, StorePlace, StoreUse, UsageReport};
use keydesk::serve;
use keydesk::time::{Clock as _, SystemClock};

use crate::desk::{alice, both, fill, open};
use crate::server::Server;

const ROUNDS: usize = 5;

/// Uses of one transaction of a verifier, on a file and on a server, and more.
const BATCHES: [usize; 3] = [256, 1_024, 2_048];

pub fn uses(server: &Server, dir: &Path, count: usize) -> Result<(), HubError> {
    println!("| | in one transaction | last uses a second |\n| --- | --- | --- |");
    for (what, paths) in both(server, dir)? {
        fill(&paths, count)?;
        let hub = open(&paths, StoreUse::Desk)?;
        let ids = ids(&paths)?;
        for batch in BATCHES {
            let mut rates = Vec::new();
            for round in 0..ROUNDS {
                let at = SystemClock.now().seconds();
                let address = format!("203.0.113.{round}").parse().ok();
                let used = |id: &uuid::Uuid| UsageReport { credential: *id, secret: 1, at, address };
                let uses: Vec<_> = ids.iter().map(used).collect();
                let began = Instant::now();
                uses.chunks(batch).try_for_each(|batch| hub.feed().write_uses(batch))?;
                rates.push(uses.len() as f64 / began.elapsed().as_secs_f64());
            }
            rates.sort_by(f64::total_cmp);
            println!("| {what} | {batch} | {:.0} |", rates[ROUNDS / 2]);
        }
    }
    Ok(())
}

/// The ids of all credentials.
fn ids(paths: &DeskPaths) -> Result<Vec<uuid::Uuid>, HubError> {
    let hub = open(paths, StoreUse::Desk)?;
    let alice = alice(&hub)?;
    let (mut ids, mut query) = (Vec::new(), ListQuery { limit: 2_000, ..ListQuery::default() });
    loop {
        let page = hub.list(&alice, &query)?;
        ids.extend(page.rows.iter().map(|row| row.id.0));
        let last = page.cursor(query.order, page.rows.len().saturating_sub(1));
        match last.filter(|_| page.more_after) {
            Some(last) => query.position = PagePosition::After(last),
            None => break,
        }
    }
    // As a verifier hands them over.
    ids.sort_unstable();
    Ok(ids)
}

pub fn start(server: &Server, dir: &Path, count: usize) -> Result<(), HubError> {
    let desks = both(server, dir)?;
    desks.iter().try_for_each(|(_, paths)| fill(paths, count))?;
    println!("| credentials | | opening, ms | reading, ms | all, ms | CPU of keydesk, ms | of the server, ms |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    rounds(server, &desks, "just made")?;
    if let StorePlace::Postgres(place) = &desks[1].1.store {
        server.sql(&place.database, "VACUUM ANALYZE");
    }
    rounds(server, &desks, "vacuumed")
}

/// Starts verifiers by turns.
fn rounds(server: &Server, desks: &[(&str, DeskPaths); 2], state: &str) -> Result<(), HubError> {
    let mut rounds = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for ((_, paths), rounds) in desks.iter().zip(&mut rounds) {
            rounds.push(start_once(server, paths)?);
        }
    }
    for ((what, _), mut rounds) in desks.iter().zip(rounds) {
        rounds.sort_unstable_by_key(|[.., all, _, _]| *all);
        let [len, ms @ ..] = rounds[ROUNDS / 2].map(|n| n.to_string());
        println!("| {len} | {what}, {state} | {} |", ms.join(" | "));
    }
    Ok(())
}

/// How many credentials a verifier has when it has started, and how many milliseconds went where.
fn start_once(server: &Server, paths: &DeskPaths) -> Result<[u128; 6], HubError> {
    let (own, of_server, began) = (cpu(&["self".to_owned()]), cpu_of(server), Instant::now());
    let (first, second) = (open(paths, StoreUse::Verifier)?, open(paths, StoreUse::Verifier)?);
    let opened = began.elapsed();
    let policy = first.feed().policy(&EffectivePolicy::default())?;
    let loaded = serve::load(&first, Some(&second), &policy.policy)?;
    let (all, reading) = (began.elapsed(), loaded.timings.reading);
    let (own, of_server) = (cpu(&["self".to_owned()]) - own, cpu_of(server).saturating_sub(of_server));
    let [opened, reading, all] = [opened, reading, all].map(|took| took.as_millis());
    Ok([loaded.snapshot.len() as u128, opened, reading, all, own, of_server])
}

fn cpu_of(server: &Server) -> u128 {
    cpu(&server.processes().iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// The CPU time of processes and of those that they started and that have ended, in ms. Linux counts in hundredths of a second.
fn cpu(processes: &[String]) -> u128 {
    let of_one = |process: &String| {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        let fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11).take(4);
        Some(fields.filter_map(|ticks| ticks.parse::<u128>().ok()).sum::<u128>() * 10)
    };
    processes.iter().filter_map(of_one).sum()
}
