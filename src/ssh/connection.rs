//! When the connection began: the start of the sshd process that serves it. A connection that several sessions share
//! (ControlMaster) is as old as its first one.

use std::fs;

use rustix::param::clock_ticks_per_second;
use rustix::process::{Pid, getpid, getuid};
use rustix::time::{ClockId, clock_gettime};

use crate::time::Millis;

/// Longest chain of processes that is looked at.
const DEEPEST: usize = 16;

/// When the connection of this session began; `None` if nobody can tell.
///
/// sshd serves a connection by a process of the account that was signed in to, and starts every session from it. So it is
/// the farthest ancestor of the same account, whatever its name is in this version of sshd.
pub fn connected_at(now: Millis) -> Option<Millis> {
    let me = getuid().as_raw();
    let mut process = Process::of(getpid())?;
    let mut server = None;
    for _ in 0..DEEPEST {
        let parent = Process::of(Pid::from_raw(process.parent)?)?;
        if parent.uid != me {
            return server.and_then(|ticks| at(ticks, now));
        }
        server = Some(parent.started);
        process = parent;
    }
    None
}

/// A process as `/proc` describes it.
struct Process {
    uid: u32,
    parent: i32,
    /// In clock ticks since the machine was started.
    started: u64,
}

impl Process {
    fn of(pid: Pid) -> Option<Self> {
        let pid = pid.as_raw_nonzero();
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let uid = status.lines().find_map(|line| line.strip_prefix("Uid:"))?.split_whitespace().next()?;
        let (parent, started) = parent_and_start(&stat)?;
        Some(Self { uid: uid.parse().ok()?, parent, started })
    }
}

/// The fields 4 and 22. The name of the program, field 2, may hold blanks and brackets.
fn parent_and_start(stat: &str) -> Option<(i32, u64)> {
    let fields: Vec<_> = stat.get(stat.rfind(')')? + 1..)?.split_whitespace().collect();
    Some((fields.get(1)?.parse().ok()?, fields.get(19)?.parse().ok()?))
}

fn at(ticks: u64, now: Millis) -> Option<Millis> {
    let booted = clock_gettime(ClockId::Boottime);
    let up = booted.tv_sec.checked_mul(1000)?.checked_add(booted.tv_nsec / 1_000_000)?;
    let started = i64::try_from(ticks.checked_mul(1000)? / clock_ticks_per_second()).ok()?;
    let age = up.checked_sub(started).filter(|age| *age >= 0)?;
    Some(now.plus(-age))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parent_and_start_are_read_behind_any_name() {
        let stat = "123 (a) b (c)) S 45 123 123 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2 3";
        assert_eq!(parent_and_start(stat), Some((45, 987_654)));
        assert_eq!(parent_and_start("123 (x"), None);
        assert_eq!(parent_and_start(""), None);
    }

    #[test]
    fn this_process_started_before_now() {
        let me = Process::of(getpid()).unwrap();
        let now = Millis(1_786_698_764_000);
        let began = at(me.started, now).unwrap();
        assert!((0..3_600_000).contains(&now.since(began)), "{began:?}");
    }
}
