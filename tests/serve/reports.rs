//! Last used and refusals, at the desk.

use keydesk::credential::{Kind, Overlap};
use keydesk::hub::CredentialInfo;

use super::support::{CLIENT, Desk, GatewayRequest, Key, basic};

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
    let bytes = std::fs::read(desk.database()).unwrap();
    let wal = std::fs::read(desk.database().with_extension("db-wal")).unwrap_or_default();
    for typed in ["kdbTYPED", "kdsWRONG"] {
        for bytes in [&bytes, &wal] {
            assert!(!bytes.windows(typed.len()).any(|window| window == typed.as_bytes()), "{typed} was written");
        }
    }
}
