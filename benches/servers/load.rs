//! Last uses a second, and the start of a verifier.

use std::path::Path;
use std::time::Instant;

use keydesk::hub::{DeskPaths, EffectivePolicy, HubError, ListQuery, PagePosition, StoreUse, UsageReport};
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
    println!("| credentials | | opening, ms | reading, ms | all, ms |\n| --- | --- | --- | --- | --- |");
    for (what, paths) in both(server, dir)? {
        fill(&paths, count)?;
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let began = Instant::now();
            let (first, second) = (open(&paths, StoreUse::Verifier)?, open(&paths, StoreUse::Verifier)?);
            let opened = began.elapsed();
            let policy = first.feed().policy(&EffectivePolicy::default())?;
            let loaded = serve::load(&first, Some(&second), &policy.policy)?;
            rounds.push((began.elapsed(), opened, loaded.timings.reading, loaded.snapshot.len()));
        }
        rounds.sort_unstable_by_key(|round| round.0);
        let (all, opened, reading, len) = rounds[ROUNDS / 2];
        println!("| {len} | {what} | {} | {} | {} |", opened.as_millis(), reading.as_millis(), all.as_millis());
    }
    Ok(())
}
