//! Last used and refusals, at the desk.

use std::process::Command;

use keydesk::credential::{Kind, Overlap};
use keydesk::hub::{CredentialInfo, StorePlace};

use super::lock::Lock;
use super::made::places;
use super::server::server;
use super::support::{CLIENT, Desk, GatewayRequest, Key, Verifier, basic};

fn details(desk: &Desk, key: &Key) -> CredentialInfo {
    desk.hub.details(&desk.alice, key.id).unwrap()
}

#[test]
fn a_use_shows_at_the_desk_with_address_and_secret() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let row = desk.hub.find(&desk.alice, &one.key, None).unwrap();
    let issued = desk.hub.rotate(&desk.alice, row.target(), Overlap::Hour).unwrap();
    let second = Key { secret: issued.secret.unwrap().expose_text().unwrap().to_owned(), ..one.clone() };
    let verifier = desk.verifier();
    let pulse = desk.hub.pulse(&desk.alice).unwrap();
    let trail = desk.trail();
    assert_eq!(verifier.ask(&GatewayRequest::nginx("GET", "/").by(&one)).status(), 200);
    verifier.until("the old secret's use", |_| {
        details(&desk, &one).secrets.iter().any(|secret| secret.version == 1 && secret.last_used.is_some())
    });
    let used = details(&desk, &one);
    let of = |version| used.secrets.iter().find(|secret| secret.version == version).unwrap();
    assert_eq!(of(1).last_used.as_ref().unwrap().address.as_deref(), Some(CLIENT));
    assert_eq!(of(2).last_used, None);
    let other = GatewayRequest::nginx("GET", "/").by(&second).set("X-Original-Client", "2001:db8::7");
    assert_eq!(verifier.ask(&other).status(), 200);
    verifier.stop();
    let used = details(&desk, &one);
    let of = |version| used.secrets.iter().find(|secret| secret.version == version).unwrap();
    assert_eq!(of(2).last_used.as_ref().unwrap().address.as_deref(), Some("2001:db8::7"), "written at shutdown");
    assert_eq!(desk.hub.pulse(&desk.alice).unwrap(), pulse, "no change number");
    assert_eq!(desk.trail(), trail, "no row in the trail");
}

#[test]
fn refusals_are_kept_for_known_keys_only() {
    let desk = Desk::new();
    let (one, signs) = (desk.key(Kind::Basic, "one"), desk.key(Kind::Hmac, "signs"));
    let verifier = desk.verifier();
    for n in 0..30 {
        let wrong = GatewayRequest::nginx("GET", "/").field("Authorization", &basic(&one.key, &format!("kdsWRONG{n}")));
        assert_eq!(verifier.ask(&wrong).status(), 401);
        let unknown = GatewayRequest::nginx("GET", "/").field("Authorization", &basic(&format!("kdbTYPED{n}"), "x"));
        assert_eq!(verifier.ask(&unknown).status(), 401);
    }
    let put_as_post = GatewayRequest::nginx("PUT", "/").fields(&signs.hmac("POST", "/"));
    assert_eq!(verifier.ask(&put_as_post).status(), 401);
    verifier.stop();
    let refusals = desk.hub.details(&desk.alice, one.id).unwrap().refusals;
    // Equal refusals are one with a count.
    assert_eq!((refusals.len(), refusals[0].count, refusals[0].reason.as_str()), (1, 30, "bad_secret"));
    assert_eq!(refusals[0].address.unwrap().to_string(), CLIENT);
    let refusals = desk.hub.details(&desk.alice, signs.id).unwrap().refusals;
    assert_eq!((refusals.len(), refusals[0].reason.as_str()), (1, "bad_signature"));
    assert_eq!(refusals[0].words(), "signed PUT as POST");
    assert!(is_in_the_store(&desk, &one.key), "what is written is found");
    for typed in ["kdbTYPED", "kdsWRONG"] {
        assert!(!is_in_the_store(&desk, typed), "{typed} was written");
    }
}

