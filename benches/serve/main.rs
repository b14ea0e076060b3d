//! The verifier under load, beside its yardsticks in the same run: only the ratios count on a shared machine.
//!
//! `cargo bench --bench serve -- throughput [--rounds N] [--seconds S] [--no-peers] [--beside PROGRAM] DIR...` answers a second,
//! straight and through nginx; each DIR was made by `cargo bench --bench fill`. Wants wrk, taskset and nginx; HAProxy and
//! Caddy if they are there. `PROGRAM` is another keydesk, such as the one before a change, that is asked at the same desks.
//!
//! `cargo bench --bench serve -- attack [--rounds N] DIR` Basic and HMAC while 1,000 wrong Legacy passwords come in.
//!
//! `cargo bench --bench serve -- timing [--rounds N]` how long each refusal takes.

mod asker;
mod attack;
mod bare;
mod contestant;
mod pairs;
mod peers;
mod stats;
mod throughput;
mod timing;
mod wrk;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

type Done<T = ()> = Result<T, Box<dyn Error>>;

/// What was asked for.
#[derive(Debug)]
struct Wanted {
    dirs: Vec<PathBuf>,
    rounds: Option<usize>,
    seconds: u64,
    peers: bool,
    beside: Option<PathBuf>,
}

/// Long enough to hold one batch of last uses, which are written every ten.
const SECONDS: u64 = 10;

fn main() -> ExitCode {
    let mut args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let done = match args.first().map(String::as_str) {
        // The yardstick is this program itself, started once more.
        Some("bare") => bare::run(&args[1], &bare::Bare::parse(&args[2])).map_err(Into::into),
        Some("throughput") => wanted(args.split_off(1)).and_then(|wanted| throughput::run(&wanted)),
        Some("attack") => wanted(args.split_off(1)).and_then(|wanted| attack::run(&wanted)),
        Some("timing") => wanted(args.split_off(1)).and_then(|wanted| timing::run(&wanted)),
        // `cargo bench` without arguments comes here.
        _ => {
            println!("usage: cargo bench --bench serve -- throughput|attack|timing [--rounds N] [--seconds S] DIR...");
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("serve: {why}");
            ExitCode::FAILURE
        }
    }
}

fn wanted(args: Vec<String>) -> Done<Wanted> {
    let mut wanted = Wanted { dirs: Vec::new(), rounds: None, seconds: SECONDS, peers: true, beside: None };
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--rounds" => wanted.rounds = Some(args.next().ok_or("--rounds wants a number")?.parse()?),
            "--seconds" => wanted.seconds = args.next().ok_or("--seconds wants a number")?.parse()?,
            "--beside" => wanted.beside = Some(args.next().ok_or("--beside wants a program")?.into()),
            "--no-peers" => wanted.peers = false,
            dir => wanted.dirs.push(dir.into()),
        }
    }
    Ok(wanted)
}
