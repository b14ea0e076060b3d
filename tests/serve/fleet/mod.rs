//! Several verifiers and two desks on one store.

mod notice;
mod primaries;
mod revocations;
mod seen_by;

use std::process::Command;
use std::sync::Arc;

use keydesk::hub::{DeskPaths, Hub, StorePlace};
use keydesk::time::SystemClock;
use tempfile::TempDir;

use super::made::{open, places};
use super::server::{Pooler, Server, place, server, url};
use super::support::{Desk, Verifier};

/// A desk on PostgreSQL.
fn desk_on_server() -> (Desk, &'static Server) {
    (Desk::new(), server().expect("PostgreSQL"))
}

/// The name of a desk's database.
fn database(desk: &Desk) -> String {
    match places(&desk.dir).store {
        StorePlace::Postgres(place) => place.database.clone(),
        StorePlace::Sqlite(_) => panic!("a desk in a file"),
    }
}

/// A pooler in transaction mode that all tests share.
fn pooler(server: &Server) -> &'static Pooler {
    static POOLER: std::sync::OnceLock<Pooler> = std::sync::OnceLock::new();
    POOLER.get_or_init(|| Pooler::before(server))
}

/// The URL of a desk behind the pooler.
fn pooled(desk: &Desk, server: &Server) -> String {
    url(&place(&pooler(server).dir, &database(desk)))
}

/// `keydesk serve` with a directory and a state of its own.
fn verifier_with(desk: &Desk, dir: &TempDir, also: impl FnOnce(&mut Command)) -> Verifier {
    let socket = dir.path().join("v.sock");
    let mut command = desk.command(&["--listen", &format!("unix:{}", socket.display())]);
    command.env("KEYDESK_STATE_DIR", dir.path().join("state"));
    also(&mut command);
    Verifier::spawn(command, dir.path(), socket)
}

fn verifier(desk: &Desk, dir: &TempDir) -> Verifier {
    verifier_with(desk, dir, |_| {})
}

/// Another desk at the same store.
fn other_desk(paths: &DeskPaths) -> Hub {
    open(paths, Arc::new(SystemClock))
}

/// How a verifier says that it notices changes.
fn notice(verifier: &Verifier) -> String {
    let said = verifier.get("/readyz").text();
    let line = said.lines().find_map(|line| line.strip_prefix("notice: "));
    line.unwrap_or_else(|| panic!("no line about it in\n{said}")).to_owned()
}
