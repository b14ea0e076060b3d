//! What verifiers cost that look at the head five times a second and find nothing new.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use keydesk::hub::{HubError, StoreUse};

use crate::desk::{open, set_up};
use crate::server::Server;

/// Time between two looks.
const EVERY: Duration = Duration::from_millis(200);
const SECONDS: u32 = 10;

pub fn measure(server: &Server, dir: &Path, verifiers: usize) -> Result<(), HubError> {
    let paths = set_up(dir, "postgres", Some((*server.database()).clone()))?;
    let hubs = (0..verifiers).map(|_| open(&paths, StoreUse::Verifier)).collect::<Result<Vec<_>, _>>()?;
    let (began, before) = (Instant::now(), cpu(server));
    let looks: usize = std::thread::scope(|scope| {
        let one = |hub: &'_ keydesk::hub::Hub| {
            let (mut looks, until) = (0, Instant::now() + EVERY * 5 * SECONDS);
            while Instant::now() < until {
                let next = Instant::now() + EVERY;
                // As a verifier looks: whether anything was committed, and then at the head.
                let _ = hub.may_have_changed();
                let _ = hub.feed().position();
                looks += 1;
                std::thread::sleep(next.saturating_duration_since(Instant::now()));
            }
            looks
        };
        let all: Vec<_> = hubs.iter().map(|hub| scope.spawn(move || one(hub))).collect();
        all.into_iter().map(|one| one.join().expect("it does not panic")).sum()
    });
    let (took, busy) = (began.elapsed().as_secs_f64(), (cpu(server) - before).as_secs_f64());
    println!("| verifiers | looks a second | of a core, % | a look on the server, µs |\n| --- | --- | --- | --- |");
    println!(
        "| {verifiers} | {:.0} | {:.1} | {:.0} |",
        looks as f64 / took,
        100.0 * busy / took,
        1e6 * busy / looks as f64
    );
    Ok(())
}

/// Processor time of all processes of the server.
fn cpu(server: &Server) -> Duration {
    let pid = fs::read_to_string(server.dir.join("data/postmaster.pid")).unwrap_or_default();
    let postmaster = pid.lines().next().unwrap_or_default().to_owned();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ticks = processes.filter_map(|entry| {
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let fields: Vec<_> = stat.rsplit(')').next()?.split_whitespace().collect();
        let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
        (*fields.get(1)? == postmaster).then(|| number(11).zip(number(12)).map(|(user, system)| user + system))?
    });
    Duration::from_millis(ticks.sum::<u64>() * 10)
}
