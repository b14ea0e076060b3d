//! Checks that every gateway must pass; `checks!` turns them into tests of one gateway.

use std::time::{Duration, Instant};

use keydesk::credential::Verb;

use super::client::Sent;
use super::house::{Framing, Gateway, House, Keys};
pub use super::many_fields::*;
pub use super::misdirected::*;
pub use super::missing_parts::*;
use super::targets::{Fate, ODD};
pub use super::tunnels::*;
use crate::support::{Key, PATIENCE};

macro_rules! checks {
    ($gateway:expr) => {
        $crate::checks::checks!($gateway; only_a_live_credential_gets_through, a_client_cannot_forge_identity_fields,
            forged_contract_fields_change_nothing, a_second_authorization_field_is_refused, a_body_must_be_signed,
            gateway_and_verifier_read_odd_targets_alike, no_target_misdirects_the_request, without_a_verifier_nothing_gets_through,
            no_request_becomes_a_tunnel, no_spelling_of_an_identity_arrives, trailers_carry_no_identity,
            any_number_of_fields_gets_an_answer, a_large_head_gets_an_answer,
            a_request_without_a_host_is_judged_by_the_forwarded_host,
            a_claimed_http_version_is_not_believed, the_api_hears_of_no_body_only_if_there_is_none);
    };
    (http2 $gateway:expr) => {
        mod http2 {
            use super::*;

            $crate::checks::checks!($gateway; no_stream_becomes_a_tunnel,
                no_path_of_a_stream_misdirects_the_request,
                any_number_of_fields_of_a_stream_gets_an_answer, a_stream_without_a_host_gets_one,
                a_stream_claims_no_body_only_if_there_is_none);
        }
    };
    ($gateway:expr; $($check:ident),*) => {
        $(#[test]
        fn $check() {
            if let Some(house) = $gateway.start() {
                $crate::checks::$check(&$gateway, &house);
            }
        })*
    };
}
pub(crate) use checks;

/// The fields that only the gateway may write.
pub const IDENTITY: [&str; 5] =
    ["X-Keydesk-Credential", "X-Keydesk-Kind", "X-Keydesk-Account", "X-Keydesk-Name", "X-Keydesk-Body"];

