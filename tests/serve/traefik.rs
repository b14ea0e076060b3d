//! Traefik's contract, by requests as it sends them, and what its snippet needs.

use std::fs;
use std::path::Path;

use base64ct::{Base64, Encoding as _};
use keydesk::credential::{BodyDigest, Kind, Options};
use keydesk::vault::Hash;

use super::support::{CLIENT, Desk, GatewayRequest, Key, Verifier};

fn status(verifier: &Verifier, request: &GatewayRequest) -> u16 {
    verifier.ask(request).status()
}

fn malformed(verifier: &Verifier) -> f64 {
    verifier.metric("keydesk_denied_total{reason=\"malformed_request\"}")
}

#[test]
fn one_field_less_or_more_is_refused() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    let asked = GatewayRequest::traefik("GET", "/a?b=c").by(&one);
    assert_eq!(status(&verifier, &asked), 200);
    for name in ["Method", "Proto", "Host", "Uri", "For"].map(|name| format!("X-Forwarded-{name}")) {
        let before = malformed(&verifier);
        for bent in [
            asked.clone().without(&name),
            asked.clone().set(&name, ""),
            asked.clone().field(&name, if name.ends_with("Proto") { "https" } else { CLIENT }),
        ] {
            assert_eq!(status(&verifier, &bent), 401, "{name}");
        }
        assert_eq!(malformed(&verifier), before + 3.0, "{name}: refused for its contract");
    }
    // If Traefik trusts incoming fields, it appends the address that it saw to the list.
    for list in ["203.0.113.9, 198.51.100.7", "203.0.113.9,203.0.113.9", "unknown", "203.0.113.9:50000", "@"] {
        assert_eq!(status(&verifier, &asked.clone().set("X-Forwarded-For", list)), 401, "{list}");
    }
    assert_eq!(status(&verifier, &asked.clone().set("X-Forwarded-For", "2001:db8::1")), 200);
    for (name, value) in [("X-Forwarded-Proto", "wss"), ("X-Forwarded-Uri", "/a#b"), ("X-Forwarded-Method", "GE T")] {
        assert_eq!(status(&verifier, &asked.clone().set(name, value)), 401, "{name}: {value}");
    }
}

#[test]
fn client_fields_under_other_names_change_nothing() {
    let desk = Desk::new();
    let networks = "203.0.113.0/24".parse().unwrap();
    let near = desk.with(Kind::Basic, "near", Options { networks, ..Options::default() });
    let signs = desk.key(Kind::Hmac, "signs");
    let verifier = desk.verifier();
    let forged = |request: GatewayRequest, address: &str| {
        ["X-Original-Client", "X-Client-Ip", "Forwarded", "X-Original-For", "True-Client-Ip"]
            .iter()
            .fold(request, |request, name| request.field(name, address))
            .set("X-Real-Ip", address)
            .field("X-Original-Method", "POST")
            .field("X-Original-Uri", "/spoofed")
            .field("X-Original-Framing", "cl=;te=")
            .field("X-Envoy-Auth-Partial-Body", "true")
    };
    let far = GatewayRequest::traefik("GET", "/").by(&near).set("X-Forwarded-For", "198.51.100.7");
    assert_eq!(status(&verifier, &forged(far, CLIENT)), 401);
    assert_eq!(status(&verifier, &forged(GatewayRequest::traefik("GET", "/").by(&near), "198.51.100.7")), 200);
    let real = GatewayRequest::traefik("GET", "/real");
    assert_eq!(status(&verifier, &forged(real.clone().fields(&signs.hmac("GET", "/real")), CLIENT)), 200);
    assert_eq!(status(&verifier, &forged(real.fields(&signs.hmac("POST", "/spoofed")), CLIENT)), 401);
    // The field of the client's address is not trusted at the endpoint of another family.
    let elsewhere = GatewayRequest::forward("GET", "/").by(&near).without("X-Original-Client");
    assert_eq!(status(&verifier, &elsewhere.field("X-Forwarded-For", CLIENT)), 401, "Caddy tells it by another field");
    assert_eq!(
        status(&verifier, &GatewayRequest::traefik("GET", "/").by(&near).by(&near)),
        401,
        "Authorization counts once"
    );
}

