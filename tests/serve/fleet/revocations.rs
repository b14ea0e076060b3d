//! What one desk takes away, every verifier refuses soon, however it notices.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use keydesk::credential::{Kind, Verb};
use keydesk::hub::{Hub, HubError};

use super::super::made::{on_postgres, places};
use super::super::one_store::is_of_the_other_store;
use super::super::support::{Desk, GatewayRequest, Key, PATIENCE, Verifier};
use super::{desk_on_server, notice, other_desk, pooled, verifier_with};

/// How often a key is revoked; benches/README.md has the figures of 200 times.
fn rounds() -> usize {
    std::env::var("KEYDESK_FLEET_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(6)
}

#[test]
fn a_revocation_is_refused_by_all_once_all_have_seen_it() {
    let desk = Desk::new();
    let what = if on_postgres() { "listening" } else { "polling" };
    revoked_again_and_again(&desk, what, &|_| {});
}

#[test]
fn verifiers_that_hear_nothing_find_a_revocation_by_themselves() {
    if is_of_the_other_store!() {
        return;
    }
    let (desk, _) = desk_on_server();
    revoked_again_and_again(&desk, "polling", &|command| _ = command.env("KEYDESK_TEST_FAULTS", "deaf"));
}

#[test]
fn verifiers_behind_a_pooler_find_a_revocation_by_themselves() {
    if is_of_the_other_store!() {
        return;
    }
    let (desk, server) = desk_on_server();
    let url = pooled(&desk, server);
    revoked_again_and_again(&desk, "polling", &|command| _ = command.env("KEYDESK_STORE", &url));
}

/// The fourth verifier is started again and again.
#[test]
fn a_verifier_that_loads_keeps_no_other_from_a_revocation() {
    let desk = Desk::new();
    let (done, dir) = (AtomicBool::new(false), tempfile::tempdir().unwrap());
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                verifier_with(&desk, &dir, |command| _ = command.env("KEYDESK_TEST_DELAY", "start=300")).kill();
            }
        });
        // It comes and goes, so who is there is not known.
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let what = if on_postgres() { "listening" } else { "polling" };
            rounds_of(&desk, what, &|_| {}, false);
        }));
        done.store(true, Ordering::Relaxed);
        ended.unwrap();
    });
}

fn revoked_again_and_again(desk: &Desk, noticed: &str, also: &dyn Fn(&mut Command)) {
    rounds_of(desk, noticed, also, true);
}

/// Revokes at two desks in turn. Where every verifier that is there is known, none of them may accept the key once all are
/// said to have seen it.
fn rounds_of(desk: &Desk, noticed: &str, also: &dyn Fn(&mut Command), all_known: bool) {
    let dirs = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let verifiers = dirs.each_ref().map(|dir| verifier_with(desk, dir, also));
    for verifier in &verifiers {
        verifier.until("how it notices", |verifier| notice(verifier) == noticed);
    }
    let other = other_desk(&places(&desk.dir));
    if all_known {
        let known =
            |desk: &Desk| desk.hub.seen_by(&desk.alice, desk.hub.newest_change()).unwrap().of == verifiers.len();
        verifiers[0].until("all are known", |_| known(desk));
    }
    let (mut refused, mut said) = (Vec::new(), Vec::new());
    for round in 0..rounds() {
        let hub = if round % 2 == 0 { &desk.hub } else { &other };
        let key = desk.key(Kind::Basic, &format!("key-{round}"));
        let (everywhere, seen) = revoke(desk, hub, &key, &verifiers, all_known);
        refused.push(everywhere);
        said.extend(seen);
    }
    println!("{noticed}: refused everywhere after {}, all known after {}", spread(refused), spread(said));
}

fn revoke(desk: &Desk, hub: &Hub, key: &Key, verifiers: &[Verifier], all_known: bool) -> (Duration, Option<Duration>) {
    let asks = GatewayRequest::nginx("GET", "/v1/messages").by(key);
    for verifier in verifiers {
        verifier.until("the key is known", |verifier| verifier.ask(&asks).status() == 200);
    }
    let row = hub.find(&desk.alice, &key.key, Some(key.kind)).unwrap();
    let until = Instant::now() + PATIENCE;
    // On a busy machine somebody who counts may hold the change up for longer than it waits.
    while let Err(why) = hub.set_state(&desk.alice, &[row.target()], Verb::Revoke) {
        assert!(matches!(why, HubError::Unavailable(_)) && Instant::now() < until, "{why}");
    }
    let (began, change) = (Instant::now(), hub.newest_change());
    let everywhere = thread::scope(|scope| {
        let each = verifiers.iter().map(|verifier| {
            let asks = &asks;
            scope.spawn(move || {
                while verifier.ask(asks).status() == 200 {
                    assert!(began.elapsed() < PATIENCE, "still accepted");
                    thread::sleep(Duration::from_millis(2));
                }
                began.elapsed()
            })
        });
        let each: Vec<_> = each.collect();
        each.into_iter().map(|one| one.join().unwrap()).max().unwrap()
    });
    if !all_known {
        return (everywhere, None);
    }
    loop {
        let found = hub.seen_by(&desk.alice, change).unwrap();
        assert!(found.of == verifiers.len(), "{found:?}");
        if found.by_all() {
            return (everywhere, Some(began.elapsed()));
        }
        assert!(began.elapsed() < PATIENCE, "{found:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn spread(mut took: Vec<Duration>) -> String {
    took.sort();
    let Some(last) = took.len().checked_sub(1) else { return "-".to_owned() };
    let at = |percent: usize| took[(took.len() * percent / 100).min(last)].as_millis();
    format!("p50 {} ms, p90 {} ms, p99 {} ms, at most {} ms", at(50), at(90), at(99), took[last].as_millis())
}