pub fn only_a_live_credential_gets_through(gateway: &Gateway, house: &House) {
    let Keys { one, signs, .. } = &house.keys;
    let arrived = house.through(&Sent::new("GET", "/v1/replies?a=b").basic(one));
    assert_eq!(arrived.target(), "/v1/replies?a=b");
    let values = IDENTITY.map(|name| arrived.field(name).unwrap_or_else(|| panic!("no {name}")));
    assert_eq!(values, [&one.key, "basic", "Acme%20Messaging", "nightly%20export", gateway.none()].map(str::to_owned));
    assert_eq!((arrived.field("Authorization"), arrived.field("Proxy-Authorization")), (None, None));
    assert_eq!(arrived.field("Host").unwrap(), "api.example.com");
    let arrived = house.through(&Sent::new("DELETE", "/v1/messages/7").signed(signs));
    assert_eq!(arrived.field(IDENTITY[3]).unwrap(), "%E6%94%AF%E6%89%95%E3%81%84");
    assert_eq!(arrived.field("Authorization"), None);

    let answer = house.refused(&Sent::new("GET", "/"), 401);
    let challenge = answer.lines().find(|line| line.to_ascii_lowercase().starts_with("www-authenticate:")).unwrap();
    assert!(challenge.contains(r#"Basic realm="api""#), "{answer}");
    let wrong = Key { secret: "x".repeat(30), ..one.clone() };
    house.refused(&Sent::new("GET", "/").basic(&wrong), 401);
    house.refused(
        &Sent::new("PUT", "/v1/messages/7").fields_of(&Sent::new("POST", "/v1/messages/7").signed(signs)),
        401,
    );
    house.desk.set(one, Verb::Revoke);
    let until = Instant::now() + PATIENCE;
    while Sent::new("GET", "/").basic(one).to(house.gate).status != 401 {
        assert!(house.api.some().is_some() && Instant::now() < until, "revoked, and still admitted");
    }
    house.api.none();
}

pub fn a_client_cannot_forge_identity_fields(gateway: &Gateway, house: &House) {
    let one = &house.keys.one;
    let forge = |mut sent: Sent| {
        for name in IDENTITY {
            let mixed = [name.replacen('-', "_", 1), name.replace("desk-", "desk_")];
            for spelled in [name.to_owned(), name.to_ascii_lowercase(), name.replace('-', "_")].iter().chain(&mixed) {
                sent = sent.field(spelled, "admin");
            }
        }
        sent.field("X-Keydesk-Gateway-Token", "admin").field("X_Keydesk_Gateway_Token", "admin")
    };
    house.refused(&forge(Sent::new("GET", "/")), 401);
    let plain = Sent::new("GET", "/").basic(one);
    // A field that `Connection` names is for the next hop only, and dropped after it.
    let connection = format!("close, {}", IDENTITY.join(", "));
    for (sent, forged) in
        [(forge(plain.clone()), true), (plain.without("Connection").field("Connection", &connection), false)]
    {
        if forged && sent.to(house.gate).status == 401 {
            house.api.none();
            continue;
        }
        while house.api.some().is_some() {}
        let arrived = house.through(&sent);
        let values = IDENTITY.map(|name| arrived.field(name).unwrap_or_else(|| panic!("no {name}")));
        assert_eq!(
            values,
            [&one.key, "basic", "Acme%20Messaging", "nightly%20export", gateway.none()].map(str::to_owned)
        );
        assert_eq!(arrived.field("X-Keydesk-Gateway-Token"), None);
        for spelled in ["X-Keydesk_Credential", "X_Keydesk-Credential", "X_Keydesk_Credential"] {
            assert_eq!(arrived.field(spelled), None, "{spelled}");
        }
    }
}

/// The host that every client names.
const HOST: &str = "api.example.com";

/// What a client may hope that the verifier believes.
const FORGED: [(&str, &str); 20] = [
    ("X-Original-Method", "POST"),
    ("X-Original-URI", "/forged"),
    ("X-Original-Proto", "HTTP/1.0"),
    ("X-Original-Host", "forged.example"),
    ("X-Original-Scheme", "https"),
    ("X-Original-Client", "203.0.113.9"),
    ("X-Original-Framing", "cl=;te="),
    ("X-Forwarded-Method", "POST"),
    ("X-Forwarded-Uri", "/forged"),
    ("X-Forwarded-Host", "forged.example"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-For", "203.0.113.9"),
    ("X-Real-IP", "203.0.113.9"),
    ("Forwarded", "for=203.0.113.9"),
    ("X-Envoy-Auth-Partial-Body", "true"),
    ("X-Envoy-External-Address", "203.0.113.9"),
    ("X-Envoy-Original-Path", "/forged"),
    ("X-Forwarded-Client-Cert", "forged"),
    ("X-HTTP-Method-Override", "POST"),
    ("X-Rewrite-Url", "/forged"),
];

pub fn forged_contract_fields_change_nothing(_: &Gateway, house: &House) {
    let Keys { signs, here, there, .. } = &house.keys;
    let forge = |sent: Sent, times: usize| {
        let fields = FORGED.iter().cycle().take(FORGED.len() * times);
        fields.fold(sent, |sent, (name, value)| sent.field(name, value))
    };
    for times in [0, 1, 2] {
        let arrived = house.through(&forge(Sent::new("GET", "/real").signed(signs), times));
        assert_eq!((arrived.target().as_str(), arrived.all("X-Forwarded-Host")), ("/real", vec![HOST.to_owned()]));
        house.through(&forge(Sent::new("GET", "/real").basic(here), times));
        house.refused(&forge(Sent::new("GET", "/real").basic(there), times), 401);
        let elsewhere = Sent::new("POST", "/forged").signed(signs);
        house.refused(&forge(Sent::new("GET", "/real").fields_of(&elsewhere), times), 401);
        house.refused(&forge(Sent::new("POST", "/real").signed(signs).body("unsigned"), times), 401);
    }
    // The verifier must not read contract fields from the query.
    house.refused(&Sent::new("GET", "/real?X-Original-Client=203.0.113.9&client=203.0.113.9").basic(there), 401);
}

pub fn a_second_authorization_field_is_refused(_: &Gateway, house: &House) {
    let Keys { one, other, .. } = &house.keys;
    for (first, second) in [(one, one), (one, other), (other, one)] {
        let answered = Sent::new("GET", "/").basic(first).basic(second).to(house.gate);
        assert!([400, 401].contains(&answered.status), "{answered:?}");
        house.api.none();
    }
    house.refused(&Sent::new("GET", "/").field("Authorization", &format!("{},{}", one.basic(), one.basic())), 401);
    house.refused(&Sent::new("GET", "/").field("Proxy-Authorization", &one.basic()), 401);
    let both = Sent::new("GET", "/").basic(one).field("Proxy-Authorization", &other.basic());
    let arrived = house.through(&both);
    assert_eq!((arrived.field("Authorization"), arrived.field("Proxy-Authorization")), (None, None));
}

pub fn a_body_must_be_signed(gateway: &Gateway, house: &House) {
    let Keys { one, signs, .. } = &house.keys;
    let post = || Sent::new("POST", "/v1/messages");
    for sent in [post().basic(one).body("hello"), post().basic(one).chunked("hello")] {
        assert_eq!(house.through(&sent).body, b"hello");
    }
    house.refused(&post().signed(signs).body("hello"), 401);
    house.refused(&post().signed(signs).chunked("hello"), 401);
    house.refused(&Sent::new("GET", "/").signed(signs).body("hello"), 401);
    match gateway.framing {
        // The verifier cannot know that there is none.
        Framing::Nothing => drop(house.refused(&post().signed(signs).body(""), 401)),
        Framing::Both | Framing::Partly => drop(house.through(&post().signed(signs).body(""))),
    }
    let signed = post().signed_body(signs, "hello");
    let arrived = house.through(&signed);
    let body = if gateway.sees_bodies { "checked" } else { "unchecked" };
    assert_eq!((arrived.body, arrived.head.is_empty()), (b"hello".to_vec(), false));
    assert_eq!(house.through(&signed).field("X-Keydesk-Body").unwrap(), body);
    let exchanged = post().fields_of(&signed.without("Content-Length")).body("HELLO");
    match gateway.sees_bodies {
        true => drop(house.refused(&exchanged, 401)),
        // The API hears that nobody has compared the digest.
        false => assert_eq!(house.through(&exchanged).field("X-Keydesk-Body").unwrap(), body),
    }
}

pub fn gateway_and_verifier_read_odd_targets_alike(gateway: &Gateway, house: &House) {
    let Keys { one, signs, .. } = &house.keys;
    let mut seen = Vec::new();
    for target in ODD {
        let answered = Sent::new("GET", target).signed(signs).to(house.gate);
        let arrived = house.api.some().map(|arrived| arrived.target());
        assert_eq!(answered.status == 200, arrived.is_some(), "{target}: {answered:?}");
        seen.push(arrived);
        house.api.none();
        // Without a signature, odd targets are refused in the same way.
        let answered = Sent::new("GET", target).basic(one).to(house.gate);
        assert_eq!(answered.status == 200, house.api.some().is_some(), "{target}: {answered:?}");
    }
    let fates = seen.into_iter().zip(ODD).map(|(arrived, target)| (target, arrived)).collect::<Vec<_>>();
    let wanted = ODD.into_iter().zip(gateway.targets).map(|(target, fate)| {
        let arrived = match fate {
            Fate::Exact => Some(target.to_owned()),
            Fate::Spelled(spelled) => Some((*spelled).to_owned()),
            Fate::Refused => None,
        };
        (target, arrived)
    });
    assert_eq!(fates, wanted.collect::<Vec<_>>());
}

pub fn without_a_verifier_nothing_gets_through(gateway: &Gateway, house: &House) {
    let one = &house.keys.one;
    let sent = Sent::new("GET", "/").basic(one);
    house.through(&sent);
    let socket = house.kill_verifier();
    house.refused(&sent, gateway.down);
    let hung = house.hang(&socket);
    // The shipped files say two seconds or so; without that, gateways wait for half a minute or longer.
    let until = Instant::now() + PATIENCE / 2;
    house.refused(&sent, gateway.hung);
    assert!(Instant::now() < until, "the shipped file does not limit the wait");
    drop(hung);
    house.revive(&socket);
    let until = Instant::now() + PATIENCE;
    // A gateway may treat a server that failed as dead for some seconds.
    while sent.to(house.gate).status != 200 {
        assert!(Instant::now() < until, "nothing gets through to the verifier that is back");
        std::thread::sleep(Duration::from_millis(100));
    }
}
