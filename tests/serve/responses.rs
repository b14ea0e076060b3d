//! Every endpoint: who is admitted, and that all refusals look the same.

use keydesk::credential::{Kind, Options, Verb};
use keydesk::time::Seconds;

use super::support::{CLIENT, Desk, GatewayRequest, basic};

#[test]
fn every_gateway_family_admits_and_identifies_a_live_credential() {
    let desk = Desk::new();
    let (one, signs) = (desk.key(Kind::Basic, "nightly export 支"), desk.key(Kind::Hmac, "signer"));
    let verifier = desk.verifier();
    // Caddy does not say whether there is a body.
    for (family, body) in [
        (GatewayRequest::nginx as fn(&str, &str) -> GatewayRequest, "none"),
        (GatewayRequest::forward, "unchecked"),
        (GatewayRequest::envoy, "none"),
    ] {
        let reply = verifier.ask(&family("GET", "/v1/messages?a=b").by(&one));
        assert_eq!(reply.status(), 200);
        assert_eq!(reply.text(), "");
        for (name, value) in [
            ("X-Keydesk-Credential", one.key.as_str()),
            ("X-Keydesk-Kind", "basic"),
            ("X-Keydesk-Account", "Acme%20Messaging"),
            ("X-Keydesk-Name", "nightly%20export%20%E6%94%AF"),
            ("X-Keydesk-Body", body),
            ("Cache-Control", "no-store"),
        ] {
            assert_eq!(reply.field(name).as_deref(), Some(value), "{name}");
        }
        let reply = verifier.ask(&family("GET", "/v1/messages?a=b").fields(&signs.hmac("GET", "/v1/messages?a=b")));
        assert_eq!(reply.status(), 200);
        assert_eq!(reply.field("X-Keydesk-Credential").as_deref(), Some(&*signs.key));
        let other = verifier.ask(&family("GET", "/v1/messages?a=c").fields(&signs.hmac("GET", "/v1/messages?a=b")));
        assert_eq!(other.status(), 401, "signed for another target");
        let other = verifier.ask(&family("PUT", "/v1/messages?a=b").fields(&signs.hmac("GET", "/v1/messages?a=b")));
        assert_eq!(other.status(), 401, "signed for another method");
    }
}

#[test]
fn legacy_passwords_are_read_from_the_body_only() {
    let desk = Desk::new();
    let legacy = desk.key(Kind::Legacy, "smsgate");
    let verifier = desk.verifier();
    let m4u = format!("m4u\r\nUSER={}#\r\nPASSWORD={}\r\nMESSAGES2.0\r\n", legacy.key, legacy.secret);
    for family in [GatewayRequest::forward, GatewayRequest::envoy] {
        let request = || family("POST", "/soap").legacy();
        for body in [legacy.soap(&legacy.secret), m4u.clone()] {
            let reply = verifier.ask(&request().body(body));
            assert_eq!(reply.status(), 200);
            assert_eq!(reply.field("X-Keydesk-Credential").as_deref(), Some("smsgate"));
            assert_eq!(reply.field("X-Keydesk-Kind").as_deref(), Some("legacy"));
        }
        assert_eq!(verifier.ask(&request().body(legacy.soap("Wrong1234"))).status(), 401);
        assert_eq!(verifier.ask(&request().by(&legacy)).status(), 401, "a field is no body");
        assert_eq!(verifier.ask(&request().body("")).status(), 401);
        assert_eq!(verifier.ask(&family("POST", "/soap").body(legacy.soap(&legacy.secret))).status(), 401);
    }
}

