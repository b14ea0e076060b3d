//! Changes at the desk reach a verifier; and a verifier that is killed.

use std::time::{Duration, Instant};

use keydesk::credential::{Kind, Overlap, Verb};

use super::support::{Desk, GatewayRequest, PATIENCE};

#[test]
fn two_hundred_changes_are_each_seen_soon() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    let mut connection = verifier.connect();
    let request = GatewayRequest::nginx("GET", "/").by(&one).bytes();
    // A deadline for all of them together: a verifier that looked at the store less often would not meet it.
    let until = Instant::now() + 5 * PATIENCE;
    let mut times: Vec<Duration> = (0..200)
        .map(|n| {
            let verb = if n % 2 == 0 { Verb::Disable } else { Verb::Enable };
            desk.set(&one, verb);
            let began = Instant::now();
            let wanted = if n % 2 == 0 { 401 } else { 200 };
            while connection.ask(&request).status() != wanted {
                assert!(Instant::now() < until, "change {n} was not seen");
                std::thread::sleep(Duration::from_millis(1));
            }
            // Out of step with the verifier's own looks.
            std::thread::sleep(Duration::from_millis(7 * n % 53));
            began.elapsed().saturating_sub(Duration::from_millis(7 * n % 53))
        })
        .collect();
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!("seen after: p0 {:?}, p50 {:?}, p90 {:?}, p99 {:?}, p100 {:?}", at(0), at(50), at(90), at(99), at(100));
}

#[test]
fn a_new_key_a_rotation_and_an_overlaps_end_are_followed() {
    let desk = Desk::new();
    let verifier = desk.verifier();
    let one = desk.key(Kind::Basic, "one");
    let status = |key: &super::support::Key| verifier.ask(&GatewayRequest::nginx("GET", "/").by(key)).status();
    verifier.until("created", |_| status(&one) == 200);
    let row = desk.hub.find(&desk.alice, &one.key, None).unwrap();
    let issued = desk.hub.rotate(&desk.alice, row.target(), Overlap::Hour).unwrap();
    let second =
        super::support::Key { secret: issued.secret.unwrap().expose_text().unwrap().to_owned(), ..one.clone() };
    verifier.until("rotated", |_| status(&second) == 200);
    assert_eq!(status(&one), 200, "the old secret overlaps");
    let row = desk.hub.find(&desk.alice, &one.key, None).unwrap();
    desk.hub.stop_old_secret(&desk.alice, row.target()).unwrap();
    verifier.until("stopped", |_| status(&one) == 401);
    assert_eq!(status(&second), 200);
}

#[test]
fn a_restarted_verifier_is_right_from_its_first_request() {
    let desk = Desk::new();
    let (one, two) = (desk.key(Kind::Basic, "one"), desk.key(Kind::Basic, "two"));
    for round in 0..5 {
        let verifier = desk.verifier();
        assert_eq!(verifier.ask(&GatewayRequest::nginx("GET", "/").by(&one)).status(), 200);
        let expected = if round == 0 { 200 } else { 401 };
        assert_eq!(verifier.ask(&GatewayRequest::nginx("GET", "/").by(&two)).status(), expected);
        verifier.kill();
        desk.set(&two, Verb::Revoke);
    }
}