/// Whether a text is anywhere in the files of a desk's store.
fn is_in_the_store(desk: &Desk, text: &str) -> bool {
    let mut grep = Command::new("grep");
    grep.args(["-rqaF", "-e", text]);
    match places(&desk.dir).store {
        StorePlace::Sqlite(file) => grep.arg(file.parent().unwrap()),
        StorePlace::Postgres(place) => grep.args(server().unwrap().folders(&place.database)),
    };
    grep.status().unwrap().success()
}

/// Allowed and refused requests of today.
fn counted(desk: &Desk, key: &Key) -> (i64, i64) {
    let of = |days| keydesk::hub::sum_of_days(&desk.hub.usage(&desk.alice, key.id, days).unwrap());
    // Midnight may pass while a test runs, and a verifier may write between two looks.
    let (before, sum, after) = (of(400), of(2), of(400));
    assert!(before <= sum && sum <= after, "{before:?} {sum:?} {after:?}");
    sum
}

#[test]
fn requests_are_counted_by_credential_and_day() {
    let desk = Desk::new();
    let (one, signs) = (desk.key(Kind::Basic, "one"), desk.key(Kind::Hmac, "signs"));
    let verifier = desk.verifier();
    let (trail, pulse) = (desk.trail(), desk.hub.pulse(&desk.alice).unwrap());
    let ask = |request: &GatewayRequest| verifier.ask(request).status();
    for _ in 0..7 {
        assert_eq!(ask(&GatewayRequest::nginx("GET", "/").by(&one)), 200);
    }
    for _ in 0..3 {
        assert_eq!(ask(&GatewayRequest::nginx("GET", "/").fields(&signs.hmac("GET", "/"))), 200);
        assert_eq!(ask(&GatewayRequest::nginx("PUT", "/").fields(&signs.hmac("POST", "/"))), 401);
    }
    let unknown = GatewayRequest::nginx("GET", "/").field("Authorization", &basic("kdbTYPED", "x"));
    assert_eq!(ask(&unknown), 401);
    verifier.until("the counts", |_| counted(&desk, &one) == (7, 0) && counted(&desk, &signs) == (3, 3));
    assert_eq!(ask(&GatewayRequest::nginx("GET", "/").by(&one)), 200);
    let usage = desk.hub.overview(&desk.alice).unwrap().usage.unwrap();
    assert_eq!((usage.verifiers.len(), usage.verifiers[0].gateways.as_str()), (1, "nginx"), "it is in sight");
    verifier.stop();
    assert_eq!(counted(&desk, &one), (8, 0), "written at shutdown");
    assert_eq!((desk.trail(), desk.hub.pulse(&desk.alice).unwrap()), (trail, pulse), "no change of the desk");
    let all = desk.hub.overview(&desk.alice).unwrap().usage.unwrap();
    assert_eq!(keydesk::hub::sum_of_days(&all.days), (11, 3), "an unknown key is nobody's");
}

#[test]
fn a_commit_without_an_answer_is_not_counted_twice() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let socket = desk.dir.path().join("v.sock");
    let mut command = desk.command(&["--listen", &format!("unix:{}", socket.display())]);
    command.env("KEYDESK_TEST_FAULTS", "unknown-commit");
    let verifier = Verifier::spawn(command, desk.dir.path(), socket);
    let ask =
        |n| (0..n).for_each(|_| assert_eq!(verifier.ask(&GatewayRequest::nginx("GET", "/").by(&one)).status(), 200));
    ask(5);
    verifier.until("the unknown commit", |verifier| verifier.log().contains("could not be written"));
    assert_eq!(counted(&desk, &one), (5, 0), "it was committed");
    ask(2);
    verifier.stop();
    assert_eq!(counted(&desk, &one), (7, 0));
}

#[test]
fn a_store_that_cannot_be_written_does_not_disturb_serving() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    let lock = Lock::on(&places(&desk.dir).store);
    verifier.until("a write that failed", |verifier| {
        assert_eq!(verifier.ask(&GatewayRequest::nginx("GET", "/").by(&one)).status(), 200);
        verifier.log().contains("could not be written")
    });
    let asked = verifier.metric("keydesk_allowed_total{kind=\"basic\"}");
    lock.release();
    verifier.stop();
    assert_eq!(counted(&desk, &one), (asked as i64, 0), "they were kept until they could be written");
}
