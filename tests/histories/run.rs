//! A run: what a seed says, for so many seconds, and then everything is healed, read and checked.

use std::fmt::Write as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs};

use keydesk::account::Role;
use keydesk::credential::State;
use keydesk::hub::{
    Actor, DeskPaths, Hub, ListQuery, OpenOutcome, Origin, PagePosition, Setting, StorePlace, TrailQuery, TrailRow,
};
use keydesk::store::PostgresPlace;
use keydesk::time::SystemClock;
use keydesk::vault::MasterKeyPlace;

use super::check::{Verdict, check};
use super::desks::{Board, Known, Library, Program, number};
use super::faults;
use super::history::{History, Moment, Recorder, Row, Said, Seen, Verb, wall};
use super::made::{password, set_up};
use super::order::Is;
use super::proxy::Proxy;
use super::random::Random;
use super::server::{Server, url};
use super::support::PATIENCE;
use super::verifiers::Verifier;

/// For how many seconds a verifier answers without the store here.
const LIMIT: i64 = 2;
const DESKS: usize = 2;
const VERIFIERS: usize = 3;

/// A number from the environment.
fn number_of(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}

/// The desk that they all use: its server and its files.
struct Place {
    server: Server,
    dir: tempfile::TempDir,
    store: Arc<PostgresPlace>,
}

impl Place {
    /// With a user for each client.
    fn new(users: &[String]) -> Option<Self> {
        let server = Server::start_again_and_again("-c autovacuum=on")?;
        let (dir, store) = (tempfile::tempdir().unwrap(), server.database());
        let place = Self { server, dir, store };
        let hub = Hub::set_up(&place.paths(&place.store, "main"), Arc::new(SystemClock), &set_up(), &Origin::default())
            .unwrap();
        let alice = hub.local_actor("alice", &Origin::default()).unwrap();
        hub.set_settings(&alice, &[(Setting::Staleness, LIMIT.to_string())]).unwrap();
        for user in users {
            hub.add_user(&alice, user, Role::Administrator, &password()).unwrap();
        }
        Some(place)
    }

    fn master_key(&self) -> PathBuf {
        self.dir.path().join("config/master.key")
    }

    /// Of a desk with a state of its own, which reaches the store there.
    fn paths(&self, store: &PostgresPlace, state: &str) -> DeskPaths {
        let paths = DeskPaths::new(self.dir.path().join("data/keydesk.db"), MasterKeyPlace::file(self.master_key()));
        let state_dir = Some(self.dir.path().join("state").join(state));
        DeskPaths { store: StorePlace::Postgres(Arc::new(store.clone())), state_dir, ..paths }
    }

    fn proxy(&self) -> Proxy {
        Proxy::of(&self.server)
    }

    /// Of a process with a state of its own, which reaches the store by a proxy.
    fn environment(&self, proxy: &Proxy, state: &str) -> Vec<(String, String)> {
        let at = |name: &str| self.dir.path().join(name).display().to_string();
        let of = [
            ("HOME", at("home")),
            ("KEYDESK_DATA_DIR", at("data")),
            ("KEYDESK_CONFIG", at("config/config.toml")),
            ("KEYDESK_STATE_DIR", at(&format!("state/{state}"))),
            ("KEYDESK_STORE", url(&proxy.place(&self.store.database))),
        ];
        of.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }

    fn open(&self) -> (Hub, Actor) {
        let OpenOutcome::Ready(hub) = Hub::open(&self.paths(&self.store, "main"), Arc::new(SystemClock)).unwrap()
        else {
            panic!("the desk is gone")
        };
        let alice = hub.local_actor("alice", &Origin::default()).unwrap();
        (hub, alice)
    }
}

/// The user of a client.
fn user(desk: usize, client: &str) -> String {
    format!("{client}-{desk}")
}

/// Lets everybody do what the seed says for so long, then heals everything.
fn live(place: &Place, seed: u64, time: Duration, pause: Duration) -> (Board, Vec<Verifier>) {
    let board = Board::new(Recorder::new(VERIFIERS, LIMIT * 1_000_000), pause);
    let proxies: Vec<_> = (0..DESKS).map(|_| place.proxy()).collect();
    let verifiers: Vec<_> = (0..VERIFIERS)
        .map(|which| {
            let proxy = place.proxy();
            let environment = place.environment(&proxy, &format!("verifier-{which}"));
            Verifier::new(which, proxy, environment)
        })
        .collect();
    let (board, all) = (board, &verifiers);
    let random = |which: usize| Random::of(seed, which as u64);
    thread::scope(|scope| {
        let (board, server, lines) = (&board, &place.server, proxies.iter().collect::<Vec<_>>());
        for (desk, proxy) in proxies.iter().enumerate() {
            let (library, program) = (user(desk, "library"), user(desk, "program"));
            let state = format!("desk-{desk}");
            let paths = place.paths(&proxy.place(&place.store.database), &state);
            let environment = place.environment(proxy, &state);
            scope.spawn(move || board.serve(&library, &mut Library::new(paths, &library), random(10 + desk)));
            scope.spawn(move || {
                board.serve(&program, &mut Program::new(proxy, environment, &program), random(20 + desk))
            });
        }
        for (which, verifier) in all.iter().enumerate() {
            scope.spawn(move || verifier.ask_on(board, random(30 + which)));
        }
        scope.spawn(move || faults::of_lines(board, &lines, all, random(1)));
        scope.spawn(move || faults::of_processes(board, server, all, random(2)));
        thread::sleep(time);
        board.over.store(true, Ordering::Relaxed);
    });
    place.server.until_it_answers();
    (board, verifiers)
}

