//! Legacy passwords: cached, throttled before the hash, and no burden for anybody else.

use std::sync::atomic::{AtomicBool, Ordering};

use keydesk::credential::{Kind, Overlap, Verb};

use super::support::{Desk, GatewayRequest, Key, Verifier};

fn soap(key: &Key, password: &str, client: &str) -> GatewayRequest {
    GatewayRequest::envoy("POST", "/soap").legacy().set("X-Forwarded-For", client).body(key.soap(password))
}

fn hashes(verifier: &Verifier) -> f64 {
    verifier.metric("keydesk_argon2_total")
}

#[test]
fn a_right_password_is_hashed_once_and_judged_every_time() {
    let desk = Desk::new();
    let legacy = desk.key(Kind::Legacy, "smsgate");
    let verifier = desk.verifier();
    let ask = || verifier.ask(&soap(&legacy, &legacy.secret, "203.0.113.9")).status();
    for _ in 0..20 {
        assert_eq!(ask(), 200);
    }
    assert_eq!(hashes(&verifier), 1.0);
    desk.set(&legacy, Verb::Disable);
    verifier.until("disabled", |_| ask() == 401);
    desk.set(&legacy, Verb::Enable);
    verifier.until("enabled", |_| ask() == 200);
    assert_eq!(hashes(&verifier), 1.0, "cached all the while");
    let row = desk.hub.find(&desk.alice, "smsgate", None).unwrap();
    desk.hub.rotate(&desk.alice, row.target(), Overlap::None).unwrap();
    verifier.until("rotated", |_| ask() == 401);
}

#[test]
fn wrong_passwords_are_throttled_before_the_hash_by_address() {
    let desk = Desk::new();
    let legacy = desk.key(Kind::Legacy, "smsgate");
    let verifier = desk.verifier();
    let first = verifier.ask(&soap(&legacy, "Wrong0000", "198.51.100.7"));
    for n in 0..60 {
        let reply = verifier.ask(&soap(&legacy, &format!("Wrong{n:04}x"), "198.51.100.7"));
        assert_eq!(reply, first, "a throttled request looks like a wrong password");
    }
    // Five at once; on a slow machine, sixty requests take long enough for a few more.
    let hashed = hashes(&verifier);
    assert!((5.0..=15.0).contains(&hashed), "{hashed}");
    assert!(verifier.metric("keydesk_denied_total{reason=\"throttled\"}") >= 61.0 - hashed);
    assert_eq!(
        verifier.ask(&soap(&legacy, &legacy.secret, "198.51.100.7")).status(),
        401,
        "who guesses waits, with the right one too"
    );
    assert_eq!(
        verifier.ask(&soap(&legacy, &legacy.secret, "203.0.113.9")).status(),
        200,
        "the real client is not throttled"
    );
    assert_eq!(
        verifier.ask(&soap(&legacy, &legacy.secret, "198.51.100.7")).status(),
        200,
        "what is remembered is asked before the throttle"
    );
    let nobody = Key { key: "nobody".to_owned(), ..legacy.clone() };
    let before = hashes(&verifier);
    assert_eq!(verifier.ask(&soap(&nobody, "Wrong0001", "203.0.113.9")), first);
    assert_eq!(hashes(&verifier), before + 1.0, "an unknown name is hashed as well");
}

#[test]
fn equal_requests_share_one_hash() {
    let desk = Desk::new();
    let legacy = desk.key(Kind::Legacy, "smsgate");
    let verifier = desk.verifier();
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert_eq!(verifier.ask(&soap(&legacy, &legacy.secret, "203.0.113.9")).status(), 200));
        }
    });
    assert!(hashes(&verifier) <= 2.0, "{}", hashes(&verifier));
}

/// Sets the flag however the test ends: otherwise the measuring thread would go on for ever.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Counts the responses to a request until something is true.
fn answers(verifier: &Verifier, request: &[u8], until: impl Fn() -> bool) -> usize {
    let (mut connection, mut count) = (verifier.connect(), 0);
    while !until() {
        assert_eq!(connection.ask(request).status(), 200);
        count += 1;
    }
    count
}

#[test]
fn a_thousand_guesses_at_once_harm_nobody_else() {
    let desk = Desk::new();
    let names = ["aaaaa", "bbbbb", "ccccc", "ddddd", "eeeee"];
    let legacy: Vec<_> = names.map(|name| desk.key(Kind::Legacy, name)).into();
    let real = desk.key(Kind::Legacy, "smsgate");
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    let request = GatewayRequest::nginx("GET", "/").by(&one).bytes();
    let over = AtomicBool::new(false);
    let beside = std::thread::scope(|scope| {
        let over = Over(&over);
        let guessers: Vec<_> = (0..50)
            .map(|n| {
                let (verifier, legacy) = (&verifier, &legacy);
                scope.spawn(move || {
                    for guess in 0..20 {
                        let client = format!("198.51.100.{}", n % 3);
                        let request = soap(&legacy[n % 5], &format!("Wrong{n:02}{guess:02}"), &client);
                        assert_eq!(verifier.ask(&request).status(), 401);
                    }
                })
            })
            .collect();
        let flag = over.0;
        let counted = scope.spawn(|| answers(&verifier, &request, || flag.load(Ordering::Relaxed)));
        // Meanwhile a client with the right password comes from a new address.
        assert_eq!(verifier.ask(&soap(&real, &real.secret, "203.0.113.9")).status(), 200);
        guessers.into_iter().for_each(|guesser| guesser.join().unwrap());
        drop(over);
        counted.join().unwrap()
    });
    let hashes = hashes(&verifier);
    println!("{beside} answers to Basic beside 1,000 guesses and {hashes} hashes");
    assert!(hashes < 300.0);
    // If it waited for hashes, there would be at most one response for each hash.
    assert!(beside as f64 > 3.0 * hashes, "{beside} answers, {hashes} hashes");
}

#[test]
fn a_known_client_gets_through_despite_guessers_and_a_restart() {
    let desk = Desk::new();
    let real = desk.key(Kind::Legacy, "smsgate");
    let verifier = desk.verifier();
    assert_eq!(verifier.ask(&soap(&real, &real.secret, "203.0.113.9")).status(), 200);
    // The last use has been written by now.
    verifier.stop();
    let verifier = desk.verifier();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let over = Over(&over);
        for n in 0..120 {
            let (verifier, real, over) = (&verifier, &real, over.0);
            scope.spawn(move || {
                // Each from another address, none of which ever had a right password.
                let client = format!("198.51.{n}.7");
                for guess in 0.. {
                    let nobody = Key { key: format!("guess{n}{guess}"), ..real.clone() };
                    assert_eq!(verifier.ask(&soap(&nobody, "Wrong1234", &client)).status(), 401);
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                }
            });
        }
        verifier.until("the queue is full", |verifier| verifier.metric("keydesk_argon2_queue") >= 64.0);
        assert_eq!(verifier.ask(&soap(&real, &real.secret, "203.0.113.9")).status(), 200);
        assert_eq!(hashes(&verifier).min(1.0), 1.0);
        drop(over);
    });
}
