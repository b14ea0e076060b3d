//! A verifier whose threads panic, and attempts to make them panic by what is in the store.

use std::fs;
use std::process::Stdio;
use std::time::Instant;

use keydesk::credential::{Kind, Verb};
use keydesk::hub::Policy;

use super::support::{Desk, GatewayRequest, Key, PATIENCE, Verifier};

fn status(verifier: &Verifier, key: &Key) -> u16 {
    verifier.ask(&GatewayRequest::nginx("GET", "/").by(key)).status()
}

#[test]
fn a_panicking_thread_ends_the_process_without_leaking_data() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let listen = format!("unix:{}", desk.dir.path().join("v.sock").display());
    for name in ["follow", "report", "hash"] {
        let log = desk.dir.path().join(name);
        let mut command = desk.command(&["--listen", &listen]);
        command.env("KEYDESK_TEST_FAULTS", name).stderr(Stdio::from(fs::File::create(&log).unwrap()));
        let (mut child, began) = (command.spawn().unwrap(), Instant::now());
        let ended = loop {
            match child.try_wait().unwrap() {
                None if began.elapsed() < PATIENCE => std::thread::sleep(std::time::Duration::from_millis(10)),
                ended => break ended,
            }
        };
        let _ = child.kill();
        let log = fs::read_to_string(log).unwrap();
        assert_eq!(ended.and_then(|ended| ended.code()), Some(1), "{name}\n{log}");
        let lines: Vec<_> = log.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()).collect();
        let told = lines.iter().filter(|line| line["level"] == "ERROR" && line["thread"] == name);
        assert_eq!(told.count(), 2, "the location, and the end of the process: {log}");
        assert!(log.contains("src/serve/") && !log.contains("made to panic"), "{log}");
    }
    assert_eq!(status(&desk.verifier(), &one), 200, "started again at the same socket");
}

#[test]
fn odd_counters_in_the_store_stop_no_verifier() {
    let desk = Desk::new();
    let (one, two) = (desk.key(Kind::Basic, "one"), desk.key(Kind::Hmac, "two"));
    let numbers = |n: i64| {
        let all = ["active", "disabled", "revoked"]
            .map(|state| format!("('basic', '{state}', {n}), ('hmac', '{state}', {n})"));
        let kept = "ON CONFLICT (kind, state) DO UPDATE SET n = excluded.n";
        desk.sql(&format!("INSERT INTO tally (kind, state, n) VALUES {} {kept}", all.join(", ")));
    };
    numbers(1 << 62);
    let verifier = desk.verifier();
    assert_eq!(status(&verifier, &one), 200);
    // Each time everything is loaded again.
    for (n, algorithms) in [(i64::MAX, "hmac-sha256"), (i64::MIN, "hmac-sha512"), (0, "")] {
        numbers(n);
        desk.policy(&Policy { algorithms: algorithms.parse().unwrap(), ..Policy::default() });
        let wanted = if algorithms == "hmac-sha512" { 401 } else { 200 };
        verifier.until("loaded again", |verifier| {
            verifier.ask(&GatewayRequest::nginx("GET", "/").fields(&two.hmac("GET", "/"))).status() == wanted
        });
        desk.set(&one, Verb::Disable);
        verifier.until("disabled", |verifier| status(verifier, &one) == 401);
        desk.set(&one, Verb::Enable);
        verifier.until("enabled", |verifier| status(verifier, &one) == 200);
        let new = desk.key(Kind::Basic, "new");
        verifier.until("made", |verifier| status(verifier, &new) == 200);
    }
    verifier.stop();
}
