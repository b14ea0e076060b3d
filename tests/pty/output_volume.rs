//! How much the desk writes and works: little, and nothing when nothing happens.

use std::fs;
use std::time::Duration;

use rustix::process::Pid;

use crate::harness::DOWN;
use crate::house::{House, PASSWORD};
use crate::walk::to_the_list;

/// Times that any thread of the process went to sleep, which is how often one woke up.
fn sleeps(pid: Pid) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{}/task", pid.as_raw_nonzero())).unwrap();
    let of = |status: String| {
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        line.unwrap().trim().parse::<u64>().unwrap()
    };
    tasks.map(|task| of(fs::read_to_string(task.unwrap().path().join("status")).unwrap())).sum()
}

#[test]
fn five_idle_seconds_write_nothing_and_wake_almost_nothing() {
    let house = House::with_desk();
    house.fill(40);
    let mut desk = house.open();
    to_the_list(&mut desk);
    desk.sees("key 00").settle(Duration::from_secs(1));
    // A status message disappears by itself, which is a change.
    desk.sees_no("✓").settle(Duration::from_secs(1));
    let (bytes, before) = (desk.raw().len(), sleeps(desk.pid()));
    std::thread::sleep(Duration::from_secs(5));
    let (written, woken) = (desk.raw().len() - bytes, sleeps(desk.pid()) - before);
    assert_eq!(written, 0, "{:?}", String::from_utf8_lossy(&desk.raw()[bytes..]));
    // The store sends notifications, so there is hardly any polling. The limit allows for a busy machine.
    assert!(woken <= 10, "{woken} wake-ups in five seconds");
}

/// Three times, because the desk sleeps longer after a quiet while than just after a change.
#[test]
fn what_another_process_does_shows_without_a_key() {
    let house = House::with_desk();
    let mut desk = house.open();
    to_the_list(&mut desk);
    for name in ["nightly-export", "crm", "billing"] {
        desk.sees_no(name).settle(Duration::from_millis(4_500));
        house.script(&["key", "create", "--as", "alice", "--kind", "basic", "--name", name], "");
        desk.sees(name);
    }
    house.script(&["user", "add", "--as", "alice", "bram", "--role", "administrator", "--password-stdin"], PASSWORD);
    house.script(&["user", "disable", "--as", "bram", "alice"], "");
    desk.sees("Sign in");
}

#[test]
fn three_hundred_keys_cost_few_bytes_each() {
    const KEYS: usize = 300;
    let house = House::with_desk();
    house.fill(KEYS + 20);
    let mut desk = house.open();
    to_the_list(&mut desk);
    desk.sees("key 00").settle(Duration::from_millis(500));
    let start = desk.raw().len();
    for i in 0..KEYS {
        let wanted = format!("▌  key {:03}", i + 1);
        desk.keys(DOWN).sees(&wanted);
    }
    desk.settle(Duration::from_millis(500));
    let each = (desk.raw().len() - start) / KEYS;
    println!("{each} bytes a key");
    assert!(each <= 250, "{each} bytes a key");
}