/// Signed over the digest of the body too.
fn digested(key: &Key, target: &str, body: &[u8]) -> GatewayRequest {
    let date = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let digest = format!("SHA-256={}", Base64::encode_string(Hash::Sha256.digest(body).as_bytes()));
    let text = format!("date: {date}\ndigest: {digest}\nPOST {target} HTTP/1.1");
    let signature = Base64::encode_string(Hash::Sha256.mac(key.secret.as_bytes(), text.as_bytes()).as_bytes());
    let value = format!(
        "hmac username=\"{}\", algorithm=\"hmac-sha256\", headers=\"date digest request-line\", signature=\"{signature}\"",
        key.key
    );
    GatewayRequest::traefik("POST", target).field("Date", &date).field("Digest", &digest).field("Authorization", &value)
}

#[test]
fn a_body_that_may_have_been_withheld_is_not_ignored() {
    let desk = Desk::new();
    let strict = desk.key(Kind::Hmac, "strict");
    let lax = desk.with(Kind::Hmac, "lax", Options { body_digest: BodyDigest::Optional, ..Options::default() });
    let verifier = desk.verifier();
    let allowed = verifier.ask(&digested(&strict, "/a", b"hello").body("hello"));
    assert_eq!((allowed.status(), allowed.field("X-Keydesk-Body")), (200, Some("checked".to_owned())));
    assert_eq!(status(&verifier, &digested(&strict, "/a", b"hello").body("other")), 401, "exchanged");
    // Without forwardBody the digest is compared with an empty body.
    assert_eq!(status(&verifier, &digested(&strict, "/a", b"hello")), 401);
    assert_eq!(status(&verifier, &digested(&strict, "/a", b"")), 200);
    for (method, body, strict_status) in [
        ("GET", "", 200),
        ("DELETE", "", 200),
        ("POST", "", 401),
        ("PUT", "", 401),
        ("POST", "x", 401),
        ("GET", "x", 401),
    ] {
        let ask = |key: &Key| {
            let request = GatewayRequest::traefik(method, "/a").fields(&key.hmac(method, "/a"));
            status(&verifier, &if body.is_empty() { request } else { request.body(body) })
        };
        assert_eq!((ask(&strict), ask(&lax)), (strict_status, 200), "{method} {body:?} without a digest");
    }
}

#[test]
fn legacy_credentials_are_in_the_body() {
    let desk = Desk::new();
    let sms = desk.key(Kind::Legacy, "smsbatch");
    let verifier = desk.verifier();
    let ask = |password: &str| {
        let request = GatewayRequest::traefik("POST", "/soap").legacy().body(sms.soap(password));
        status(&verifier, &request)
    };
    assert_eq!((ask(&sms.secret), ask("Wrong1password")), (200, 401));
    let one = desk.key(Kind::Basic, "one");
    let rest = GatewayRequest::traefik("POST", "/soap").by(&one).body(sms.soap(&sms.secret));
    verifier.until("known", |verifier| status(verifier, &rest) == 200);
    assert_eq!(status(&verifier, &rest.legacy().set("X-Forwarded-For", "nobody")), 401);
}

#[test]
fn the_snippet_configures_what_the_contract_needs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/gateways/traefik.yml");
    let text = fs::read_to_string(path).unwrap();
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.starts_with('#')).collect();
    let has = |line: &str| lines.iter().filter(|l| **l == line).count();
    for path in ["traefik", "traefik-legacy"] {
        assert_eq!(has(&format!("address: \"http://127.0.0.1:8730/v1/authz/{path}\"")), 1);
    }
    for line in ["trustForwardHeader: false", "forwardBody: true", "maxBodySize: 1048576"] {
        assert_eq!(has(line), 2, "{line} on both surfaces");
    }
    // Identity fields replace the client's, and other spellings of their names are removed first.
    let identity = ["Credential", "Kind", "Account", "Name", "Body"];
    let copied = format!("authResponseHeaders: [{}]", identity.map(|name| format!("X-Keydesk-{name}")).join(", "));
    assert_eq!(has(&copied), 2);
    for name in identity {
        for [one, two] in [['_', '_'], ['_', '-'], ['-', '_']] {
            assert_eq!(has(&format!("X{one}Keydesk{two}{name}: \"\"")), 1);
        }
    }
    for dropped in ["Connection: \"\"", "Upgrade: \"\"", "HTTP2-Settings: \"\""] {
        assert_eq!(has(dropped), 1, "{dropped} before keydesk is asked");
    }
    for dropped in ["Authorization: \"\"", "Proxy-Authorization: \"\"", "X-Keydesk-Gateway-Token: \"\""] {
        assert_eq!(has(dropped), 1, "{dropped} on the way to the API");
    }
}
