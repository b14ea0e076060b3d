//! Answers a second: keydesk at each desk, hyper with nothing else, and what else there is; then keydesk and hyper behind
//! nginx.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::bare::Bare;
use super::contestant::{SERVER_CORE, Server, bare, free, keydesk, verifier, wait_for, wait_for_socket};
use super::pairs::{self, shuffle};
use super::stats::median;
use super::wrk::{Load, Round};
use super::{Done, Wanted, peers};

/// Rounds, unless more or fewer are asked for.
const ROUNDS: usize = 7;

/// One of those that are compared.
struct Contestant {
    name: String,
    servers: Vec<Server>,
    address: String,
    load: Load,
    /// One whole request, to see that it is there.
    first: String,
    rounds: Vec<Shown>,
}

/// What one round showed, and the processor time in microseconds that each answer took, nginx's included.
struct Shown {
    round: Round,
    processor: f64,
}

/// What is asked of whom.
struct Race<'a> {
    place: &'a Path,
    contestants: Vec<Contestant>,
}

pub fn run(wanted: &Wanted) -> Done {
    let rounds = wanted.rounds.unwrap_or(ROUNDS);
    let place = tempfile::tempdir()?;
    println!("Straight, medians of {rounds} rounds of {} s:\n", wanted.seconds);
    let mut race = Race { place: place.path(), contestants: Vec::new() };
    race.straight(&wanted.dirs)?;
    if let Some(program) = &wanted.beside {
        race.beside(program, &wanted.dirs)?;
    }
    if wanted.peers {
        race.peers()?;
    }
    race.run(rounds, wanted.seconds)?;
    println!("\nThrough nginx:\n");
    let mut race = Race { place: place.path(), contestants: Vec::new() };
    race.through_nginx(&wanted.dirs)?;
    race.run(rounds, wanted.seconds)
}

/// Random ones of a desk's Basic credentials.
fn authorizations(desk: &Path) -> Done<Vec<String>> {
    Ok(pairs::read(desk, "basic")?.iter().map(pairs::Pair::basic).collect())
}

/// The bare servers: without a look at anything, and with the least that a check can be among each desk's credentials.
fn yardsticks(desks: &[std::path::PathBuf]) -> Vec<(String, Bare)> {
    let mut all =
        vec![("bare hyper".to_owned(), Bare::Hyper), ("bare hyper, runtime of one thread".to_owned(), Bare::OneThread)];
    all.extend(desks.iter().map(|desk| (format!("hyper with a map {}", desk.display()), Bare::Checks(desk.clone()))));
    all
}

fn installed(program: &str) -> bool {
    Command::new("which").arg(program).output().is_ok_and(|out| out.status.success())
}

impl Contestant {
    fn processor(&self) -> Done<f64> {
        self.servers.iter().map(Server::processor).sum()
    }

    fn round(&self, seconds: u64) -> Done<Shown> {
        let before = self.processor()?;
        let round = self.load.run(&self.address, seconds)?;
        Ok(Shown { round, processor: (self.processor()? - before) / round.requests })
    }
}

