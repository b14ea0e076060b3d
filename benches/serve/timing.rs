//! How long each refusal takes over HTTP: what a stranger could learn from a clock. The cases take turns, each request
//! is about another credential, and all of them are in one desk that is made for this.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use keydesk::credential::{Kind, Options, Verb};
use keydesk::hub::{Actor, DeskPaths, Hub, Issued, NewCredential, Origin, SetUp};
use keydesk::secret::Secret;
use keydesk::time::{Clock, SystemClock};
use keydesk::vault::MasterKeyPlace;

use super::asker::Asker;
use super::contestant::{LOAD_CORE, SERVER_CORE, Server, keydesk, wait_for_socket};
use super::pairs::{basic, shuffle};
use super::stats::percentile;
use super::{Done, Wanted, peers};

/// Requests of each case.
const ROUNDS: usize = 20_000;
/// Credentials of each case.
const EACH: usize = 1_000;

/// What is asked, and the requests.
struct Case {
    name: &'static str,
    status: u16,
    requests: Vec<Vec<u8>>,
    times: Vec<Duration>,
}

pub fn run(wanted: &Wanted) -> Done {
    if std::env::var_os("KEYDESK_BENCH_PINNED").is_none() {
        return pinned();
    }
    let place = tempfile::tempdir()?;
    let mut cases = cases(place.path())?;
    let socket = place.path().join("keydesk.sock");
    let listen = format!("unix:{}", socket.display());
    let _server = Server::start(keydesk(place.path(), &listen, place.path())?, Some(SERVER_CORE))?;
    wait_for_socket(&socket)?;
    let mut asker = Asker::new(&socket)?;
    let mut order: Vec<usize> = (0..cases.len()).collect();
    for round in 0..wanted.rounds.unwrap_or(ROUNDS) + EACH {
        // Another order each time: none always comes after the same one.
        shuffle(&mut order);
        order.rotate_left(round % cases.len());
        for &i in &order {
            let case = &mut cases[i];
            let (status, took) = asker.ask(&case.requests[round % EACH])?;
            if status != case.status {
                return Err(format!("{} was answered by {status}", case.name).into());
            }
            // The first turn warms up.
            if round >= EACH {
                case.times.push(took);
            }
        }
    }
    println!("| Basic over a Unix socket, µs | p10 | p50 | p90 |\n| --- | --- | --- | --- |");
    for case in &mut cases {
        let [p10, p50, p90] = [10, 50, 90].map(|p| percentile(&mut case.times, p));
        println!("| {} | {p10:.2} | {p50:.2} | {p90:.2} |", case.name);
    }
    Ok(())
}

/// This program once more, on the core that is the load's.
fn pinned() -> Done {
    let mut command = std::process::Command::new("taskset");
    command.args(["-c", LOAD_CORE]).arg(std::env::current_exe()?).args(std::env::args().skip(1));
    Err(command.env("KEYDESK_BENCH_PINNED", "1").exec().into())
}

/// A desk with credentials of every condition, and the requests about them.
fn cases(place: &Path) -> Done<Vec<Case>> {
    let places = DeskPaths::new(place.join("data/keydesk.db"), MasterKeyPlace::file(place.join("etc/master.key")));
    let origin = Origin::default();
    let password = Secret::from_text("correct horse battery");
    let wanted = SetUp { account: "Bench".into(), name: "alice".into(), password };
    let hub = Hub::set_up(&places, Arc::new(SystemClock), &wanted, &origin)?;
    let alice = hub.local_actor("alice", &origin)?;
    let any = Options::default;
    let soon = SystemClock.now().seconds().0 + 5;
    let expiring = Options { expires_at: Some(keydesk::time::Seconds(soon)), ..any() };
    let elsewhere = Options { networks: "192.0.2.0/24".parse()?, ..any() };
    let active = made(&hub, &alice, Kind::Basic, &any())?;
    let hmac = made(&hub, &alice, Kind::Hmac, &any())?;
    let expired = made(&hub, &alice, Kind::Basic, &expiring)?;
    let outside = made(&hub, &alice, Kind::Basic, &elsewhere)?;
    let disabled = stopped(&hub, &alice, &[Verb::Disable])?;
    let revoked = stopped(&hub, &alice, &[Verb::Revoke])?;
    // By the time that somebody asks they have.
    while SystemClock.now().seconds().0 < soon {
        std::thread::sleep(Duration::from_millis(100));
    }
    // Neither is at the desk: each is one that is, with another last character.
    let other = |text: &str| format!("{}{}", &text[..text.len() - 1], if text.ends_with('x') { 'y' } else { 'x' });
    let right = |key: &str, secret: &str| (key.to_owned(), secret.to_owned());
    let wrong = |key: &str, secret: &str| (key.to_owned(), other(secret));
    let unknown = |key: &str, secret: &str| (other(key), secret.to_owned());
    Ok(vec![
        case("right, for comparison", 200, &active, right),
        case("unknown key", 401, &active, unknown),
        case("wrong secret", 401, &active, wrong),
        case("a key of another kind", 401, &hmac, right),
        case("disabled, right secret", 401, &disabled, right),
        case("revoked, right secret", 401, &revoked, right),
        case("expired, right secret", 401, &expired, right),
        case("outside its networks, right secret", 401, &outside, right),
    ])
}

fn made(hub: &Hub, alice: &Actor, kind: Kind, options: &Options) -> Done<Vec<Issued>> {
    let wanted: Vec<_> = (0..EACH)
        .map(|n| NewCredential { kind, name: format!("bench-{n:07}"), legacy: None, options: options.clone() })
        .collect();
    Ok(hub.create_many(alice, &wanted)?)
}

fn stopped(hub: &Hub, alice: &Actor, verbs: &[Verb]) -> Done<Vec<Issued>> {
    let made = made(hub, alice, Kind::Basic, &Options::default())?;
    let targets: Vec<_> = made.iter().map(|issued| issued.row.target()).collect();
    for verb in verbs {
        hub.set_state(alice, &targets, *verb)?;
    }
    Ok(made)
}

fn case(name: &'static str, status: u16, of: &[Issued], bend: impl Fn(&str, &str) -> (String, String)) -> Case {
    let head = peers::gateway_head();
    let request = |issued: &Issued| {
        let secret = issued.secret.as_ref().and_then(Secret::expose_text).unwrap_or_default();
        let (key, secret) = bend(&issued.row.key, secret);
        format!("{head}Authorization: {}\r\n\r\n", basic(&key, &secret)).into_bytes()
    };
    Case { name, status, requests: of.iter().map(request).collect(), times: Vec::new() }
}
