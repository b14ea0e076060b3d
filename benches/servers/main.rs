//! A desk on PostgreSQL beside one on SQLite, and `pgbench` on the same server: `cargo bench --bench servers -- WHAT DIR [N]`,
//! where WHAT is `creates`, `uses`, `poll`, `start`, `screens` or `revocations`. It starts a server of its own, which syncs its log to the
//! disk of /tmp; the desk on SQLite is made below DIR.

#[path = "../../tests/support/need.rs"]
#[allow(dead_code, reason = "the tests need all of it")]
mod need;
#[path = "../../tests/support/postgres.rs"]
#[allow(dead_code, reason = "the tests need all of it")]
mod server;

mod creates;
mod desk;
mod link;
mod load;
mod poll;
mod revocations;
mod screens;

use std::path::Path;
use std::process::ExitCode;

use keydesk::hub::HubError;
use server::Server;

/// As an installation has it: the tests' server syncs nothing.
const SETTINGS: &str = "-c fsync=on -c full_page_writes=on -c autovacuum=on -c shared_buffers=2GB -c max_wal_size=4GB";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let [what, dir, count @ ..] = args.as_slice() else {
        // `cargo test --benches` and `cargo bench` without arguments come here.
        println!("usage: cargo bench --bench servers -- creates|uses|poll|start|screens|revocations DIR [N]");
        return ExitCode::SUCCESS;
    };
    let count = count.first().and_then(|count| count.parse().ok());
    let Some(server) = Server::start(SETTINGS) else { return ExitCode::FAILURE };
    match measure(what, &server, Path::new(dir), count) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("servers: {why}");
            ExitCode::FAILURE
        }
    }
}

fn measure(what: &str, server: &Server, dir: &Path, count: Option<usize>) -> Result<(), HubError> {
    match what {
        "creates" => creates::measure(server, dir, count.unwrap_or(5)),
        "uses" => load::uses(server, dir, count.unwrap_or(20_000)),
        "poll" => poll::measure(server, dir, count.unwrap_or(100)),
        "start" => load::start(server, dir, count.unwrap_or(100_000)),
        "screens" => screens::measure(server, dir, count.unwrap_or(100_000)),
        "revocations" => revocations::measure(server, dir, count.unwrap_or(1_000_000)),
        _ => {
            println!("{what} is none of them");
            Ok(())
        }
    }
}
