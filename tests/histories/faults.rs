//! What a seed does to lines and processes: one thread for the network, one for processes and the server.

use std::thread;
use std::time::Duration;

use super::desks::Board;
use super::proxy::{AtCommit, Network, Proxy, Way};
use super::random::Random;
use super::server::Server;
use super::verifiers::Verifier;

/// How long a fault may last: twice the staleness limit of the run, so that some verifier is out of sight for too long.
const LONGEST: u64 = 4_000;

/// Waits, but not longer than the run.
fn sleep(board: &Board, time: Duration) {
    let step = Duration::from_millis(20);
    let mut left = time;
    while !left.is_zero() && !board.is_over() {
        thread::sleep(step.min(left));
        left = left.saturating_sub(step);
    }
}

/// As long as a fault lasts: mostly short.
fn while_it_lasts(random: &mut Random) -> Duration {
    let most = if random.chance(70) { LONGEST / 8 } else { LONGEST };
    Duration::from_millis(random.between(30, most))
}

/// Between two faults, in proportion to the pauses of everybody.
fn calm(board: &Board, random: &mut Random) {
    sleep(board, board.pause.mul_f64(random.between(4, 30) as f64));
}

/// Lines that are slow, held, deaf or cut, of desks and of verifiers.
pub fn of_lines(board: &Board, desks: &[&Proxy], verifiers: &[Verifier], mut random: Random) {
    let names = |which: usize| match which.checked_sub(desks.len()) {
        None => "desk".to_owned(),
        Some(_) => "verifier".to_owned(),
    };
    let all: Vec<&Proxy> = desks.iter().copied().chain(verifiers.iter().map(|verifier| &verifier.proxy)).collect();
    while !board.is_over() {
        calm(board, &mut random);
        let which = random.below(all.len());
        let line = all[which];
        if which < desks.len() && random.chance(2) {
            // Longer than a desk asks for the truth.
            board.recorder.fault("desk: CutBehind, and away for long".to_owned());
            let before = line.struck();
            line.at_commit(AtCommit::CutBehind);
            while line.struck() == before && !board.is_over() {
                sleep(board, Duration::from_millis(2));
            }
            line.set(Network::Refuses);
            sleep(board, Duration::from_secs(45));
            line.set(Network::Open);
            continue;
        }
        if which < desks.len() && random.chance(50) {
            let fate =
                random.one_of(&[AtCommit::CutBefore, AtCommit::CutBehind, AtCommit::DeafBefore, AtCommit::DeafBehind]);
            board.recorder.fault(format!("{}: {fate:?}", names(which)));
            line.at_commit(fate);
            continue;
        }
        if random.chance(25) {
            board.recorder.fault(format!("{}: cut", names(which)));
            line.cut();
            continue;
        }
        let network = random.one_of(&[
            Network::Delayed(Duration::from_millis(5)),
            Network::Delayed(Duration::from_millis(120)),
            Network::Held,
            Network::Swallows(Way::FromDesk),
            Network::Swallows(Way::FromServer),
            Network::Swallows(Way::Both),
            Network::Refuses,
        ]);
        board.recorder.fault(format!("{}: {network:?}", names(which)));
        line.set(network);
        if network == Network::Refuses {
            line.cut();
        }
        sleep(board, while_it_lasts(&mut random));
        line.set(Network::Open);
        // A deaf line is given up by its owner in its own time, or by the network.
        if random.chance(50) {
            line.cut();
        }
    }
    for line in all {
        line.at_commit(AtCommit::Passes);
        line.set(Network::Open);
        line.cut();
    }
}

/// Verifiers and the server, killed and stopped.
pub fn of_processes(board: &Board, server: &Server, verifiers: &[Verifier], mut random: Random) {
    while !board.is_over() {
        calm(board, &mut random);
        let verifier = &verifiers[random.below(verifiers.len())];
        match random.below(10) {
            0..3 => {
                board.recorder.fault("verifier: kill -9".to_owned());
                verifier.kill(while_it_lasts(&mut random) / 4);
            }
            3..6 => {
                board.recorder.fault("verifier: stopped for a while".to_owned());
                verifier.stall(while_it_lasts(&mut random));
            }
            6 | 7 => {
                board.recorder.fault("server: a connection was ended".to_owned());
                let end = "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity \
                           WHERE application_name = 'keydesk' ORDER BY random() LIMIT 1) AS one";
                // The server may be away.
                let _ = server.sql_as("postgres", "postgres", end);
            }
            8 => {
                board.recorder.fault("server: a process of it, kill -9".to_owned());
                server.kill_one();
            }
            _ => {
                board.recorder.fault("server: kill -9, and started again".to_owned());
                server.crash();
                sleep(board, Duration::from_millis(200));
                server.until_it_answers();
            }
        }
    }
}