impl Race<'_> {
    fn dir(&self, name: &str) -> Done<std::path::PathBuf> {
        let dir = self.place.join(name.replace(|c: char| !c.is_alphanumeric(), "-"));
        fs::create_dir_all(&dir)?;
        Ok(dir)
    }

    fn add(&mut self, name: String, servers: Vec<Server>, address: String, head: &str, all: &[String]) -> Done {
        let load = Load::new(&self.dir(&name)?, "load", head, all)?;
        let first = format!("{head}Authorization: {}\r\n\r\n", all.first().ok_or("no credential to ask with")?);
        wait_for(&address, &first).map_err(|why| format!("{name}: {why}"))?;
        servers.iter().for_each(Server::hold);
        self.contestants.push(Contestant { name, servers, address, load, first, rounds: Vec::new() });
        Ok(())
    }

    fn straight(&mut self, desks: &[std::path::PathBuf]) -> Done {
        let first = authorizations(desks.first().ok_or("name a desk's directory")?)?;
        for (name, which) in yardsticks(desks) {
            let address = free()?;
            let server = Server::start(bare(&address, &which)?, Some(SERVER_CORE))?;
            let asked = if let Bare::Checks(desk) = &which { authorizations(desk)? } else { first.clone() };
            self.add(name, vec![server], address, &peers::gateway_head(), &asked)?;
        }
        for desk in desks {
            let name = format!("keydesk {}", desk.display());
            let address = free()?;
            let server = Server::start(keydesk(desk, &address, &self.dir(&name)?)?, Some(SERVER_CORE))?;
            self.add(name, vec![server], address, &peers::gateway_head(), &authorizations(desk)?)?;
        }
        Ok(())
    }

    /// Another keydesk, at the same desks.
    fn beside(&mut self, program: &Path, desks: &[std::path::PathBuf]) -> Done {
        for desk in desks {
            let name = format!("{} {}", program.display(), desk.display());
            let address = free()?;
            let server = Server::start(verifier(program, desk, &address, &self.dir(&name)?)?, Some(SERVER_CORE))?;
            self.add(name, vec![server], address, &peers::gateway_head(), &authorizations(desk)?)?;
        }
        Ok(())
    }

    fn peers(&mut self) -> Done {
        type Peer = fn(&Path, &str, usize) -> Done<Command>;
        let peers: [(&str, &str, usize, Peer); 5] = [
            ("nginx auth_basic {SHA}, 1 user", "nginx", 1, peers::nginx_auth_basic),
            ("nginx auth_basic {SHA}, 100k users", "nginx", 100_000, peers::nginx_auth_basic),
            ("HAProxy userlist, 1 user", "haproxy", 1, peers::haproxy),
            ("HAProxy userlist, 100k users", "haproxy", 100_000, peers::haproxy),
            ("Caddy basic_auth, 1 user", "caddy", 1, |place, address, _| peers::caddy(place, address)),
        ];
        for (name, program, users, start) in peers {
            if !installed(program) {
                println!("{program} is not installed: left out");
                continue;
            }
            let address = free()?;
            let server = Server::start(start(&self.dir(name)?, &address, users)?, Some(SERVER_CORE))?;
            let mut all: Vec<_> = (0..users).map(peers::user).map(|(name, word)| pairs::basic(&name, &word)).collect();
            shuffle(&mut all);
            self.add(name.to_owned(), vec![server], address, &peers::client_head(), &all)?;
        }
        Ok(())
    }

    fn through_nginx(&mut self, desks: &[std::path::PathBuf]) -> Done {
        let first = authorizations(desks.first().ok_or("name a desk's directory")?)?;
        for (name, which) in yardsticks(desks) {
            let name = format!("nginx, {name}");
            let socket = self.dir(&name)?.join("bare.sock");
            let listen = format!("unix:{}", socket.display());
            let server = Server::start(bare(&listen, &which)?, Some(SERVER_CORE))?;
            let asked = if let Bare::Checks(desk) = &which { authorizations(desk)? } else { first.clone() };
            self.behind(name, server, &socket, &asked)?;
        }
        for desk in desks {
            let name = format!("nginx, keydesk {}", desk.display());
            let socket = self.dir(&name)?.join("keydesk.sock");
            let listen = format!("unix:{}", socket.display());
            let server = Server::start(keydesk(desk, &listen, &self.dir(&name)?)?, Some(SERVER_CORE))?;
            self.behind(name, server, &socket, &authorizations(desk)?)?;
        }
        Ok(())
    }

    fn behind(&mut self, name: String, verifier: Server, socket: &std::path::PathBuf, all: &[String]) -> Done {
        let (address, api) = (free()?, free()?);
        wait_for_socket(socket)?;
        let nginx = peers::nginx_auth_request(&self.dir(&name)?, &address, socket, &api)?;
        let nginx = Server::start(nginx, Some(SERVER_CORE))?;
        self.add(name, vec![verifier, nginx], address, &peers::client_head(), all)
    }

    /// One round each in turn, then the next.
    fn run(&mut self, rounds: usize, seconds: u64) -> Done {
        for round in 0..rounds {
            for one in &mut self.contestants {
                eprint!("\rround {} of {rounds}: {:60}", round + 1, one.name);
                one.servers.iter().for_each(Server::resume);
                // A verifier that was held still has to look at its store first.
                let ran = wait_for(&one.address, &one.first).and_then(|()| one.round(seconds));
                one.servers.iter().for_each(Server::hold);
                one.rounds.push(ran.map_err(|why| format!("{}: {why}", one.name))?);
            }
        }
        eprintln!("\r{:80}", "");
        self.print();
        Ok(())
    }

    /// The first one is what the others are measured by, round by round.
    fn print(&self) {
        println!("| | requests a second | p50 µs | p99 µs | CPU µs each | of the first: requests | p50 | p99 | CPU |");
        println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        let base = &self.contestants[0].rounds;
        for one in &self.contestants {
            let of = |what: fn(&Shown) -> f64| median(one.rounds.iter().map(what).collect());
            let ratio = |what: fn(&Shown) -> f64| {
                median(one.rounds.iter().zip(base).map(|(round, base)| what(round) / what(base)).collect())
            };
            let of_all: [fn(&Shown) -> f64; 4] =
                [|r| r.round.per_second, |r| r.round.p50, |r| r.round.p99, |r| r.processor];
            let [per_second, p50, p99, processor] = of_all;
            println!(
                "| {} | {:.0} | {:.0} | {:.0} | {:.2} | {:.1} % | {:.2} | {:.2} | {:.2} |",
                one.name,
                of(per_second),
                of(p50),
                of(p99),
                of(processor),
                100.0 * ratio(per_second),
                ratio(p50),
                ratio(p99),
                ratio(processor),
            );
        }
    }
}