#[test]
fn all_refusals_are_the_same_byte_for_byte() {
    let desk = Desk::new();
    let expires_at = Some(Seconds(jiff::Timestamp::now().as_second() + 1));
    let expired = desk.with(Kind::Basic, "expired", Options { expires_at, ..Options::default() });
    let networks = "10.0.0.0/8".parse().unwrap();
    let elsewhere = desk.with(Kind::Basic, "elsewhere", Options { networks, ..Options::default() });
    let not_before = Some(Seconds(jiff::Timestamp::now().as_second() + 5_000));
    let early = desk.with(Kind::Basic, "early", Options { not_before, ..Options::default() });
    let [live, disabled, revoked, tampered] = ["live", "dis", "rev", "tam"].map(|name| desk.key(Kind::Basic, name));
    let signs = desk.key(Kind::Hmac, "signs");
    desk.set(&disabled, Verb::Disable);
    desk.set(&revoked, Verb::Revoke);
    desk.sql(&format!("UPDATE credential SET networks = '10.0.0.0/8' WHERE key = '{}'", tampered.key));
    let verifier = desk.verifier();
    let nginx = || GatewayRequest::nginx("GET", "/");
    verifier.until("expired", |verifier| verifier.ask(&nginx().by(&expired)).status() == 401);
    assert_eq!(verifier.ask(&nginx().by(&live)).status(), 200);
    let with = |value: &str| nginx().field("Authorization", value);
    let requests = [
        ("no credentials", nginx()),
        ("wrong secret", with(&basic(&live.key, "kdsWRONG"))),
        ("unknown", with(&basic("kdbNOBODY", &live.secret))),
        ("wrong kind", with(&basic(&signs.key, &signs.secret))),
        ("disabled", nginx().by(&disabled)),
        ("revoked", nginx().by(&revoked)),
        ("expired", nginx().by(&expired)),
        ("not yet", nginx().by(&early)),
        ("elsewhere", nginx().by(&elsewhere)),
        ("tampered", nginx().by(&tampered)),
        ("malformed", with("Basic %%%")),
        ("bearer", with("Bearer abc")),
        ("repeated", nginx().by(&live).by(&live)),
        ("signature", with("hmac username=\"x\"")),
        ("no contract", nginx().by(&live).without("X-Original-URI")),
        ("envoy", GatewayRequest::envoy("GET", "/")),
        ("forward", GatewayRequest::forward("GET", "/")),
        ("legacy", GatewayRequest::envoy("POST", "/").legacy().body("m4u\r\nUSER=nobody\r\nPASSWORD=Wrong123\r\n")),
        ("no body", GatewayRequest::forward("POST", "/").legacy()),
    ];
    let first = verifier.ask(&requests[0].1);
    assert_eq!(first.status(), 401);
    assert!(first.field("WWW-Authenticate").unwrap().starts_with("Basic "), "Basic comes first");
    assert_eq!((first.text(), first.field("Date")), (String::new(), None));
    for (what, request) in &requests {
        let reply = verifier.ask(request);
        assert_eq!(String::from_utf8_lossy(&reply.bytes), String::from_utf8_lossy(&first.bytes), "{what}");
    }
    verifier.until("each reason is counted", |verifier| {
        ["no_credentials", "disabled", "revoked", "expired", "not_yet_valid", "network", "tampered", "wrong_kind"]
            .iter()
            .all(|reason| verifier.metric(&format!("keydesk_denied_total{{reason=\"{reason}\"}}")) >= 1.0)
    });
    assert_eq!(verifier.metric("keydesk_credentials_tampered"), 1.0);
}

#[test]
fn applications_ask_with_json() {
    let desk = Desk::new();
    let (one, legacy) = (desk.key(Kind::Basic, "app"), desk.key(Kind::Legacy, "smsgate"));
    let verifier = desk.verifier();
    let ask = |document: &str| {
        let length = document.len();
        verifier.raw(
            format!("POST /v1/verify HTTP/1.1\r\nHost: v\r\nContent-Length: {length}\r\n\r\n{document}").as_bytes(),
        )
    };
    let rest = |authorization: &str| {
        ask(&format!(
            r#"{{"surface":"rest","method":"GET","target":"/","scheme":"https","client_address":"{CLIENT}",
                "headers":[["Host","a"],["Authorization","{authorization}"]]}}"#
        ))
    };
    let allowed = rest(&one.basic());
    assert_eq!(allowed.status(), 200);
    let said: serde_json::Value = serde_json::from_str(&allowed.text()).unwrap();
    assert_eq!(said, serde_json::json!({"verdict":"allow","key":one.key,"kind":"basic","name":"app"}));
    let denied = rest(&basic(&one.key, "wrong"));
    assert_eq!((denied.status(), rest("Bearer x")), (200, denied.clone()), "never a reason");
    let said: serde_json::Value = serde_json::from_str(&denied.text()).unwrap();
    assert_eq!(said, serde_json::json!({"verdict":"deny","key":null,"kind":null,"name":null}));
    use base64ct::Encoding as _;
    let body = base64ct::Base64::encode_string(legacy.soap(&legacy.secret).as_bytes());
    let soap = ask(&format!(
        r#"{{"surface":"legacy","method":"POST","target":"/","scheme":"http","headers":[],"body_b64":"{body}"}}"#
    ));
    assert!(soap.text().contains("smsgate"), "{}", soap.text());
    for wrong in ["", "{}", "[1]", &format!(r#"{{"surface":"{}"}}"#, one.secret)] {
        let reply = ask(wrong);
        assert_eq!(reply.status(), 400);
        assert!(!reply.text().contains(&one.secret));
    }
    assert_eq!(verifier.get("/v1/verify").status(), 404, "it is a POST");
}

#[test]
fn other_paths_are_not_found_and_service_pages_respond() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    for path in ["/", "/v1/authz", "/v1/authz/nginx/", "/v1/authz/envoy", "/v1/authz/envoyx/a", "/V1/authz/nginx"] {
        let line = format!("GET {path} HTTP/1.1\r\nHost: v\r\nAuthorization: {}\r\n\r\n", one.basic());
        assert_eq!(verifier.raw(line.as_bytes()).status(), 404, "{path}");
    }
    assert_eq!(verifier.get("/healthz").status(), 200);
    let ready = verifier.get("/readyz");
    assert_eq!(ready.status(), 200);
    assert!(ready.text().starts_with("ready\nstore: in sight\n"), "{}", ready.text());
    assert_eq!(verifier.metric("keydesk_credentials"), 1.0);
    // A gateway may append the client's query to its own path.
    let mut bytes = GatewayRequest::nginx("GET", "/").by(&one).bytes();
    let at = b"GET /v1/authz/nginx".len();
    bytes.splice(at..at, *b"?surface=legacy");
    assert_eq!(verifier.raw(&bytes).status(), 200);
}
