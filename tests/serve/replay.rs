//! The replay guard: a site option.

use std::{fs, os::unix::fs::PermissionsExt as _};

use keydesk::{
    credential::Kind,
    hub::{Policy, Replay},
};

use super::support::{Desk, Question};

#[test]
fn a_signature_is_taken_once_when_the_site_says_so() {
    let desk = Desk::new();
    let (signs, one) = (desk.key(Kind::Hmac, "signs"), desk.key(Kind::Basic, "one"));
    let verifier = desk.verifier();
    let twice = Question::nginx("GET", "/").fields(&signs.hmac("GET", "/"));
    assert_eq!([verifier.ask(&twice).status(), verifier.ask(&twice).status()], [200, 200], "off by default");
    desk.policy(&Policy { replay: Replay::Node, ..Policy::default() });
    verifier.until("followed", |verifier| {
        let fresh = Question::nginx("GET", "/x").fields(&signs.hmac("GET", "/x"));
        (verifier.ask(&fresh).status(), verifier.ask(&fresh).status()) == (200, 401)
    });
    let basic = Question::nginx("GET", "/").by(&one);
    assert_eq!([verifier.ask(&basic).status(), verifier.ask(&basic).status()], [200, 200], "Basic repeats by nature");
    assert!(verifier.metric("keydesk_denied_total{reason=\"replayed\"}") >= 1.0);
}

#[test]
fn what_was_accepted_is_known_after_a_kill_and_a_restart() {
    let desk = Desk::new();
    let signs = desk.key(Kind::Hmac, "signs");
    desk.policy(&Policy { replay: Replay::Node, ..Policy::default() });
    let once = Question::nginx("GET", "/").fields(&signs.hmac("GET", "/"));
    let verifier = desk.verifier();
    assert_eq!(verifier.ask(&once).status(), 200);
    verifier.kill();
    let verifier = desk.verifier();
    assert_eq!(verifier.ask(&once).status(), 401, "from its first request");
    let other = Question::nginx("GET", "/other").fields(&signs.hmac("GET", "/other"));
    assert_eq!([verifier.ask(&other).status(), verifier.ask(&other).status()], [200, 401]);
    verifier.stop();
    // A file that is cut is read as far as it is good.
    let mut kept = desk.database().into_os_string();
    kept.push("-replay");
    for file in fs::read_dir(kept).unwrap().map(|entry| entry.unwrap().path()) {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let bytes = fs::read(&file).unwrap();
        if !bytes.is_empty() {
            fs::write(&file, [&bytes[..], b"torn"].concat()).unwrap();
        }
    }
    let verifier = desk.verifier();
    assert_eq!([&once, &other].map(|asked| verifier.ask(asked).status()), [401, 401]);
    assert!(verifier.log().contains("damaged"), "{}", verifier.log());
}

#[test]
fn the_site_narrows_the_algorithms() {
    let desk = Desk::new();
    let signs = desk.key(Kind::Hmac, "signs");
    let verifier = desk.verifier();
    let ask = || verifier.ask(&Question::nginx("GET", "/").fields(&signs.hmac("GET", "/"))).status();
    assert_eq!(ask(), 200);
    desk.policy(&Policy { algorithms: "hmac-sha512".parse().unwrap(), ..Policy::default() });
    verifier.until("narrowed", |_| ask() == 401);
    desk.policy(&Policy::default());
    verifier.until("as before", |_| ask() == 200);
}