/// Reads what the store came to.
fn read(place: &Place, history: &mut History) {
    let (hub, alice) = place.open();
    let report = hub.verify_trail(&alice, None, &mut |_, _| ()).unwrap();
    history.odd.extend(report.broken);
    let mut query = TrailQuery { limit: 500, ..TrailQuery::default() };
    loop {
        let page = hub.trail(&alice, &query).unwrap();
        for row in &page {
            match of_trail(row) {
                Some(row) => history.trail.push(row),
                None if ["tampered", "store.altered", "store.went_back"].contains(&row.action.as_str()) => {
                    history.odd.push(format!("the trail says {row:?}"));
                }
                None => {}
            }
        }
        query.before = page.last().map(|row| row.no);
        if page.len() < 500 {
            break;
        }
    }
    history.trail.reverse();
    let mut query = ListQuery { revoked: true, limit: 500, ..ListQuery::default() };
    loop {
        let page = hub.list(&alice, &query).unwrap();
        let seen = page.rows.iter().map(|row| {
            let seen = Seen { state: row.state, name: number(&row.name), version: Some(row.version) };
            (row.id.to_string(), seen)
        });
        history.rows.extend(seen);
        match page.cursor(query.order, page.rows.len().wrapping_sub(1)).filter(|_| page.more_after) {
            Some(last) => query.position = PagePosition::After(last),
            None => break,
        }
    }
}

fn of_trail(row: &TrailRow) -> Option<Row> {
    let verb = match row.action.as_str() {
        "credential.created" => Verb::Create,
        "credential.renamed" => Verb::Rename,
        "credential.disabled" => Verb::Disable,
        "credential.enabled" => Verb::Enable,
        "credential.revoked" => Verb::Revoke,
        "credential.rotated" => Verb::Rotate,
        _ => return None,
    };
    Some(Row {
        no: row.no,
        at: row.at.0,
        who: row.who.clone()?,
        verb,
        key: row.subject.clone()?,
        name: number(&row.what)?,
    })
}

/// Every verifier comes to answer as the trail ends: nobody is denied who is there, and nobody else is let in.
fn settle(board: &Board, verifiers: &[Verifier], verdict: &Verdict) {
    let end: std::collections::HashMap<&str, Is> = verdict.order.end().collect();
    let known = board.known.lock().unwrap().clone();
    for verifier in verifiers {
        let mut line: Option<UnixStream> = None;
        for (known, which) in known.iter().flat_map(|known| (0..known.secrets.len()).map(move |which| (known, which))) {
            let wanted = wanted(end.get(known.id.as_str()), known, which);
            let began = Instant::now();
            loop {
                verifier.see_that_it_runs(board);
                let said = verifier.ask(board, &mut line, known, which);
                if said.as_ref() == Some(&wanted) {
                    break;
                }
                let id = &known.id;
                assert!(began.elapsed() < PATIENCE, "{id} gets {said:?}, never {wanted:?}\n{}", verifier.log());
                thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

fn wanted(is: Option<&Is>, known: &Known, which: usize) -> Said {
    match is {
        Some(is) if is.state == State::Active && is.secret == known.secrets[which].0 => Said::Allowed(is.name),
        _ => Said::Refused,
    }
}

/// Writes the history, and what is wrong with it, where it can be looked at.
fn keep(history: &History, wrong: &[String], seed: u64) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("history-{seed}.txt"));
    let mut text = wrong.join("\n") + "\n";
    let mut all: Vec<(Moment, String)> = history.ops.iter().map(|op| (op.began, format!("{op:?}"))).collect();
    all.extend(history.faults.iter().map(|(at, what)| (*at, format!("fault: {what}"))));
    all.sort();
    all.iter().for_each(|(at, what)| _ = writeln!(text, "{at} {what}"));
    history.trail.iter().for_each(|row| _ = writeln!(text, "{row:?}"));
    for (which, heard) in history.heard.iter().enumerate() {
        heard.iter().for_each(|heard| _ = writeln!(text, "verifier {which}: {heard:?}"));
    }
    fs::write(&file, text).unwrap();
    file
}

#[test]
fn histories_hold_while_lines_break_and_processes_die() {
    let seed = number_of("KEYDESK_HISTORY_SEED").unwrap_or_else(|| Random::of(wall() as u64, 0).next() % 1_000_000);
    let seconds = number_of("KEYDESK_HISTORY_SECONDS").unwrap_or(5);
    let pause = number_of("KEYDESK_HISTORY_PAUSE").unwrap_or(60);
    println!("KEYDESK_HISTORY_SEED={seed} KEYDESK_HISTORY_SECONDS={seconds} KEYDESK_HISTORY_PAUSE={pause}");
    let users: Vec<_> = (0..DESKS).flat_map(|desk| [user(desk, "library"), user(desk, "program")]).collect();
    let Some(place) = Place::new(&users) else { return };
    let (board, verifiers) = live(&place, seed, Duration::from_secs(seconds), Duration::from_millis(pause));
    board.recorder.write(|history| read(&place, history));
    let before = board.recorder.write(|history| check(history));
    if before.wrong.is_empty() {
        settle(&board, &verifiers, &before);
    }
    let panicked = verifiers.iter().find(|verifier| verifier.log().contains("panicked")).map(Verifier::log);
    board.recorder.write(|history| {
        history.odd.extend(panicked);
        let verdict = check(history);
        println!("{}", verdict.summary(history));
        if !verdict.wrong.is_empty() {
            let (count, first) = (verdict.wrong.len(), verdict.wrong.iter().take(5).cloned().collect::<Vec<_>>());
            panic!(
                "seed {seed}: {count} things are wrong; all of it is in {:?}\n{}",
                keep(history, &verdict.wrong, seed),
                first.join("\n")
            );
        }
    });
}
