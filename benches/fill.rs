//! Fills a desk for measuring: `cargo bench --bench fill -- DIR N` sets one up below DIR and makes N credentials in it.
//!
//! The desk is one like any other: made and filled through the hub, with its trail, its tags and its seals. DIR gets
//! `data` and `etc`; use it by the environment that this program prints at its end. `DIR/pairs` has what no desk keeps:
//! keys with their secrets, a line `KIND KEY SECRET` each, of the credentials that may be used from anywhere, so that the
//! benchmark of the verifier can ask with them.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use keydesk::credential::{Kind, Networks, Options};
use keydesk::hub::{Actor, DeskPaths, Hub, Issued, NewCredential, NewLegacy, Origin, SetUp};
use keydesk::secret::Secret;
use keydesk::time::{Clock, DAY, SystemClock};
use keydesk::vault::MasterKeyPlace;

const PASSWORD: &str = "correct horse battery";
/// Credentials of one transaction.
const BATCH: usize = 1_000;
/// One in so many is Legacy: each costs an Argon2 hash, so there are few.
const LEGACY: usize = 1_000;
/// One in so many was used.
const USED: usize = 20;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let [dir, n] = args.as_slice() else {
        // `cargo test --benches` and `cargo bench` without arguments come here.
        println!("usage: cargo bench --bench fill -- DIR N");
        return ExitCode::SUCCESS;
    };
    match n.parse().map_err(|_| format!("{n} is not a number")).and_then(|n| fill(&PathBuf::from(dir), n)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("fill: {why}");
            ExitCode::FAILURE
        }
    }
}

fn fill(dir: &Path, n: usize) -> Result<(), String> {
    let said = |why: keydesk::hub::HubError| why.to_string();
    let places = DeskPaths::new(dir.join("data/keydesk.db"), MasterKeyPlace::file(dir.join("etc/master.key")));
    let origin = Origin::default();
    let wanted = SetUp { account: "Bench".into(), name: "alice".into(), password: Secret::from_text(PASSWORD) };
    let hub = Hub::set_up(&places, Arc::new(SystemClock), &wanted, &origin).map_err(said)?;
    let actor: Actor = hub.local_actor("alice", &origin).map_err(said)?;
    let unwritten = |why: io::Error| format!("{} cannot be written: {why}", dir.join("pairs").display());
    let mut pairs = pairs(&dir.join("pairs")).map_err(unwritten)?;
    let start = Instant::now();
    for first in (0..n).step_by(BATCH) {
        let wanted: Vec<_> = (first..n.min(first + BATCH)).map(credential).collect();
        let made = hub.create_many(&actor, &wanted).map_err(said)?;
        for issued in made.iter().filter(|issued| issued.row.options.networks.is_any()) {
            keep(&mut pairs, issued).map_err(unwritten)?;
        }
        // Some were used some time. Each costs a commit here (a verifier writes them in batches), so they are few.
        for (i, issued) in made.iter().enumerate().step_by(USED) {
            let at = SystemClock.now().plus(-(i as i64 % 400) * DAY / 4).seconds();
            hub.record_usage(issued.row.id, 1, at, "203.0.113.9".parse().ok()).map_err(said)?;
        }
        eprint!("\r{} of {n}", first + made.len());
    }
    pairs.flush().map_err(unwritten)?;
    eprintln!("\rmade {n} credentials in {:.1} s", start.elapsed().as_secs_f64());
    println!("export KEYDESK_DATA_DIR={0}/data KEYDESK_CONFIG={0}/etc/config.toml  # alice: {PASSWORD}", dir.display());
    Ok(())
}

/// For the owner alone, as a desk's own files are.
fn pairs(path: &Path) -> io::Result<BufWriter<std::fs::File>> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map(BufWriter::new)
}

fn keep(pairs: &mut impl Write, issued: &Issued) -> io::Result<()> {
    let secret = issued.secret.as_ref().and_then(Secret::expose_text).unwrap_or_default();
    writeln!(pairs, "{} {} {secret}", issued.row.kind, issued.row.key)
}

/// The i-th of a crowd that looks like a real one: two kinds and a few Legacy, names that sort apart, some options.
fn credential(i: usize) -> NewCredential {
    const TEAMS: [&str; 8] = ["billing", "crm", "export", "gateway", "ledger", "nightly", "reports", "webhooks"];
    let kind = match i % LEGACY {
        0 => Kind::Legacy,
        _ if i.is_multiple_of(2) => Kind::Basic,
        _ => Kind::Hmac,
    };
    let options = Options {
        expires_at: (i % 10 == 3).then(|| SystemClock.now().plus((5 + i as i64 % 360) * DAY).seconds()),
        networks: if i % 5 == 1 { "203.0.113.0/24".parse().unwrap_or_default() } else { Networks::default() },
        ..Options::default()
    };
    let legacy = (kind == Kind::Legacy).then(|| NewLegacy { username: username(i), password: None });
    NewCredential { kind, name: format!("{}-{i:07}", TEAMS[i * 7 % TEAMS.len()]), legacy, options }
}

/// A username has letters only: the number in base 26.
fn username(mut i: usize) -> String {
    let mut name = String::from("user");
    for _ in 0..6 {
        name.push(char::from(b'a' + (i % 26) as u8));
        i /= 26;
    }
    name
}
