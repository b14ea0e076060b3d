//! Several verifiers and two desks on one store: what one desk takes away, every verifier refuses soon.

use std::time::{Duration, Instant};

use keydesk::credential::{Kind, Verb};

use super::support::{Desk, GatewayRequest, PATIENCE, Verifier};

/// How often a key is revoked.
const TIMES: usize = 40;
/// How long a verifier may go on accepting, in most rounds: a machine that stalls is slower in some.
const SOON: Duration = Duration::from_secs(1);

/// A verifier with a directory and a state of its own.
fn verifier(desk: &Desk, dir: &tempfile::TempDir) -> Verifier {
    let socket = dir.path().join("v.sock");
    let mut command = desk.command(&["--listen", &format!("unix:{}", socket.display())]);
    command.env("KEYDESK_STATE_DIR", dir.path().join("state"));
    Verifier::spawn(command, dir.path(), socket)
}

#[test]
fn a_revocation_is_seen_by_every_verifier_within_a_second() {
    let desk = Desk::new();
    let dirs = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let verifiers = dirs.each_ref().map(|dir| verifier(&desk, dir));
    let other = super::made::open(&super::made::places(&desk.dir), std::sync::Arc::new(keydesk::time::SystemClock));
    let mut took = Vec::new();
    for round in 0..TIMES {
        let key = desk.key(Kind::Basic, &format!("key-{round}"));
        let asks = GatewayRequest::nginx("GET", "/v1/messages").by(&key);
        for verifier in &verifiers {
            verifier.until("the key is known", |verifier| verifier.ask(&asks).status() == 200);
        }
        let hub = if round % 2 == 0 { &desk.hub } else { &other };
        let row = hub.find(&desk.alice, &key.key, Some(key.kind)).unwrap();
        hub.set_state(&desk.alice, &[row.target()], Verb::Revoke).unwrap();
        let began = Instant::now();
        for verifier in &verifiers {
            while verifier.ask(&asks).status() == 200 {
                assert!(began.elapsed() < PATIENCE, "round {round}: still accepted");
            }
        }
        took.push(began.elapsed());
    }
    took.sort();
    assert!(took[TIMES / 2] < SOON, "{took:?}");
    println!(
        "revoked everywhere after: p50 {:?}, p99 {:?}, most {:?}",
        took[TIMES / 2],
        took[TIMES * 99 / 100],
        took[TIMES - 1]
    );
}
