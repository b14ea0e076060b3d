//! Creates a second with 1, 8 and 50 desks that write at once, near and far.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use keydesk::hub::{DeskPaths, HubError, StoreUse};

use crate::desk::{alice, by, open, set_up, wanted};
use crate::link::Link;
use crate::server::Server;

const WRITERS: [usize; 3] = [1, 8, 50];

pub fn measure(server: &Server, dir: &Path, seconds: usize) -> Result<(), HubError> {
    let (seconds, database) = (Duration::from_secs(seconds as u64), server.database());
    let sqlite = set_up(dir, "sqlite", None)?;
    let near = set_up(dir, "postgres", Some((*database).clone()))?;
    pgbench(server, &["-i", "-q", "-s", "10"]);
    println!("| | round trip, ms | writers | creates a second | p50, ms | p99, ms | pgbench, a second |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    row("SQLite", &sqlite, seconds, None)?;
    let socket = server.dir.display().to_string();
    row("PostgreSQL, Unix socket", &near, seconds, Some((server, &socket, 5432)))?;
    for late in [Duration::from_micros(200), Duration::from_millis(2)] {
        let link = Link::to(server, late).map_err(|why| HubError::Unavailable(why.to_string()))?;
        let what = format!("PostgreSQL, {} ms away", late.as_secs_f64() * 1e3);
        row(&what, &by(&near, link.place(&database)), seconds, Some((server, "127.0.0.1", link.port)))?;
    }
    Ok(())
}

fn row(
    what: &str,
    paths: &DeskPaths,
    seconds: Duration,
    yardstick: Option<(&Server, &str, u16)>,
) -> Result<(), HubError> {
    for writers in WRITERS {
        let hubs = (0..writers).map(|_| open(paths, StoreUse::Desk)).collect::<Result<Vec<_>, _>>()?;
        let trip = round_trip(&hubs[0]);
        let (began, until) = (Instant::now(), Instant::now() + seconds);
        let mut took = std::thread::scope(|scope| {
            let one = |hub| scope.spawn(move || creates(hub, until));
            let all: Vec<_> = hubs.iter().map(one).collect();
            all.into_iter().flat_map(|one| one.join().expect("it does not panic")).collect::<Vec<_>>()
        });
        let rate = took.len() as f64 / began.elapsed().as_secs_f64();
        took.sort_unstable();
        let at = |part: usize| took.get(took.len() * part / 100).copied().unwrap_or_default().as_secs_f64() * 1e3;
        let beside = yardstick.map_or_else(String::new, |(server, host, port)| {
            let (clients, secs) = (writers.to_string(), seconds.as_secs().to_string());
            let said = pgbench(server, &["-n", "-h", host, "-p", &port.to_string(), "-c", &clients, "-T", &secs]);
            tps(&said)
        });
        println!("| {what} | {trip:.2} | {writers} | {rate:.0} | {:.1} | {:.1} | {beside} |", at(50), at(99));
    }
    Ok(())
}

fn creates(hub: &keydesk::hub::Hub, until: Instant) -> Vec<Duration> {
    let Ok(alice) = alice(hub) else { return Vec::new() };
    let mut took = Vec::new();
    while Instant::now() < until {
        let began = Instant::now();
        match hub.create(&alice, &wanted(took.len())) {
            Ok(_) => took.push(began.elapsed()),
            Err(why) => eprintln!("not created: {why}"),
        }
    }
    took
}

/// What one question costs, in milliseconds: the median of some.
fn round_trip(hub: &keydesk::hub::Hub) -> f64 {
    let mut took: Vec<_> = (0..101)
        .map(|_| {
            let began = Instant::now();
            let _ = hub.may_have_changed();
            began.elapsed()
        })
        .collect();
    took.sort_unstable();
    took[50].as_secs_f64() * 1e3
}

/// The benchmark that comes with PostgreSQL, as a yardstick of server and line: its own transaction of five statements.
fn pgbench(server: &Server, args: &[&str]) -> String {
    let mut command = Command::new(server.program("pgbench"));
    command.arg("-U").arg("postgres").env("PGHOST", &server.dir).args(args).arg("postgres");
    let said = command.output().map(|said| String::from_utf8_lossy(&said.stdout).into_owned());
    said.unwrap_or_default()
}

fn tps(said: &str) -> String {
    let line = said.lines().find(|line| line.starts_with("tps = ")).unwrap_or_default();
    line.split_whitespace()
        .nth(2)
        .and_then(|tps| tps.parse::<f64>().ok())
        .map_or_else(String::new, |tps| format!("{tps:.0}"))
}
