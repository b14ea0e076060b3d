//! How long Basic and HMAC take while 1,000 wrong Legacy passwords come in at once, and while none does, in turns.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use keydesk::credential::Algorithm;
use keydesk::secret::Secret;
use keydesk::time::{Clock, SystemClock};
use keydesk::verify::{Dialect, Draft, Scheme, sign};

use super::asker::{Asker, forward_head};
use super::contestant::{SERVER_CORE, Server, keydesk, wait_for_socket};
use super::pairs::{self, Pair};
use super::stats::{median, percentile};
use super::{Done, Wanted, peers};

/// Turns, unless more or fewer are asked for.
const ROUNDS: usize = 7;
/// Wrong passwords of one turn, each with a name, an address and a connection of its own: none is throttled for another.
const GUESSES: u32 = 1_000;
/// How long nothing else happens.
const QUIET: Duration = Duration::from_secs(2);

/// Times of one turn, in microseconds.
#[derive(Debug, Default)]
struct Turn {
    quiet: [[f64; 2]; 2],
    attacked: [[f64; 2]; 2],
    lasted: f64,
}

pub fn run(wanted: &Wanted) -> Done {
    let desk = wanted.dirs.first().ok_or("name a desk's directory")?;
    let rounds = wanted.rounds.unwrap_or(ROUNDS);
    println!("Medians of {rounds} turns\n");
    println!("| verifier on | kind | quiet p50, p99 µs | attacked p50, p99 µs | p99, times | guesses answered in |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for (cores, name) in [(None, "all cores"), (Some(SERVER_CORE), "one core")] {
        let place = tempfile::tempdir()?;
        let socket = place.path().join("keydesk.sock");
        let listen = format!("unix:{}", socket.display());
        let _server = Server::start(keydesk(desk, &listen, place.path())?, cores)?;
        wait_for_socket(&socket)?;
        let turns = (0..rounds).map(|n| turn(desk, &socket, n)).collect::<Done<Vec<_>>>()?;
        for (kind, word) in ["Basic", "HMAC"].into_iter().enumerate() {
            let of = |what: &dyn Fn(&Turn) -> f64| median(turns.iter().map(what).collect());
            println!(
                "| {name} | {word} | {:.0}, {:.0} | {:.0}, {:.0} | {:.2} | {:.2} s |",
                of(&|turn| turn.quiet[kind][0]),
                of(&|turn| turn.quiet[kind][1]),
                of(&|turn| turn.attacked[kind][0]),
                of(&|turn| turn.attacked[kind][1]),
                of(&|turn| turn.attacked[kind][1] / turn.quiet[kind][1]),
                of(&|turn| turn.lasted),
            );
        }
    }
    Ok(())
}

fn turn(desk: &Path, socket: &Path, n: usize) -> Done<Turn> {
    let requests = [basic(desk)?, hmac(desk)?];
    let over = AtomicBool::new(false);
    let quiet = std::thread::scope(|scope| {
        let measured = measure(scope, socket, &requests, &over);
        std::thread::sleep(QUIET);
        over.store(true, Ordering::Relaxed);
        joined(measured)
    })?;
    let mut guessers = (0..GUESSES).map(|_| Asker::new(socket)).collect::<Done<Vec<_>>>()?;
    over.store(false, Ordering::Relaxed);
    let (attacked, lasted) = std::thread::scope(|scope| {
        let measured = measure(scope, socket, &requests, &over);
        let began = Instant::now();
        let guessed = guess(&mut guessers, n);
        over.store(true, Ordering::Relaxed);
        guessed?;
        Ok::<_, Box<dyn std::error::Error>>((joined(measured)?, began.elapsed()))
    })?;
    Ok(Turn { quiet, attacked, lasted: lasted.as_secs_f64() })
}

/// Sends all before it reads the first answer.
fn guess(guessers: &mut [Asker], round: usize) -> Done {
    for (n, guesser) in (0_u32..).zip(guessers.iter_mut()) {
        let client = Ipv4Addr::from(0xC612_0000 + u32::try_from(round)? * GUESSES + n).to_string();
        let body = format!("m4u\r\nUSER=guess{}\r\nPASSWORD=Wrong123\r\n", letters(round as u32 * GUESSES + n));
        let head = forward_head("/v1/authz/forward-legacy", "POST", &client);
        guesser.send(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes())?;
    }
    for guesser in guessers {
        match guesser.status()? {
            401 => {}
            other => return Err(format!("a wrong password was answered by {other}").into()),
        }
    }
    Ok(())
}

/// A number as letters, which are all that a username has.
fn letters(mut n: u32) -> String {
    let mut text = String::new();
    while text.len() < 5 {
        text.push(char::from(b'a' + (n % 26) as u8));
        n /= 26;
    }
    text
}

type Measuring<'scope> = std::thread::ScopedJoinHandle<'scope, Result<[f64; 2], String>>;

/// One connection for each kind, which asks again as soon as it is answered.
fn measure<'scope>(
    scope: &'scope std::thread::Scope<'scope, '_>,
    socket: &'scope Path,
    requests: &'scope [Vec<Vec<u8>>; 2],
    over: &'scope AtomicBool,
) -> Vec<Measuring<'scope>> {
    let ask = move |requests: &[Vec<u8>]| -> Done<[f64; 2]> {
        let mut asker = Asker::new(socket)?;
        let mut times = Vec::new();
        for request in requests.iter().cycle() {
            if over.load(Ordering::Relaxed) {
                break;
            }
            let (status, took) = asker.ask(request)?;
            if status != 200 {
                return Err(format!("a right secret was answered by {status}").into());
            }
            times.push(took);
        }
        Ok([percentile(&mut times, 50), percentile(&mut times, 99)])
    };
    requests.iter().map(|requests| scope.spawn(move || ask(requests).map_err(|why| why.to_string()))).collect()
}

fn joined(measuring: Vec<Measuring<'_>>) -> Done<[[f64; 2]; 2]> {
    let mut figures = [[f64::NAN; 2]; 2];
    for (place, one) in figures.iter_mut().zip(measuring) {
        *place = one.join().map_err(|_| "a thread that measures panicked")??;
    }
    Ok(figures)
}

/// Credentials that ask in turn.
const SENDERS: usize = 1_000;

fn basic(desk: &Path) -> Done<Vec<Vec<u8>>> {
    let request =
        |pair: &Pair| format!("{}Authorization: {}\r\n\r\n", peers::gateway_head(), pair.basic()).into_bytes();
    Ok(pairs::read(desk, "basic")?.iter().take(SENDERS).map(request).collect())
}

/// Signed now: a signature is good for minutes.
fn hmac(desk: &Path) -> Done<Vec<Vec<u8>>> {
    let at = SystemClock.now().seconds();
    let request = |pair: &Pair| {
        let draft = Draft {
            method: "GET",
            scheme: Scheme::Https,
            authority: "api.example.com",
            target: "/v1/messages?limit=20",
            fields: &[],
            body: None,
            key: &pair.key,
            at,
        };
        let signed = sign(&draft, Dialect::Hmac(Algorithm::Sha256), &Secret::from_text(&pair.secret))?;
        let fields: String = signed.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        Some(format!("{}{fields}\r\n", peers::gateway_head()).into_bytes())
    };
    let requests: Option<_> = pairs::read(desk, "hmac")?.iter().take(SENDERS).map(request).collect();
    requests.ok_or_else(|| "a request cannot be signed".into())
}
